"""Client of a Platestack science archive.

    from platestack import Archive

    with Archive("https://archive.example/") as archive:
        for frame in archive.frames(cone=(10.68, 41.27, 0.5), start="2016-01-01", end="2016-01-08"):
            print(frame.basename)

`AsyncArchive` is the same with `async` and `await`. `platestack.api` has all the records and operations.
"""

from __future__ import annotations

from . import api
from ._api.models import BulkOutcome, Frame, FrameInput, Version, VersionInput, WrittenFrame
from ._async.client import AsyncArchive
from ._sync.client import Archive
from ._version import __version__
from .errors import ArchiveError
from .tables import to_dataframe, to_table

__all__ = [
    "Archive",
    "ArchiveError",
    "AsyncArchive",
    "BulkOutcome",
    "Frame",
    "FrameInput",
    "Version",
    "VersionInput",
    "WrittenFrame",
    "__version__",
    "api",
    "to_dataframe",
    "to_table",
]
