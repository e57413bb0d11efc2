"""Progress of downloads on a terminal."""

from __future__ import annotations

import sys
import threading
from types import TracebackType
from typing import Any, Optional

from tqdm import tqdm


class Stopped(Exception):
    """The download was called off, because another failed or the user has pressed Ctrl-C."""


class Meter:
    """Counts what came, and shows it; it can be used by several threads.

    `show`: True or False; None: where standard error is a terminal. `of_files`: what is counted is
    files, with the bytes beside it; else bytes.
    """

    def __init__(self, name: str, show: Optional[bool] = None, *, of_files: bool = False) -> None:
        self.of_files = of_files
        self.files = 0
        self.bytes = 0
        self._stopped = False
        self._lock = threading.Lock()
        # tqdm's own word for "only on a terminal" is None
        disable = None if show is None else not show
        units: dict[str, Any] = {"unit": " files"} if of_files else {"unit": "B", "unit_scale": True}
        self._bar: tqdm[Any] = tqdm(desc=name, disable=disable, file=sys.stderr, dynamic_ncols=True, **units)

    def begin(self, offset: int, total: Optional[int]) -> None:
        """A file begins: so much of it is there, and it will have so many bytes."""
        if not self.of_files:
            with self._lock:
                self._bar.total = total
                self._bar.n = offset
                self._bar.refresh()

    def add(self, size: int) -> None:
        """So many bytes came."""
        if self._stopped:
            raise Stopped
        with self._lock:
            self.bytes += size
            if self.of_files:
                self._bar.set_postfix_str(tqdm.format_sizeof(self.bytes, "B", 1000), refresh=False)
                self._bar.update(0)
            else:
                self._bar.update(size)

    def file_done(self) -> None:
        """A file is whole."""
        with self._lock:
            self.files += 1
            if self.of_files:
                self._bar.update(1)

    def stop(self) -> None:
        """Whoever adds to this is stopped."""
        self._stopped = True

    def __enter__(self) -> Meter:
        """Begins to count."""
        return self

    def __exit__(
        self, kind: Optional[type[BaseException]], error: Optional[BaseException], where: Optional[TracebackType]
    ) -> None:
        """Leaves the last line where it is."""
        self._bar.close()
