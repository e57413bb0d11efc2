"""What the tests share: the archives that test/clients/python.test.ts has started, and both clients in one shape."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Callable

import pytest

from platestack import Archive, AsyncArchive

from .relay import Relay


@dataclass(frozen=True)
class Tested:
    """An archive: its address, a superuser's token, and the name and password of another."""

    # not what pytest takes it for by its name
    __test__ = False

    url: str
    token: str
    username: str
    password: str


def told(name: str) -> Tested:
    """One of the archives."""
    return Tested(**json.loads(Path(os.environ["PLATESTACK_TESTED"]).read_text())[name])


@pytest.fixture(scope="session")
def local() -> Tested:
    """The archive that serves its files itself."""
    return told("local")


@pytest.fixture(scope="session")
def s3() -> Tested:
    """The archive whose files are fetched from an S3 server, by signed URLs."""
    return told("s3")


@pytest.fixture
def relay(local: Tested) -> Iterator[Relay]:
    """A relay before the local archive."""
    with Relay(local.url) as started:
        yield started


class Blocking:
    """An AsyncArchive whose methods end before they return, and whose iterators are lists."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        self.loop = asyncio.new_event_loop()
        self.archive = AsyncArchive(*arguments, **named)

    def __getattr__(self, name: str) -> Any:
        found = getattr(self.archive, name)
        return (lambda *a, **n: self.ended(found(*a, **n))) if callable(found) else found

    def ended(self, made: Any) -> Any:
        return self.loop.run_until_complete(listed(made) if hasattr(made, "__aiter__") else made)

    def close(self) -> None:
        self.ended(self.archive.aclose())
        self.loop.close()


async def listed(many: Any) -> list[Any]:
    return [one async for one in many]


Open = Callable[..., Any]


@pytest.fixture(params=[Archive, Blocking], ids=["sync", "async"])
def opened(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Open]:
    """Opens an archive with either client; closed at the end of the test."""
    monkeypatch.delenv("PLATESTACK_ARCHIVE", raising=False)
    monkeypatch.delenv("PLATESTACK_TOKEN", raising=False)
    archives = []

    def start(url: str, **named: Any) -> Any:
        archives.append(request.param(url, **{"patience": 20.0, "timeout": 20.0, "verify": False, **named}))
        return archives[-1]

    yield start
    for archive in archives:
        archive.close()
