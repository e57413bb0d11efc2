"""What a request is, where it may go and what it may carry there: shared by both clients."""

from __future__ import annotations

import json
import math
import os
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Dict, Mapping, Optional, Tuple
from urllib.parse import urlsplit

import httpx

from ._api.call import Call
from .errors import ArchiveError

MAX_REDIRECTS = 5
REDIRECTS = (301, 302, 303, 307, 308)
# a 502 or 504 is a proxy's word for a connection that broke
BROKEN_STATUSES = (502, 504)
WAITING_STATUSES = (429, 503)


@dataclass(frozen=True)
class Request:
    """A request; `repeatable`: it may be sent again when nobody knows what became of it."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    content: Optional[bytes] = None
    repeatable: bool = True

    @property
    def name(self) -> str:
        """For messages: without the query, which may hold a signature."""
        return f"{self.method} {self.url.split('?', 1)[0]}"


@dataclass(frozen=True)
class Address:
    """Where an archive is, with a slash at its end, and the token that it, and nobody else, is shown."""

    url: str
    token: Optional[str]

    def request(self, call: Call[Any]) -> Request:
        """The request of a call."""
        query = str(httpx.QueryParams(call.query))
        url = self.url + call.path.lstrip("/") + (f"?{query}" if query else "")
        repeatable = call.method in ("GET", "PUT", "DELETE")
        if call.json is None:
            return Request(call.method, url, {"Accept": "application/json"}, repeatable=repeatable)
        headers = {"Accept": "application/json", "Content-Type": "application/json"}
        return Request(call.method, url, headers, to_json(call.json), repeatable)

    def headers_for(self, request: Request, url: str) -> Dict[str, str]:
        """The headers of a request that goes to this URL. Only the archive's own origin gets the token."""
        headers = dict(request.headers)
        if self.token and origin(url) == origin(self.url):
            headers["Authorization"] = f"Token {self.token}"
        return headers

    def next_url(self, request: Request, url: str, location: Optional[str], status: int) -> str:
        """Where a redirect leads. What is written goes on at the same origin only."""
        target = str(httpx.URL(url).join(location or ""))
        same = origin(target) == origin(url)
        if not location or urlsplit(target).scheme not in ("http", "https"):
            raise ArchiveError("A redirect leads nowhere.", status=status, request=request.name)
        if request.method != "GET" and not (same and status in (307, 308)):
            home = target.split("?", 1)[0]
            raise ArchiveError(
                f"The archive is elsewhere: {home} is where it sends this.", status=status, request=request.name
            )
        return target


def find_address(url: Optional[str], token: Optional[str]) -> Address:
    """The archive's address and token, of the arguments or of the environment."""
    known = os.environ.get("PLATESTACK_ARCHIVE") or None
    chosen = url or known
    if not chosen:
        raise ArchiveError("Which archive? Give its address (--archive in a command), or set PLATESTACK_ARCHIVE.")
    parts = urlsplit(chosen)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ArchiveError(f"{chosen!r} is not the address of an archive: https://archive.example/ would be one.")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise ArchiveError("An archive's address has neither a user name nor a query.")
    # the token of the environment is for the archive of the environment
    if token is None and (known is None or origin(known) == origin(chosen)):
        token = os.environ.get("PLATESTACK_TOKEN")
    return Address(chosen.rstrip("/") + "/", checked_token(token))


def checked_token(token: Optional[str]) -> Optional[str]:
    """A token that can be sent; an empty one is none."""
    token = (token or "").strip()
    if not token.isascii() or any(c <= " " for c in token):
        raise ArchiveError("The token holds characters that no token has.")
    return token or None


def origin(url: str) -> Tuple[str, str, Optional[int]]:
    """Scheme, host and port of a URL."""
    parts = urlsplit(url)
    scheme = parts.scheme.lower()
    return scheme, (parts.hostname or "").lower(), parts.port or {"http": 80, "https": 443}.get(scheme)


def to_json(value: Any) -> bytes:
    """A record as one line of JSON."""
    try:
        return json.dumps(value, default=plain, allow_nan=False, ensure_ascii=False).encode("utf-8")
    except (TypeError, ValueError) as error:
        raise ArchiveError(f"The record cannot be sent: {error}.") from error


def plain(value: Any) -> Any:
    """What JSON has no word for: times, and the numbers of numpy."""
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, Mapping):
        return dict(value)
    if hasattr(value, "item"):
        found = value.item()
        if isinstance(found, float) and not math.isfinite(found):
            raise ValueError(f"{found} is no number of JSON")
        return found
    raise TypeError(f"{type(value).__name__} is nothing that JSON can hold")
