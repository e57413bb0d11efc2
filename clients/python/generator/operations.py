"""The calls: for each operation a function that says what is asked, of which `Archive.call` gets the answer."""

from __future__ import annotations

import keyword
import re

from .filters import value_type
from .models import listed, parser_of
from .schemas import HEAD, Document, Operation, docstring

IMPORTS = """
from typing import Any, Dict, List, Literal, Mapping, Optional, Sequence, Union

from .call import Call, nothing, segment
from .parsing import anything, each
from .queries import Box, Cone, Day, Moment, Region, query
from .models import *  # noqa: F403
"""


def render_operations(document: Document) -> str:
    """The module of calls."""
    plain = [o for o in document.operations if o.is_plain]
    names = list(document.answers) + [document.input_name(n) for n in document.inputs]
    imports = IMPORTS.replace("*  # noqa: F403", ", ".join([*sorted(set(names)), "LOADERS"]))
    loaders = [f"{n.lower()}_from_json" for n in document.answers if "properties" not in document.schemas[n]]
    imports = imports.replace(", LOADERS", "".join(f", {loader}" for loader in loaders))
    functions = [function_of(document, o) for o in plain]
    return "\n\n".join([HEAD, imports, *functions, listed([o.name for o in plain])])


def function_of(document: Document, operation: Operation) -> str:
    """The function of an operation."""
    inside = [p for p in operation.parameters if p["in"] == "path"]
    asked = [p for p in operation.parameters if p["in"] == "query" and p["name"] != "format"]
    arguments = [f"{python_name(p['name'])}: {document.type_of(p['schema'], sent=True)}" for p in inside]
    if operation.body is not None:
        arguments.append(f"body: {document.type_of(operation.body, sent=True)}")
    if asked:
        arguments.append("*")
        arguments += [f"{python_name(p['name'])}: {value_type(p)} = None" for p in asked]
    answer = document.type_of(operation.answer) if operation.answer else "None"
    parser = (parser_of(document, operation.answer) or "anything") if operation.answer else "nothing"
    lines = [f"def {operation.name}({', '.join(arguments)}) -> Call[{answer}]:", documentation(operation, asked)]
    path = re.sub(r"\{(\w+)\}", lambda m: f"{{segment({python_name(m[1])})}}", operation.path)
    lines.append(f"    return Call({operation.method.upper()!r}, {'f' if '{' in path else ''}{path!r}, {parser}")
    if asked:
        pairs = ", ".join(f"{p['name']!r}: {python_name(p['name'])}" for p in asked)
        lines.append(f", query=query({{{pairs}}})")
    if operation.body is not None:
        lines.append(", json=body")
    return "\n".join([*lines[:2], "".join(lines[2:]) + ")"]) + "\n"


def documentation(operation: Operation, parameters: list[dict[str, object]]) -> str:
    """The docstring: what the document says of the operation and of each of its parameters."""
    text = f"{operation.about['summary']}."
    if operation.about.get("description"):
        text += f"\n\n{operation.about['description']}"
    described = [f"    {python_name(str(p['name']))}: {p['description']}" for p in parameters if p.get("description")]
    if described:
        text += "\n\nArgs:\n" + "\n".join(described)
    return docstring(text, 4)


def python_name(name: str) -> str:
    """A parameter's name, which may be a word of Python's own."""
    return f"{name}_" if keyword.iskeyword(name) else name
