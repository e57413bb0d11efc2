"""The archive as an asynchronous client sees it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from types import TracebackType
from typing import Any, Dict, List, Mapping, Optional, Tuple, TypeVar, Union

import httpx

from .._api import operations as api
from .._api.call import Call
from .._api.models import BulkOutcome, Frame, FrameInput, Profile, WrittenFrame
from .._lines import lines_of, outcomes_of
from .._pages import first_page, next_page, page_call
from .._progress import Meter
from .._requests import Address, Request, checked_token, find_address
from .._version import USER_AGENT
from ..errors import ArchiveError
from .downloads import download_file, download_zip
from .runtime import Many, at_once, in_thread, one_by_one
from .search import FrameSearch
from .transport import AsyncTransport, new_client, read_all

T = TypeVar("T")
FrameOrId = Union[Frame, int]
PathLike = Union[str, Path]


class AsyncArchive(FrameSearch):
    """A science archive, asynchronously; a context manager that closes its connections.

    Args:
        url: The archive's address; `PLATESTACK_ARCHIVE` of the environment unless given.
        token: The user's token; that of `PLATESTACK_TOKEN` unless given, where the environment does not name another
            archive. An empty one asks as nobody. It is sent to the archive's own origin and nowhere else.
        patience: How many seconds to wait in all, request by request, when the archive says that it is busy or has been
            asked too often (503, 429).
        timeout: How many seconds a connection may be silent.
        verify: Whether, or by which `ssl.SSLContext`, certificates are verified.
        transport: How requests are sent, for tests and proxies of one's own.
    """

    def __init__(
        self,
        url: Optional[str] = None,
        *,
        token: Optional[str] = None,
        patience: float = 300.0,
        timeout: float = 60.0,
        verify: Any = True,
        transport: Optional[httpx.AsyncBaseTransport] = None,
    ) -> None:
        client = new_client(timeout, transport, verify, USER_AGENT)
        self._transport = AsyncTransport(find_address(url, token), client, patience)

    @property
    def url(self) -> str:
        """The archive's address, with a slash at its end."""
        return self._transport.address.url

    async def __aenter__(self) -> AsyncArchive:
        """The archive itself."""
        return self

    async def __aexit__(
        self, kind: Optional[type[BaseException]], error: Optional[BaseException], where: Optional[TracebackType]
    ) -> None:
        """Closes the connections."""
        await self.aclose()

    async def aclose(self) -> None:
        """Closes the connections."""
        await self._transport.client.aclose()

    async def call(self, call: Call[T]) -> T:
        """The answer to any call of `platestack.api`, such as `api.frames_aggregate(public=True, site_id="coj")`."""
        return await self._transport.call(call)

    async def log_in(self, username: str, password: str) -> str:
        """Logs in; what is asked from now on is asked as this user. Gives the token, for other programs."""
        address = self._transport.address
        self._transport.address = Address(address.url, None)
        try:
            found = await self.call(api.auth_token({"username": username, "password": password}))
        except ArchiveError:
            self._transport.address = address
            raise
        self._transport.address = Address(address.url, checked_token(found.token))
        return found.token

    async def profile(self) -> Profile:
        """Who the archive takes the caller for."""
        return await self.call(api.auth_profile())

    async def frame(self, name: Union[int, str]) -> Frame:
        """The frame of that id, or of that whole basename."""
        if isinstance(name, int):
            return await self.call(api.frames_get(name))
        page = await self.call(api.frames_list(basename_exact=name, limit=1))
        if not page.results:
            raise ArchiveError(f"There is no frame {name} that you may see.", status=404)
        return page.results[0]

    async def headers(self, frame: FrameOrId) -> Dict[str, Any]:
        """The FITS headers of a frame, by keyword."""
        return (await self.call(api.frames_headers(id_of(frame)))).data

    async def related(self, frame: FrameOrId) -> List[Frame]:
        """The frames that are related to one, such as its calibrations."""
        return await self.call(api.frames_related(id_of(frame)))

    async def _search(
        self, asked: Tuple[Tuple[str, str], ...], limit: Optional[int], page_size: int
    ) -> AsyncIterator[Frame]:
        at: Optional[Tuple[Tuple[str, str], ...]] = first_page(asked)
        left = limit
        while at is not None and (left is None or left > 0):
            page = await self.call(page_call(at, page_size if left is None else min(left, page_size)))
            for frame in page.results if left is None else page.results[:left]:
                yield frame
            left = None if left is None else left - len(page.results)
            at = next_page(at, page)

    async def ingest(self, record: Union[FrameInput, Mapping[str, Any]]) -> WrittenFrame:
        """Creates a frame, or adds versions to one; for superusers.

        What is wrong with a record is in `ArchiveError.fields`.
        """
        return await self.call(Call("POST", "/frames/", WrittenFrame.from_json, json=dict(record)))

    async def ingest_many(
        self, records: Many[Union[FrameInput, Mapping[str, Any]]], *, lines: int = 500
    ) -> AsyncIterator[BulkOutcome]:
        """Creates many frames, or adds versions to them; yields what became of each record, in their order.

        They are sent as they come, `lines` in one request at most; `line` of an outcome is the
        number of its record, from 1. A record that is refused does not hold up others. What a
        broken connection left open is sent again: a version that its frame has already is no
        error here.
        """
        waiting: List[bytes] = []
        base = size = 0
        async for record in one_by_one(records):
            line = lines_of(record)
            if waiting and (len(waiting) >= lines or size + len(line) > MAX_BODY):
                for outcome in await self._bulk(waiting, base):
                    yield outcome
                base, size, waiting = base + len(waiting), 0, []
            waiting.append(line)
            size += len(line)
        if waiting:
            for outcome in await self._bulk(waiting, base):
                yield outcome

    async def _bulk(self, lines: List[bytes], base: int) -> List[BulkOutcome]:
        """What became of these lines. Those without an answer were not written, and are sent again."""
        done: List[BulkOutcome] = []
        while len(done) < len(lines):
            headers = {"Content-Type": "application/x-ndjson", "Accept": "application/x-ndjson, application/json"}
            body = b"".join(lines[len(done) :])
            request = Request("POST", f"{self.url}frames/bulk/", headers, body)
            answer = await self._transport.run(lambda r=request: r, read_all, self._transport.patience())  # type: ignore[misc]
            found = outcomes_of(answer, base + len(done))
            if not found:
                raise ArchiveError("The archive did not say what became of the records.", request=request.name)
            done += found
        return done

    async def download(self, frame: FrameOrId, to: PathLike = ".", *, progress: Optional[bool] = None) -> Path:
        """Downloads the newest file of a frame into the folder `to`; gives its path.

        It goes on where an earlier run broke off (NAME.part), and has its name only when it is whole and has the MD5 of
        the archive's record. A file that is there with that MD5 is not downloaded again. `progress`: a bar on standard
        error; unless given, where that is a terminal.
        """
        record = await self._record(frame)
        with Meter(record.filename or record.basename, progress) as meter:
            return await download_file(self._transport, record, Path(to), meter, self.frame)

    async def download_all(
        self, frames: Many[FrameOrId], to: PathLike = ".", *, parallel: int = 4, progress: Optional[bool] = None
    ) -> List[Path]:
        """Downloads the newest files of many frames, `parallel` at once, as `download` does; gives their paths.

        `frames` may be a search, of which no more is asked for than is being downloaded; each is
        downloaded once. Where some fail the others are downloaded all the same, and the error at
        the end has the single ones in `errors`.
        """
        failures: List[ArchiveError] = []
        with Meter("frames", progress, of_files=True) as meter:

            async def one(frame: FrameOrId) -> Optional[Path]:
                try:
                    return await download_file(self._transport, await self._record(frame), Path(to), meter, self.frame)
                except ArchiveError as error:
                    failures.append(error)
                    return None

            done = await at_once(each_once(frames), one, parallel, meter.stop)
        if failures:
            raise several(failures, len(done))
        return [path for path in done if path is not None]

    async def download_zip(
        self,
        frames: Many[FrameOrId],
        to: PathLike,
        *,
        uncompress: bool = False,
        catalog_only: bool = False,
        overwrite: bool = False,
        progress: Optional[bool] = None,
    ) -> Path:
        """Downloads the newest files of frames as one ZIP, `to` being its path; gives that.

        It goes on where an earlier run for the same frames broke off. `uncompress`: fpacked files are unpacked.
        `catalog_only`: of reduced frames only the catalogue. Each file is checked by its CRC-32, and by the MD5 of its
        record where frames are given rather than ids.
        """
        target = Path(to)
        if await in_thread(target.exists) and not overwrite:
            raise ArchiveError(f"{target} is there already.")
        wanted = [frame async for frame in one_by_one(frames)]
        if not wanted:
            raise ArchiveError("There are no frames to download.")
        order: Dict[str, Any] = {"frame_ids": list(dict.fromkeys(map(id_of, wanted)))}
        order.update({"uncompress": True} if uncompress else {}, **({"catalog_only": True} if catalog_only else {}))
        is_stored = not (uncompress or catalog_only)
        sums = {f.filename: f.version_set[0].md5 for f in wanted if is_stored and isinstance(f, Frame) and f.filename}
        with Meter(target.name, progress) as meter:
            return await download_zip(self._transport, order, target, meter, sums)

    async def _record(self, frame: FrameOrId) -> Frame:
        return frame if isinstance(frame, Frame) else await self.frame(frame)


async def each_once(frames: Many[FrameOrId]) -> AsyncIterator[FrameOrId]:
    """Frames without those that were there before."""
    seen = set()
    async for frame in one_by_one(frames):
        if id_of(frame) not in seen:
            seen.add(id_of(frame))
            yield frame


# of one bulk request, in bytes
MAX_BODY = 4 * 1024 * 1024


def id_of(frame: FrameOrId) -> int:
    """The id of a frame."""
    return frame.id if isinstance(frame, Frame) else frame


def several(failures: List[ArchiveError], count: int) -> ArchiveError:
    """One error for the failures among many downloads."""
    [first, *_] = failures
    if len(failures) == 1:
        return first
    return ArchiveError(
        f"{len(failures)} of {count} files could not be downloaded; the first: {first.detail}",
        status=first.status,
        request=first.request,
        errors=failures,
    )
