"""The types of the records: dataclasses of what the archive answers, typed dictionaries of what is sent to it."""

from __future__ import annotations

from .schemas import HEAD, Document, Schema, docstring, is_older, without_null

IMPORTS = """
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Dict, List, Literal, Mapping, Optional, Sequence, TypedDict, Union

from .parsing import day, each, moment, optional, values
"""


def render_models(document: Document) -> str:
    """The module of types."""
    parts = [HEAD, IMPORTS]
    for name in document.answers:
        schema = document.schemas[name]
        if "properties" in schema:
            parts.append(dataclass_of(document, name, schema))
    for name in document.answers:
        schema = document.schemas[name]
        if "properties" not in schema:
            parts.append(union_of(document, name, schema))
    for name in document.inputs:
        if "properties" in document.schemas[name]:
            parts.append(dictionary_of(document, document.input_name(name), document.schemas[name]))
    names = [*document.answers, *map(document.input_name, document.inputs)]
    return "\n\n".join([*parts, listed(names)])


def listed(names: list[str]) -> str:
    """What a module is for."""
    return f"__all__ = [{', '.join(map(repr, sorted(set(names))))}]\n"


def fields_of(schema: Schema) -> tuple[dict[str, Schema], dict[str, Schema]]:
    """The fields that are always there, and those that may be missing."""
    required = set(schema.get("required", []))
    fields = {name: field for name, field in schema["properties"].items() if not is_older(field)}
    return (
        {n: f for n, f in fields.items() if n in required},
        {n: f for n, f in fields.items() if n not in required},
    )


def about(document: Document, field: Schema) -> str:
    """What a field means: its own words, or those of the schema that it refers to."""
    own = field.get("description", "")
    if own or "$ref" not in field:
        return str(own)
    return str(document.schemas[field["$ref"].rsplit("/", 1)[1]].get("description", ""))


def dataclass_of(document: Document, name: str, schema: Schema) -> str:
    """A frozen dataclass with a constructor from JSON."""
    always, sometimes = fields_of(schema)
    lines = ["@dataclass(frozen=True)", f"class {name}:", docstring(schema.get("description") or f"{name}.", 4), ""]
    for field, its in {**always, **sometimes}.items():
        kind = document.type_of(its)
        if field in sometimes:
            kind = kind if kind.startswith("Optional[") or kind == "Any" else f"Optional[{kind}]"
            lines.append(f"    {field}: {kind} = None")
        else:
            lines.append(f"    {field}: {kind}")
        if about(document, its):
            lines.append(docstring(about(document, its), 4))
    lines += ["", "    @classmethod", f"    def from_json(cls, data: Any) -> {name}:"]
    lines += ['        """The record that an answer of the archive holds."""', "        return cls("]
    for field, its in {**always, **sometimes}.items():
        value = f"data[{field!r}]" if field in always else f"data.get({field!r})"
        lines.append(f"            {field}={parsed(document, its, value, field in sometimes)},")
    return "\n".join([*lines, "        )"]) + "\n"


def parsed(document: Document, schema: Schema, value: str, may_miss: bool) -> str:
    """The expression that makes a value of a field out of JSON."""
    schema, nullable = without_null(schema)
    parser = parser_of(document, schema)
    if parser is None:
        return value
    return f"optional({parser}, {value})" if nullable or may_miss else f"{parser}({value})"


def parser_of(document: Document, schema: Schema) -> str | None:
    """The function that makes a value out of JSON; None: it is one already."""
    schema, _ = without_null(schema)
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[1]
        return f"{name}.from_json" if "properties" in document.schemas[name] else f"{name.lower()}_from_json"
    if schema.get("type") == "array":
        inner = parser_of(document, schema["items"])
        return inner and f"each({inner})"
    if schema.get("type") == "object" and isinstance(schema.get("additionalProperties"), dict):
        inner = parser_of(document, schema["additionalProperties"])
        return inner and f"values({inner})"
    return {"date-time": "moment", "date": "day"}.get(schema.get("format", ""))


def union_of(document: Document, name: str, schema: Schema) -> str:
    """A type that is one of several records, told apart by a field that has other values in each."""
    members = [m["$ref"].rsplit("/", 1)[1] for m in schema.get("anyOf") or schema["oneOf"]]
    kinds = {m: document.schemas[m]["properties"] for m in members}
    field = next(f for f in kinds[members[0]] if all("enum" in kinds[m].get(f, {}) for m in members))
    lines = [f"{name} = Union[{', '.join(members)}]", docstring(schema.get("description") or name, 0), "", ""]
    lines += [f"def {name.lower()}_from_json(data: Any) -> {name}:"]
    lines += [f'    """The record by its field `{field}`."""']
    for member in members[:-1]:
        lines.append(f"    if data[{field!r}] in {tuple(kinds[member][field]['enum'])!r}:")
        lines.append(f"        return {member}.from_json(data)")
    return "\n".join([*lines, f"    return {members[-1]}.from_json(data)"]) + "\n"


def dictionary_of(document: Document, name: str, schema: Schema) -> str:
    """A typed dictionary of what is sent. What it has to have is in a class of its own, for Python 3.9."""
    always, sometimes = fields_of(schema)
    text = docstring(schema.get("description") or f"What is sent as `{name}`.", 4)
    rows = {f: [f"    {f}: {document.type_of(s, sent=True)}"] for f, s in {**always, **sometimes}.items()}
    for field, its in {**always, **sometimes}.items():
        if about(document, its):
            rows[field].append(docstring(about(document, its), 4))
    base, lines = "TypedDict", []
    if always and sometimes:
        base = f"_{name}Required"
        lines += [f"class {base}(TypedDict):", '    """What has to be there."""', ""]
        lines += [row for field in always for row in rows[field]] + ["", ""]
    total = ", total=False" if sometimes else ""
    lines += [f"class {name}({base}{total}):", text, ""]
    lines += [row for field in (sometimes if sometimes else always) for row in rows[field]]
    return "\n".join(lines) + "\n"
