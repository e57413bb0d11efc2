"""How values of records are made of JSON."""

from __future__ import annotations

import re
from datetime import date, datetime, timezone
from typing import Any, Callable, Dict, List, Optional, TypeVar

T = TypeVar("T")
FRACTION = re.compile(r"\.(\d+)")


def optional(parse: Callable[[Any], T], value: Any) -> Optional[T]:
    """A value that may be null or missing."""
    return None if value is None else parse(value)


def each(parse: Callable[[Any], T]) -> Callable[[Any], List[T]]:
    """A parser of arrays."""
    return lambda found: [parse(value) for value in found]


def values(parse: Callable[[Any], T]) -> Callable[[Any], Dict[str, T]]:
    """A parser of objects whose values are all alike."""
    return lambda found: {name: parse(value) for name, value in found.items()}


def moment(text: str) -> datetime:
    """A time of the archive's, in UTC. Python 3.9 reads neither a Z nor any number of digits but three or six."""
    text = FRACTION.sub(lambda digits: f".{digits[1][:6]:0<6}", text.replace("Z", "+00:00"))
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=timezone.utc)


def day(text: str) -> date:
    """A date without a time."""
    return date.fromisoformat(text)


def anything(value: Any) -> Any:
    """JSON as it is."""
    return value
