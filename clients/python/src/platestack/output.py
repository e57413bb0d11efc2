"""How the command lists frames: each format is written as the frames come."""

from __future__ import annotations

import csv
import dataclasses
import itertools
import json
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any, Callable, Dict, List, TextIO

from ._api.models import Frame
from .tables import COLUMNS

# heading, and what is below it
Cell = Callable[[Frame], Any]
SHOWN: Dict[str, Cell] = {
    "basename": lambda f: f.basename,
    "observed (UTC)": lambda f: f.observation_date and f.observation_date.strftime("%Y-%m-%d %H:%M:%S"),
    "site": lambda f: f.site_id,
    "tel": lambda f: f.telescope_id,
    "camera": lambda f: f.instrument_id,
    "filter": lambda f: f.primary_optical_element,
    "type": lambda f: f.configuration_type,
    "level": lambda f: f.reduction_level,
    "exp (s)": lambda f: f.exposure_time,
    "target": lambda f: f.target_name,
}
# after so many frames the columns of a table are as wide as they get
MEASURED = 500


def write_names(frames: Iterator[Frame], out: TextIO) -> None:
    """A basename on each line."""
    for frame in frames:
        out.write(printable(frame.basename) + "\n")


def write_table(frames: Iterator[Frame], out: TextIO) -> None:
    """Aligned columns of what tells frames apart; nothing where there are none."""
    first = [cells_of(frame) for frame in itertools.islice(frames, MEASURED)]
    if not first:
        return
    headings = list(SHOWN)
    widths = [max(map(len, column)) for column in zip(headings, *first)]
    for row in itertools.chain([headings], first, map(cells_of, frames)):
        out.write("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() + "\n")


def cells_of(frame: Frame) -> List[str]:
    """A frame's row."""
    return [printable(plain(cell(frame))) for cell in SHOWN.values()]


def write_csv(frames: Iterator[Frame], out: TextIO) -> None:
    """Comma-separated values of all columns, with a line of their names (RFC 4180, but for line ends)."""
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([name for name, _, _ in COLUMNS])
    for frame in frames:
        writer.writerow([plain(value(frame)) for _, _, value in COLUMNS])


def write_json(frames: Iterator[Frame], out: TextIO) -> None:
    """An array of the records, one on each line."""
    out.write("[")
    for number, frame in enumerate(frames):
        record = {name: value for name, value in dataclasses.asdict(frame).items() if value is not None}
        out.write((",\n " if number else "\n ") + json.dumps(record, default=plain, ensure_ascii=False))
    out.write("\n]\n")


def plain(value: Any) -> str:
    """A value as text: times in ISO 8601, nothing for what is unknown."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    return value.isoformat() if isinstance(value, date) else str(value)


def printable(text: str) -> str:
    """Text that a terminal shows and does not obey."""
    return "".join(c if c.isprintable() else "?" for c in text)


FORMATS: Dict[str, Callable[[Iterator[Frame], TextIO], None]] = {
    "csv": write_csv,
    "json": write_json,
    "names": write_names,
    "table": write_table,
}
