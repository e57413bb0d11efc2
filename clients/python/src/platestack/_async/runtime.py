"""What differs between the two clients: waiting, threads, doing several things at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Iterable
from typing import Any, Callable, List, Optional, Tuple, TypeVar, Union

T = TypeVar("T")
R = TypeVar("R")
Many = Union[Iterable[T], AsyncIterable[T]]


async def sleep(seconds: float) -> None:
    """Waits."""
    await asyncio.sleep(seconds)


async def in_thread(work: Callable[..., R], *arguments: Any) -> R:
    """What takes long without waiting for the network: others go on meanwhile."""
    return await asyncio.to_thread(work, *arguments)


async def one_by_one(many: Many[T]) -> AsyncIterator[T]:
    """Those of an iterable of either kind."""
    if isinstance(many, AsyncIterable):
        async for one in many:
            yield one
    else:
        for one in many:
            yield one


async def at_once(many: Many[T], work: Callable[[T], Awaitable[R]], parallel: int, stop: Callable[[], None]) -> List[R]:
    """What `work` gives for each, in their order; so many at once, and no more taken than are worked on."""
    waiting = one_by_one(many)
    turn = asyncio.Lock()
    done: List[Tuple[int, R]] = []
    count = 0

    async def take() -> Optional[Tuple[int, T]]:
        nonlocal count
        async with turn:
            async for one in waiting:
                count += 1
                return count, one
            return None

    async def go_on() -> None:
        while (taken := await take()) is not None:
            number, one = taken
            done.append((number, await work(one)))

    workers = [asyncio.ensure_future(go_on()) for _ in range(max(1, parallel))]
    try:
        await asyncio.gather(*workers)
    finally:
        for worker in workers:
            worker.cancel()
        await asyncio.gather(*workers, return_exceptions=True)
        stop()
    return [result for _, result in sorted(done, key=lambda pair: pair[0])]
