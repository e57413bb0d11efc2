"""Frames as tables of astropy and pandas."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Callable, Dict, Iterable, List, Optional, Tuple

from ._api.models import Area, Frame

if TYPE_CHECKING:
    import pandas
    from astropy.table import Table

# how a column is kept: text, whole numbers, numbers with a unit, times, dates
Column = Tuple[str, str, Callable[[Frame], Any]]
COLUMNS: List[Column] = [
    ("id", "whole", lambda f: f.id),
    ("basename", "text", lambda f: f.basename),
    ("observation_date", "time", lambda f: f.observation_date),
    ("observation_day", "day", lambda f: f.observation_day),
    ("exposure_time", "s", lambda f: f.exposure_time),
    ("site_id", "text", lambda f: f.site_id),
    ("telescope_id", "text", lambda f: f.telescope_id),
    ("instrument_id", "text", lambda f: f.instrument_id),
    ("primary_optical_element", "text", lambda f: f.primary_optical_element),
    ("configuration_type", "text", lambda f: f.configuration_type),
    ("reduction_level", "whole", lambda f: f.reduction_level),
    ("target_name", "text", lambda f: f.target_name),
    ("proposal_id", "text", lambda f: f.proposal_id),
    ("observation_id", "whole", lambda f: f.observation_id),
    ("request_id", "whole", lambda f: f.request_id),
    ("public_date", "time", lambda f: f.public_date),
    ("area", "text", lambda f: stc_s(f.area)),
    ("filename", "text", lambda f: f.filename),
    ("url", "text", lambda f: f.url),
]


def stc_s(area: Optional[Area]) -> Optional[str]:
    """The outline of a frame as STC-S, as ObsCore's s_region has it: RA from 0 to 360 and Dec in degrees (ICRS)."""
    if area is None or not area.coordinates:
        return None
    # the ring is closed: its last corner is the first
    corners = " ".join(f"{ra % 360:.8g} {dec:.8g}" for ra, dec, *_ in area.coordinates[0][:-1])
    return f"POLYGON ICRS {corners}"


def values_of(frames: Iterable[Frame]) -> Dict[str, List[Any]]:
    """The columns' values; None where there is none."""
    listed = list(frames)
    return {name: [value(frame) for frame in listed] for name, _, value in COLUMNS}


def to_table(frames: Iterable[Frame]) -> Table:
    """Frames as an astropy Table: times as Time (UTC), exposure times in seconds, what is unknown masked.

    Needs astropy (`pip install "platestack[astropy]"`).
    """
    try:
        import numpy
        from astropy import units
        from astropy.table import MaskedColumn, Table
    except ImportError as error:
        raise ImportError('to_table needs astropy: pip install "platestack[astropy]"') from error

    table = Table()
    values = values_of(frames)
    for name, kind, _ in COLUMNS:
        column = values[name]
        unknown = [value is None for value in column]
        if kind == "time":
            table[name] = times_of(column)
        elif kind == "text" or kind == "day":
            texts = [day_text(value) for value in column]
            table[name] = MaskedColumn(numpy.array(texts, dtype=str), mask=unknown)
        elif kind == "whole":
            table[name] = MaskedColumn(numpy.array([v or 0 for v in column], dtype=numpy.int64), mask=unknown)
        else:
            numbers = numpy.array([numpy.nan if v is None else v for v in column], dtype=float)
            table[name] = MaskedColumn(numbers, mask=unknown, unit=units.Unit(kind))
    return table


def day_text(value: Any) -> str:
    """Text, or a date as it is written."""
    return value.isoformat() if isinstance(value, date) else value or ""


def times_of(column: List[Any]) -> Any:
    """Times as astropy's, masked where there is none."""
    import numpy
    from astropy.time import Time

    # text, by which microseconds stay exact
    texts = ["2000-01-01T00:00:00" if v is None else v.replace(tzinfo=None).isoformat() for v in column]
    times = Time(numpy.array(texts, dtype="U26"), format="isot", scale="utc", precision=6)
    unknown = numpy.array([v is None for v in column], dtype=bool)
    if unknown.any():
        times[unknown] = numpy.ma.masked
    return times


def to_dataframe(frames: Iterable[Frame]) -> pandas.DataFrame:
    """Frames as a pandas DataFrame: times with their zone (UTC), whole numbers and text that may be unknown.

    Needs pandas (`pip install "platestack[pandas]"`).
    """
    try:
        import pandas
    except ImportError as error:
        raise ImportError('to_dataframe needs pandas: pip install "platestack[pandas]"') from error

    values = values_of(frames)
    made: Dict[str, Any] = {}
    for name, kind, _ in COLUMNS:
        column = values[name]
        if kind == "time":
            made[name] = pandas.to_datetime(pandas.Series(column, dtype="object"), utc=True)
        elif kind == "day":
            made[name] = pandas.to_datetime(pandas.Series(column, dtype="object"))
        else:
            dtype = {"whole": "Int64", "text": "string"}.get(kind, "float64")
            made[name] = pandas.Series(column, dtype=dtype)
    frame: pandas.DataFrame = pandas.DataFrame(made)
    return frame
