"""What the filters of a search take, which the document says in words only."""

from __future__ import annotations

from typing import Any

# parameters whose text has a form of its own, by the type of platestack._api.queries that writes it
FORMS = {
    "cone": "Cone",
    "box": "Box",
    "covers": "Region",
    "intersects": "Region",
    "dayobs": "Day",
    **dict.fromkeys(("start", "end", "DATE_OBS", "L1PUBDAT", "modified_after", "modified_before"), "Moment"),
}
SIMPLE = {"string": "str", "integer": "int", "number": "float", "boolean": "bool"}
# these say which page is shown and how; a search by keywords goes through all of them by itself
OF_PAGES = ("limit", "offset", "format", "pagination_style", "cursor", "force_count")
# what is shown of a frame, and in which order
OF_SHOWING = ("include_related_frames", "include_thumbnails", "include_modified", "ordering")


def value_type(parameter: dict[str, Any]) -> str:
    """The type of a parameter's value."""
    schema = parameter["schema"]
    name = FORMS.get(parameter["name"])
    if name is None and schema.get("format") in ("date-time", "date"):
        name = "Moment" if schema["format"] == "date-time" else "Day"
    if name is None and schema.get("type") == "array":
        kind = schema["items"].get("type", "string")
        name = "Union[str, Sequence[str]]" if kind == "string" else f"Union[{SIMPLE[kind]}, Sequence[{SIMPLE[kind]}]]"
        if parameter["name"] in ("reduction_level__in", "request_id__in", "observation_id__in"):
            name = "Union[int, Sequence[int]]"
    return f"Optional[{name or SIMPLE.get(schema.get('type'), 'str')}]"
