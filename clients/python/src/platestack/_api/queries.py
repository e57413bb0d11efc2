"""How values of parameters become text."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Any, List, Mapping, Protocol, Sequence, Tuple, Union


class TimeLike(Protocol):
    """An astropy Time."""

    @property
    def utc(self) -> Any:
        """The same time in UTC."""


class SkyLike(Protocol):
    """An astropy SkyCoord."""

    @property
    def icrs(self) -> Any:
        """The same place in ICRS."""


Moment = Union[str, datetime, date, TimeLike]
"""A time: text, a datetime (without a zone: UTC), or an astropy Time."""
Day = Union[str, date]
"""A date."""
Degrees = Union[float, str, Any]
"""An angle: a number of degrees, text as the archive reads it, or an astropy Quantity."""
Cone = Union[str, Tuple[Degrees, Degrees, Degrees], Tuple[SkyLike, Degrees]]
"""RA, Dec and radius: as text, as a tuple, or as a SkyCoord and a radius. Numbers are degrees (ICRS)."""
Box = Union[str, Tuple[float, float, float, float]]
"""RA1, Dec1, RA2 and Dec2 in degrees (ICRS)."""
Region = Union[str, Mapping[str, Any]]
"""A geometry: WKT, or GeoJSON as a mapping; RA and Dec in degrees (ICRS)."""
Pairs = Tuple[Tuple[str, str], ...]


def query(values: Mapping[str, object]) -> Pairs:
    """Parameters as they are sent: those without a value are left out, several values are repeated."""
    pairs: List[Tuple[str, str]] = []
    for name, value in values.items():
        if value is None:
            continue
        if name == "cone" and isinstance(value, (tuple, list)):
            pairs.append((name, cone_text(value)))
        elif isinstance(value, tuple) and name == "box":
            pairs.append((name, ",".join(text_of(v) for v in value)))
        elif isinstance(value, date) and not isinstance(value, datetime) and name != "dayobs":
            # where times are asked for, aggregates do not take a date alone
            pairs.append((name, f"{value.isoformat()}T00:00:00"))
        elif isinstance(value, Mapping):
            pairs.append((name, json.dumps(value)))
        elif isinstance(value, (list, tuple, set, frozenset)):
            pairs += [(name, text_of(v)) for v in value]
        else:
            pairs.append((name, text_of(value)))
    return tuple(pairs)


def text_of(value: object) -> str:
    """One value as text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if hasattr(value, "utc"):
        return str(value.utc.isot)
    return degrees(value)


def degrees(value: object) -> str:
    """An angle as text; an astropy Quantity in degrees."""
    return repr(float(value.to_value("deg"))) if hasattr(value, "to_value") else str(value)


def cone_text(value: Sequence[Any]) -> str:
    """RA, Dec and radius out of a tuple, which may begin with a SkyCoord."""
    if len(value) == 2 and hasattr(value[0], "icrs"):
        place = value[0].icrs
        value = (place.ra, place.dec, value[1])
    return ",".join(degrees(v) for v in value)
