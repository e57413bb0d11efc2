"""Requests that are sent, waited for, repeated and redirected."""

from __future__ import annotations

import json
from collections.abc import Awaitable
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any, Callable, Optional, TypeVar

import httpx

from .._api.call import Call
from .._patience import Patience, seconds_of
from .._requests import BROKEN_STATUSES, MAX_REDIRECTS, REDIRECTS, WAITING_STATUSES, Address, Request
from ..errors import ArchiveError, refusal
from .runtime import sleep

T = TypeVar("T")
# of a refusal
MAX_BODY = 64 * 1024


class AsyncTransport:
    """An archive's address and the connections to it."""

    def __init__(self, address: Address, client: httpx.AsyncClient, patience: float) -> None:
        self.address = address
        self.client = client
        self._patience = patience

    def patience(self) -> Patience:
        """The patience for one request."""
        return Patience(self._patience)

    async def call(self, call: Call[T]) -> T:
        """The answer of a call, as what it is declared to be."""
        request = self.address.request(call)
        body = await self.run(lambda: request, read_all, self.patience())
        try:
            return call.parse(json.loads(body) if body else None)
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            message = "The answer is not what the archive's document promises; is it an archive's address?"
            raise ArchiveError(message, request=request.name) from error

    async def run(
        self,
        make: Callable[[], Request],
        handle: Callable[[httpx.Response], Awaitable[T]],
        patience: Patience,
        accepted: tuple[int, ...] = (),
    ) -> T:
        """What `handle` makes of the answer to a request.

        It is made, sent and handled again as long as that may help. `accepted`: statuses
        that `handle` can do something with, beside those of success.
        """
        while True:
            request = make()
            try:
                try:
                    response = await self._follow(request)
                except (httpx.InvalidURL, ValueError) as fault:
                    message = f"{request.name} leads nowhere: {fault}"
                    raise ArchiveError(message, request=request.name) from fault
                try:
                    if response.is_success or response.status_code in accepted:
                        return await handle(response)
                    error = await refusal_of(response, request)
                finally:
                    await response.aclose()
            except httpx.HTTPError as broken:
                error = broken_connection(broken, request)
                was_made = not isinstance(broken, (httpx.ConnectError, httpx.ConnectTimeout))
                may = request.repeatable or not was_made
                await wait_or_raise(patience.after_break(was_made=was_made) if may else None, error, broken)
                continue
            if error.status in WAITING_STATUSES:
                await wait_or_raise(patience.after_refusal(error.retry_after), error)
            elif error.status in BROKEN_STATUSES and request.repeatable:
                await wait_or_raise(patience.after_break(), error)
            else:
                raise error

    async def _follow(self, request: Request) -> httpx.Response:
        """The answer to a request, after redirects; its body is not read yet."""
        url = request.url
        for _ in range(MAX_REDIRECTS + 1):
            headers = self.address.headers_for(request, url)
            sent = self.client.build_request(request.method, url, headers=headers, content=request.content)
            response = await self.client.send(sent, stream=True)
            if response.status_code not in REDIRECTS:
                return response
            await response.aclose()
            url = self.address.next_url(request, url, response.headers.get("location"), response.status_code)
        raise ArchiveError("There are too many redirects.", request=request.name)


def new_client(
    timeout: float, transport: Optional[httpx.AsyncBaseTransport], verify: Any, user_agent: str
) -> httpx.AsyncClient:
    """The connections: redirects are followed here rather than there, and cookies are not kept."""
    return httpx.AsyncClient(
        timeout=httpx.Timeout(timeout, connect=min(timeout, 15.0), pool=None),
        follow_redirects=False,
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
        headers={"User-Agent": user_agent},
        transport=transport,
        verify=verify,
    )


async def read_all(response: httpx.Response) -> bytes:
    """The whole body."""
    return await response.aread()


async def refusal_of(response: httpx.Response, request: Request) -> ArchiveError:
    """The error of an answer that is none of success."""
    body = b""
    async for piece in response.aiter_bytes():
        body += piece
        if len(body) > MAX_BODY:
            break
    return refusal(response.status_code, body, request.name, seconds_of(response.headers.get("retry-after")))


def broken_connection(broken: httpx.HTTPError, request: Request) -> ArchiveError:
    """The error of a request to which no whole answer came."""
    reason = str(broken) or type(broken).__name__
    return ArchiveError(f"No answer came to {request.name}: {reason}", request=request.name)


async def wait_or_raise(seconds: Optional[float], error: ArchiveError, cause: Optional[BaseException] = None) -> None:
    """Waits so long, or gives up with the error."""
    if seconds is None:
        raise error from cause
    await sleep(seconds)
