"""How long to wait before the same is asked again."""

from __future__ import annotations

import random
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from typing import Optional

FIRST_S = 0.5
LONGEST_S = 30.0
# connections that broke one after the other, with nothing got in between; those that were not made at all
BROKEN = 5
REFUSED = 3


def seconds_of(retry_after: Optional[str]) -> Optional[float]:
    """A Retry-After as seconds from now: a number, or a date."""
    if retry_after is None:
        return None
    text = retry_after.strip()
    if text.isascii() and text.isdigit():
        return float(text)
    try:
        date = parsedate_to_datetime(text)
    except (TypeError, ValueError, IndexError, OverflowError):
        return None
    date = date if date.tzinfo else date.replace(tzinfo=timezone.utc)
    return max(0.0, (date - datetime.now(timezone.utc)).total_seconds())


class Patience:
    """The waits of one request. What waits for long in all, or too often without getting on, is given up."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._waited = 0.0
        self._times = 0
        self._broken = 0

    def after_refusal(self, retry_after: Optional[float]) -> Optional[float]:
        """How long to wait after a 429 or 503; None: longer than there is patience for."""
        # 0 seconds, or a date that is past, is no word to come back at once and for ever
        return self._take(retry_after or self._back_off())

    def after_break(self, *, was_made: bool = True) -> Optional[float]:
        """How long to wait after a connection that broke, or was not made; None: it did so too often."""
        self._broken += 1
        return self._take(self._back_off()) if self._broken < (BROKEN if was_made else REFUSED) else None

    def got_on(self) -> None:
        """Something came: what fails from now on is a new trouble."""
        self._waited, self._times, self._broken = 0.0, 0, 0

    def _back_off(self) -> float:
        self._times += 1
        longest = min(LONGEST_S, FIRST_S * 2.0 ** (self._times - 1))
        # not all of those who were refused at once should come back at once
        return longest * random.uniform(0.5, 1.0)

    def _take(self, wait: float) -> Optional[float]:
        if self._waited + wait > self.seconds:
            return None
        self._waited += wait
        return wait
