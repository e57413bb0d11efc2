"""The synchronous client out of the asynchronous one, word by word."""

from __future__ import annotations

import re

# modules of which both clients have one of their own
SAME_IN_BOTH = ("runtime.py", "__init__.py")
WORDS = [
    (r"\basync (def|with|for)\b", r"\1"),
    (r"\bawait ", ""),
    (r"\bAwaitable\[(\w+)\]", r"\1"),
    (r"\bAsync(Archive|Transport|Client|BaseTransport|Iterator|Iterable)\b", r"\1"),
    (r"\b__a(enter|exit|iter|next)__\b", r"__\1__"),
    (r"\baclose\b", "close"),
    (r"\baread\b", "read"),
    (r"\baiter_(lines|bytes|raw)\b", r"iter_\1"),
    (r"\b(An) asynchronous\b", "A synchronous"),
    (r"\basynchronous\b", "synchronous"),
]
NOTE = "# Made by generator/ from _async/: change that, and run `npm run clients`.\n"


def synchronous(text: str) -> str:
    """The same module without async and await."""
    for pattern, instead in WORDS:
        text = re.sub(pattern, instead, text)
    return text if text.startswith('"""Made by generator/') else NOTE + text
