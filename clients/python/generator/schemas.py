"""What the generator reads of an OpenAPI document: schemas as Python types, operations with their parameters."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

Schema = dict[str, Any]
HEAD = '''"""Made by generator/ from openapi/clients.json; `npm run clients` makes it anew."""

from __future__ import annotations

'''
METHODS = ("get", "post", "put", "patch", "delete")
SIMPLE = {"string": "str", "integer": "int", "number": "float", "boolean": "bool"}
# the document itself, and what the Observation Portal calls
NOT_FOR_CLIENTS = ("openapi", "authAddUpdateUser")
# the lines of answers that are a stream to the document
LINES: list[Schema] = [{"$ref": "#/components/schemas/BulkOutcome"}]
# what was recorded of an older interface, and is here under one name only
OLDER = re.compile(r"The older name of `|under its FITS keyword\.")


@dataclass(frozen=True)
class Operation:
    """One operation whose answer is JSON, or nothing at all."""

    id: str
    method: str
    path: str
    about: Schema

    @property
    def name(self) -> str:
        """The name of its function."""
        return snake(self.id)

    @property
    def parameters(self) -> list[Schema]:
        """Its parameters but those that are deprecated."""
        return [p for p in self.about.get("parameters", []) if not is_older(p)]

    @property
    def body(self) -> Schema | None:
        """The schema of its JSON body."""
        content: Schema = self.about.get("requestBody", {}).get("content", {})
        return next((content[t]["schema"] for t in ("application/json", "application/x-ndjson") if t in content), None)

    @property
    def answer(self) -> Schema | None:
        """The schema of its answer, where that is JSON."""
        for status, answer in self.about["responses"].items():
            if status.startswith("2"):
                for kind in ("application/json", "application/x-ndjson"):
                    if kind in answer.get("content", {}):
                        schema: Schema = answer["content"][kind]["schema"]
                        return schema
        return None

    @property
    def is_plain(self) -> bool:
        """Whether it is for programs, and all that it answers when it succeeds is a document of JSON, or empty."""
        answers = {status: answer for status, answer in self.about["responses"].items() if status < "400"}
        kinds = {kind for answer in answers.values() for kind in answer.get("content", {})}
        return self.id not in NOT_FOR_CLIENTS and "303" not in answers and kinds <= {"application/json"}


class Document:
    """An OpenAPI document."""

    def __init__(self, document: Schema) -> None:
        self.schemas: dict[str, Schema] = document["components"]["schemas"]
        self.operations = [
            Operation(path[method]["operationId"], method, at, path[method])
            for at, path in document["paths"].items()
            for method in METHODS
            if method in path
        ]
        self.answers = self._reached([*LINES, *(o.answer for o in self.operations if o.answer)])
        self.inputs = self._reached([o.body for o in self.operations if o.body])

    def operation(self, id: str) -> Operation:
        """The operation of that id."""
        return next(o for o in self.operations if o.id == id)

    def _reached(self, schemas: list[Schema]) -> list[str]:
        """The names of the schemas that these refer to, and so on, in the document's order."""
        found: set[str] = set()
        waiting = list(schemas)
        while waiting:
            for name in references(waiting.pop()):
                if name not in found:
                    found.add(name)
                    waiting.append(self.schemas[name])
        return [name for name in self.schemas if name in found]

    def input_name(self, name: str) -> str:
        """What the type of a schema is called where it is sent."""
        return f"{name}Input" if name in self.answers else name

    def type_of(self, schema: Schema, *, sent: bool = False) -> str:
        """A schema as a Python type."""
        schema, nullable = without_null(schema)
        text = self._type_of(schema, sent)
        return f"Optional[{text}]" if nullable and text != "Any" else text

    def _type_of(self, schema: Schema, sent: bool) -> str:
        if "$ref" in schema:
            name = schema["$ref"].rsplit("/", 1)[1]
            return self.input_name(name) if sent else name
        if "enum" in schema:
            return f"Literal[{', '.join(map(repr, schema['enum']))}]"
        if "anyOf" in schema or "oneOf" in schema:
            parts = dict.fromkeys(self.type_of(s, sent=sent) for s in schema.get("anyOf") or schema["oneOf"])
            return f"Union[{', '.join(parts)}]" if len(parts) > 1 else next(iter(parts))
        kind = schema.get("type")
        if kind == "array":
            return f"{'Sequence' if sent else 'List'}[{self.type_of(schema['items'], sent=sent)}]"
        if kind == "object" and "properties" not in schema:
            values = schema.get("additionalProperties")
            inner = self.type_of(values, sent=sent) if isinstance(values, dict) and values else "Any"
            return f"{'Mapping' if sent else 'Dict'}[str, {inner}]"
        if kind == "object":
            return f"{'Mapping' if sent else 'Dict'}[str, Any]"
        if kind == "string" and schema.get("format") in ("date-time", "date"):
            moment = schema["format"] == "date-time"
            return f"Union[str, {'datetime' if moment else 'date'}]" if sent else ("datetime" if moment else "date")
        return SIMPLE.get(kind or "", "Any")


def references(schema: Any) -> Iterator[str]:
    """The names of the schemas that one refers to itself."""
    if isinstance(schema, dict):
        if "$ref" in schema:
            yield schema["$ref"].rsplit("/", 1)[1]
        for value in schema.values():
            yield from references(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from references(value)


def without_null(schema: Schema) -> tuple[Schema, bool]:
    """A schema that may be null without that, and whether it was."""
    if len(schema.get("allOf", [])) == 1:
        return schema["allOf"][0], bool(schema.get("nullable"))
    kind = schema.get("type")
    if isinstance(kind, list):
        rest = [k for k in kind if k != "null"]
        return {**schema, "type": rest[0]}, "null" in kind
    for word in ("anyOf", "oneOf"):
        if word in schema:
            rest = [s for s in schema[word] if s.get("type") != "null"]
            nullable = len(rest) < len(schema[word])
            return (rest[0] if len(rest) == 1 else {**schema, word: rest}), nullable
    return schema, bool(schema.get("nullable"))


def is_older(schema: Schema) -> bool:
    """Whether this is there for older clients only."""
    return bool(
        schema.get("deprecated")
        or schema.get("schema", {}).get("deprecated")
        or OLDER.search(schema.get("description", ""))
    )


def snake(name: str) -> str:
    """A name in camel case as Python writes it."""
    return re.sub(r"(?<=[a-z0-9])([A-Z])", r"_\1", name).lower()


def docstring(text: str, indent: int) -> str:
    """A docstring, wrapped and indented."""
    pad = " " * indent
    lines = [line for paragraph in text.split("\n") for line in wrapped(paragraph, 100 - indent)]
    body = "\n".join(f"{pad}{line}" if line else "" for line in lines).strip().replace("\\", "\\\\")
    closing = f"\n{pad}" if len(lines) > 1 else ""
    return f'{pad}"""{body}{closing}"""'


def wrapped(line: str, width: int) -> list[str]:
    """A paragraph as lines; its own indentation goes on, a step deeper."""
    own = line[: len(line) - len(line.lstrip())]
    return textwrap.wrap(line, width, subsequent_indent=f"{own}    " if own else "", break_long_words=False) or [""]
