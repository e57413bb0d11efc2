"""A download as it lies on the disk: NAME.part until it is whole, and beside it NAME.part.json, by which it goes on.

Nothing of this waits for the network.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import os
import re
import zipfile
import zlib
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Dict, Mapping, Optional

from .errors import ArchiveError

try:
    import fcntl
except ImportError:  # Windows, where a file that is being written cannot be renamed
    fcntl = None  # type: ignore[assignment]

PIECE = 1024 * 1024
MD5 = re.compile(r"[0-9a-f]{32}")
RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+)")
# what servers say of a range that they cannot give
NO_SUCH_RANGE = 416
PARTIAL = 206
# what file systems take, with room for ".part.json.new"
LONGEST_NAME = 240


class Restart(Exception):
    """What is there cannot be continued: it has been thrown away."""


class Part:
    """A file that is being downloaded; a context manager that closes it.

    `order`: what was asked for, so that only the same is continued.
    """

    def __init__(self, target: Path, order: Mapping[str, Any]) -> None:
        self.target = target
        self.path = target.with_name(f"{target.name}.part")
        self._note_path = target.with_name(f"{target.name}.part.json")
        self._order = dict(order)
        self._file: Optional[BinaryIO] = None
        self._digest = hashlib.md5(usedforsecurity=False)
        self.note: Dict[str, Any] = self._read_note()
        self.offset = self._size() if self.note else 0
        self.was_continued = self.offset > 0

    @property
    def etag(self) -> Optional[str]:
        """By which the server knows what the part is the beginning of."""
        etag = self.note.get("etag")
        return etag if isinstance(etag, str) else None

    def headers(self) -> Dict[str, str]:
        """The headers that ask for the rest."""
        common = {"Accept-Encoding": "identity"}
        if self.offset == 0 or self.etag is None:
            return common
        return {**common, "Range": f"bytes={self.offset}-", "If-Range": self.etag}

    def begin(self, status: int, headers: Mapping[str, str], more: Mapping[str, Any]) -> Optional[int]:
        """An answer has come: keeps what is there if it is the rest of it.

        Gives the size of the whole, where that is said. `more`: what the note has to remember beside the ETag.
        """
        self.close()
        if status == NO_SUCH_RANGE:
            return self._begin_at_end(headers)
        if status == PARTIAL:
            found = RANGE.fullmatch(headers.get("content-range", ""))
            if not found or int(found[1]) != self.offset or headers.get("etag", self.etag) != self.etag:
                self._throw_away()
            total: Optional[int] = int(found[3]) if found else None
        else:
            self.offset = 0
            self.was_continued = False
            length = headers.get("content-length", "")
            total = int(length) if length.isdigit() else None
        self._open(0 if status != PARTIAL else self.offset)
        etag = headers.get("etag") or (self.etag if status == PARTIAL else None) or ""
        # a weak one does not say that bytes are the same
        self._write_note({**self.note, **more, "etag": None if etag.startswith("W/") else etag or None})
        return total

    def write(self, piece: bytes) -> None:
        """The next bytes."""
        assert self._file is not None
        self._file.write(piece)
        self._digest.update(piece)
        self.offset += len(piece)

    def md5(self) -> str:
        """The MD5 of what is there."""
        return self._digest.hexdigest()

    def finish(self) -> Path:
        """Gives the file its name."""
        if self._file is not None:
            self._file.flush()
            os.fsync(self._file.fileno())
        self.close()
        self.path.replace(self.target)
        self._note_path.unlink(missing_ok=True)
        return self.target

    def discard(self) -> None:
        """Removes what is there."""
        self.close()
        self.path.unlink(missing_ok=True)
        self._note_path.unlink(missing_ok=True)
        self.offset = 0
        self.note = {}
        self.was_continued = False

    def close(self) -> None:
        """What has come stays."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def __enter__(self) -> Part:
        """The part itself."""
        return self

    def __exit__(
        self, kind: Optional[type[BaseException]], error: Optional[BaseException], where: Optional[TracebackType]
    ) -> None:
        """Closes it."""
        self.close()

    def _begin_at_end(self, headers: Mapping[str, str]) -> int:
        """The range begins where the whole ends, if all of it came before."""
        total = headers.get("content-range", "").rpartition("/")[2]
        if self.offset == 0 or total != str(self.offset):
            self._throw_away()
        self._open(self.offset)
        return self.offset

    def _throw_away(self) -> None:
        # to ask for the same once more would not help
        if self.offset == 0:
            raise ArchiveError("Another range came than was asked for.", status=PARTIAL)
        self.discard()
        raise Restart

    def _open(self, keep: int) -> None:
        """Opens the file to go on after so many bytes, of which the digest is made."""
        self._digest = hashlib.md5(usedforsecurity=False)
        self.target.parent.mkdir(parents=True, exist_ok=True)
        self._file = open_alone(self.path)
        if os.fstat(self._file.fileno()).st_size < keep:
            self._throw_away()
        while self._file.tell() < keep:
            self._digest.update(self._file.read(min(PIECE, keep - self._file.tell())))
        self._file.truncate()

    def _size(self) -> int:
        try:
            return self.path.stat().st_size
        except FileNotFoundError:
            return 0

    def _read_note(self) -> Dict[str, Any]:
        """The note of an earlier run that wanted the same; else an empty one."""
        with contextlib.suppress(OSError, ValueError):
            note = json.loads(self._note_path.read_text(encoding="utf-8"))
            if isinstance(note, dict) and note.get("order") == self._order:
                return note
        return {}

    def _write_note(self, note: Dict[str, Any]) -> None:
        """Remembers by what to go on: in whole, or not at all."""
        self.note = {**note, "order": self._order}
        new = self._note_path.with_name(f"{self._note_path.name}.new")
        new.write_text(json.dumps(self.note), encoding="utf-8")
        new.replace(self._note_path)


