"""The search by keywords, and what a command line has to know of its filters."""

from __future__ import annotations

from .filters import OF_PAGES, OF_SHOWING, value_type
from .operations import documentation, python_name
from .schemas import HEAD, Document, Schema

SEARCH = '''
from collections.abc import AsyncIterator
from typing import Optional, Sequence, Tuple, Union

from .._api.models import Frame
from .._api.queries import Box, Cone, Day, Moment, Region, query


class FrameSearch:
    """The search for frames, with a keyword for each filter of the archive."""

    def _search(
        self, asked: Tuple[Tuple[str, str], ...], limit: Optional[int], page_size: int
    ) -> AsyncIterator[Frame]:
        raise NotImplementedError

    def frames(self, *, {arguments}, limit: Optional[int] = None, page_size: int = 500) -> AsyncIterator[Frame]:
{documentation}
        return self._search(query({{{pairs}}}), limit, page_size)
'''
INTRODUCTION = "All frames that the caller may see and that match every filter given, newest first unless ordered."
DETAILS = (
    "They are asked for page by page, as the iteration goes on, by cursors: a search that many frames match costs no "
    "more at its end than at its beginning."
)
LIMITS = (
    "    limit: At most so many frames in all.\n"
    "    page_size: How many frames one request asks for; the archive gives 1000 at most."
)


def searched(document: Document) -> list[Schema]:
    """The parameters of the search by keywords: the filters, then what is shown of a frame."""
    listed = [p for p in document.operation("framesList").parameters if p["name"] not in OF_PAGES]
    return sorted(listed, key=lambda p: p["name"] in OF_SHOWING)


def render_search(document: Document) -> str:
    """The module with the method `frames`."""
    parameters = searched(document)
    operation = document.operation("framesList")
    about = {**operation.about, "summary": INTRODUCTION.rstrip("."), "description": DETAILS}
    described = type(operation)(operation.id, operation.method, operation.path, about)
    text = documentation(described, parameters).replace("\n", "\n    ")
    text = text.replace('\n    """', "", 1) if text.startswith('\n    """') else text
    limits = LIMITS.replace("\n", "\n        ")
    text = "    " + text.rstrip().removesuffix('"""').rstrip() + f"\n        {limits}\n        " + '"""'
    text = "\n".join(line.rstrip() for line in text.split("\n"))
    return HEAD + SEARCH.format(
        arguments=", ".join(f"{python_name(p['name'])}: {value_type(p)} = None" for p in parameters),
        documentation=text,
        pairs=", ".join(f"{p['name']!r}: {python_name(p['name'])}" for p in parameters),
    )


def render_filters(document: Document) -> str:
    """The module of what options of a command are made of."""
    rows = []
    for p in searched(document):
        schema = p["schema"]
        kind = schema.get("type")
        value = schema["items"].get("type", "string") if kind == "array" else kind
        example = p.get("example", schema.get("example", ""))
        if isinstance(example, list):
            example = ",".join(map(str, example))
        row = (p["name"], value, kind == "array", p.get("description", ""), str(example))
        rows.append(f"    Filter({', '.join(map(repr, row))}),")
    table = "\n".join(rows)
    return f'''{HEAD}
from typing import NamedTuple


class Filter(NamedTuple):
    """A filter of a search, or what is shown of its frames."""

    name: str
    kind: str
    several: bool
    description: str
    example: str


FILTERS = (
{table}
)
'''
