"""Downloads of frames and ZIPs, which go on where they broke off."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Awaitable
from pathlib import Path
from typing import Any, Callable, Dict, Mapping, Optional

import httpx

from .._api.models import Frame, Version
from .._parts import NO_SUCH_RANGE, Part, Restart, check_md5, check_zip, md5_of, safe_name
from .._patience import Patience
from .._progress import Meter
from .._requests import Request, to_json
from ..errors import ArchiveError
from .runtime import in_thread
from .transport import AsyncTransport

# what a store or the archive says to a signature that has expired
NOT_HERE = (400, 401, 403, 404, 410)
# that a ticket is not valid any more, or what it stands for has changed
NO_TICKET = (401, 403, 404, 412, 422)
TICKETS = "/frames/zip/"
TICKET = re.compile(rf"{TICKETS}([^/?#]+/)$")


async def download_file(
    transport: AsyncTransport,
    frame: Frame,
    folder: Path,
    meter: Meter,
    again: Callable[[int], Awaitable[Frame]],
) -> Path:
    """The newest file of a frame, its MD5 verified. `again` asks for the frame anew, whose address has expired."""
    target = folder / safe_name(frame.filename, frame.basename)
    if not frame.version_set:
        raise ArchiveError(f"{frame.basename} has no version of its file.")
    version = frame.version_set[0]
    if await in_thread(md5_of, target) == version.md5.lower():
        meter.file_done()
        return target
    with Part(target, {"md5": version.md5}) as part:
        await fetch_version(transport, frame, version, part, meter, again)
        meter.file_done()
        return await in_thread(part.finish)


async def fetch_version(
    transport: AsyncTransport,
    frame: Frame,
    version: Version,
    part: Part,
    meter: Meter,
    again: Callable[[int], Awaitable[Frame]],
) -> None:
    """Fills the part with a version; a second time where the rest does not go with what was there."""
    url = version.url
    renewed_at = -1
    while True:
        if url is None:
            raise ArchiveError(f"{frame.basename} has no file that can be fetched.")
        try:
            await stream(transport, from_url(url, part), part, meter)
        except ArchiveError as error:
            if error.status not in NOT_HERE or renewed_at == part.offset:
                raise named(error, part) from error
            renewed_at = part.offset
            url = url_of(await again(frame.id), version)
            continue
        if await in_thread(check_md5, part, version.md5):
            return


def from_url(url: str, part: Part) -> Callable[[], Request]:
    """The request for the rest of a part, whenever it is made."""
    return lambda: Request("GET", url, part.headers())


def url_of(frame: Frame, version: Version) -> Optional[str]:
    """Where a version of a frame is now."""
    return next((v.url for v in frame.version_set if v.id == version.id), None)


def named(error: ArchiveError, part: Part) -> ArchiveError:
    """An error that says which file it was about."""
    return ArchiveError(
        f"{part.target.name}: {error.detail}",
        status=error.status,
        fields=error.fields,
        request=error.request,
        retry_after=error.retry_after,
    )


async def stream(
    transport: AsyncTransport,
    make: Callable[[], Request],
    part: Part,
    meter: Meter,
    remember: Callable[[httpx.Response], Dict[str, Any]] = lambda _: {},
) -> None:
    """Fills the part, going on where a connection breaks."""
    patience = transport.patience()

    async def take(response: httpx.Response) -> None:
        await into_part(response, part, meter, patience, remember(response))

    while True:
        with contextlib.suppress(Restart):
            await transport.run(make, take, patience, (NO_SUCH_RANGE,))
            return


async def into_part(
    response: httpx.Response, part: Part, meter: Meter, patience: Patience, more: Mapping[str, Any]
) -> None:
    """Writes the body of an answer."""
    total = await in_thread(part.begin, response.status_code, response.headers, more)
    meter.begin(part.offset, total)
    if response.status_code == NO_SUCH_RANGE:
        return
    async for piece in response.aiter_raw():
        part.write(piece)
        meter.add(len(piece))
        patience.got_on()
    if total is not None and part.offset < total:
        raise httpx.ReadError(f"{part.target.name} broke off after {part.offset} of {total} bytes")


async def download_zip(
    transport: AsyncTransport,
    order: Mapping[str, Any],
    target: Path,
    meter: Meter,
    wanted: Mapping[str, str],
) -> Path:
    """A ZIP of frames, read through when it is whole.

    It goes on by the ticket that the archive has given for it, or where there was none by asking for the same again.
    `wanted`: the MD5s of the files in it, by their names.
    """
    home = transport.address.url

    def make() -> Request:
        ticket = part.note.get("ticket")
        if part.offset and isinstance(ticket, str):
            return Request("GET", home + TICKETS.lstrip("/") + ticket, part.headers())
        headers = {**part.headers(), "Content-Type": "application/json"}
        return Request("POST", f"{home}frames/zip/", headers, to_json(order))

    with Part(target, order) as part:
        while True:
            try:
                await stream(transport, make, part, meter, ticket_of)
            except ArchiveError as error:
                # what a killed program has left can perhaps not go on any more
                if not part.was_continued or error.status not in NO_TICKET:
                    raise named(error, part) from error
                part.discard()
                continue
            if await in_thread(check_zip, part, wanted):
                meter.file_done()
                return await in_thread(part.finish)


def ticket_of(response: httpx.Response) -> Dict[str, Any]:
    """The ticket by which the ZIP can go on: the end of its address, as the way there is known."""
    found = TICKET.search(response.headers.get("content-location", ""))
    return {"ticket": found[1]} if found else {}