def open_alone(path: Path) -> BinaryIO:
    """Opens a file to write, which no other program does: two would write into each other's."""
    file = os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o666), "r+b")
    if fcntl is not None:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            file.close()
            # a file system may know no locks
            if error.errno in (errno.EWOULDBLOCK, errno.EACCES):
                raise ArchiveError(f"{path.name} is being written by another program.") from error
            return path.open("r+b")
    return file


def md5_of(path: Path) -> Optional[str]:
    """The MD5 of a file; None: there is none."""
    digest = hashlib.md5(usedforsecurity=False)
    try:
        with path.open("rb") as file:
            while piece := file.read(PIECE):
                digest.update(piece)
    except FileNotFoundError:
        return None
    return digest.hexdigest()


def safe_name(name: Optional[str], what: str) -> str:
    """A name for a file that an archive proposes: it must not lead anywhere else, nor be that of a hidden file."""
    if not name:
        raise ArchiveError(f"{what} has no file.")
    if not name.isprintable() or re.search(r'^\.|[/\\:*?"<>|]', name) or len(os.fsencode(name)) > LONGEST_NAME:
        raise ArchiveError(f"{what} has a file with a name that cannot be used here: {name!r}.")
    return name


def check_md5(part: Part, wanted: str) -> bool:
    """Whether the part has the MD5 of the archive's record; if not it is thrown away.

    False: it was continued, and may be tried anew. What came in one piece is an error.
    """
    wanted = wanted.lower()
    found = part.md5()
    if found == wanted or not MD5.fullmatch(wanted):
        return True
    return thrown_away(part, f"its MD5 is {found}, not {wanted} as the archive's record says")


def check_zip(part: Part, wanted: Mapping[str, str]) -> bool:
    """The same of a ZIP: the CRC-32 of each file in it, and its MD5 where the record of its frame is known."""
    part.close()
    fault = fault_of_zip(part.path, wanted)
    return fault is None or thrown_away(part, fault)


def thrown_away(part: Part, fault: str) -> bool:
    """Removes a damaged part; False where it may be tried anew."""
    was_continued = part.was_continued
    part.discard()
    if was_continued:
        return False
    raise ArchiveError(f"{part.target.name} is damaged: {fault}.")


def fault_of_zip(path: Path, wanted: Mapping[str, str]) -> Optional[str]:
    """What is wrong with a ZIP, all of which is read."""
    try:
        with zipfile.ZipFile(path) as archive:
            for member in archive.infolist():
                digest = hashlib.md5(usedforsecurity=False)
                with archive.open(member) as file:
                    while piece := file.read(PIECE):
                        digest.update(piece)
                name = member.filename.rpartition("/")[2]
                md5 = wanted.get(name, "").lower()
                if MD5.fullmatch(md5) and digest.hexdigest() != md5:
                    return f"the MD5 of {name} in it is {digest.hexdigest()}, not {md5} as the archive's record says"
    # a RuntimeError: it is encrypted, or packed in a way that is not known here
    except (zipfile.BadZipFile, RuntimeError, EOFError, zlib.error) as error:
        return str(error)
    return None
