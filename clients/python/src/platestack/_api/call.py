"""What is asked of an archive, as a value: who sends it, synchronously or not, is another matter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Callable, Generic, Tuple, TypeVar
from urllib.parse import quote

T = TypeVar("T")


@dataclass(frozen=True)
class Call(Generic[T]):
    """A request for JSON, and how its answer becomes a `T`."""

    method: str
    path: str
    """Below the archive's address, from its slash."""
    parse: Callable[[Any], T]
    query: Tuple[Tuple[str, str], ...] = ()
    json: Any = None
    """What is sent; None: nothing."""


def segment(value: object) -> str:
    """A value as one step of a path."""
    return quote(str(value), safe="")


def nothing(_: Any) -> None:
    """What is made of an answer without a body."""
