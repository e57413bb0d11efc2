"""What differs between the two clients: waiting, threads, doing several things at once."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import Any, Callable, Dict, List, Set, TypeVar

from .._progress import Stopped

T = TypeVar("T")
R = TypeVar("R")
Many = Iterable[T]
# of a thread of at_once: the event that makes an end of it
current = threading.local()


def sleep(seconds: float) -> None:
    """Waits; raises Stopped where what the thread is working on was called off."""
    stopped = getattr(current, "stopped", None)
    if not isinstance(stopped, threading.Event):
        time.sleep(seconds)
    elif stopped.wait(seconds):
        raise Stopped


def in_thread(work: Callable[..., R], *arguments: Any) -> R:
    """What takes long without waiting for the network: nobody else waits meanwhile."""
    return work(*arguments)


def one_by_one(many: Many[T]) -> Iterator[T]:
    """Those of an iterable."""
    yield from many


def at_once(many: Many[T], work: Callable[[T], R], parallel: int, stop: Callable[[], None]) -> List[R]:
    """What `work` gives for each, in their order; so many at once, and no more taken than are worked on.

    `stop` makes an end of those under way, where one failed or the user has pressed Ctrl-C.
    """
    parallel = max(1, parallel)
    done: Dict[int, R] = {}
    numbers: Dict[Future[R], int] = {}
    stopped = threading.Event()

    def worked(one: T) -> R:
        current.stopped = stopped
        return work(one)

    under_way: Set[Future[R]] = set()
    with ThreadPoolExecutor(parallel, thread_name_prefix="platestack") as threads:
        try:
            for number, one in enumerate(many):
                future = threads.submit(worked, one)
                numbers[future] = number
                under_way.add(future)
                while len(under_way) >= parallel:
                    under_way = collect(under_way, numbers, done)
            while under_way:
                under_way = collect(under_way, numbers, done)
        except BaseException:
            stopped.set()
            stop()
            raise
    return [done[number] for number in sorted(done)]


def collect(under_way: Set[Future[R]], numbers: Dict[Future[R], int], done: Dict[int, R]) -> Set[Future[R]]:
    """Waits for one at least; gives those that go on."""
    finished, rest = wait(under_way, return_when=FIRST_COMPLETED)
    for future in finished:
        done[numbers.pop(future)] = future.result()
    return rest
