"""The pages of a search."""

from __future__ import annotations

from typing import Optional, Tuple
from urllib.parse import parse_qsl, urlsplit

from ._api.call import Call
from ._api.models import FramePage
from .errors import ArchiveError

Pairs = Tuple[Tuple[str, str], ...]
# what a link to the next page adds to what was asked
OF_LINKS = ("cursor", "offset")


def first_page(asked: Pairs) -> Pairs:
    """The parameters of the first page: by cursors, but for the one order that these do not know."""
    by_distance = any(name == "ordering" and "distance" in value for name, value in asked)
    return asked if by_distance else (*asked, ("pagination_style", "cursor"))


def page_call(at: Pairs, size: int) -> Call[FramePage]:
    """The call for one page."""
    return Call("GET", "/frames/", FramePage.from_json, query=(*at, ("limit", str(size))))


def next_page(at: Pairs, page: FramePage) -> Optional[Pairs]:
    """The parameters of the page after; None: there is none.

    Only its place is taken out of the link, whose host is the archive's idea of itself.
    """
    if page.next is None:
        return None
    place = tuple(pair for pair in parse_qsl(urlsplit(page.next).query) if pair[0] in OF_LINKS)
    after = (*(pair for pair in at if pair[0] not in OF_LINKS), *place) if place else None
    if after == at:
        raise ArchiveError("The next page of the list is the same page again.")
    return after
