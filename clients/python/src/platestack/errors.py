"""The one exception of this package."""

from __future__ import annotations

import json
import re
from http import HTTPStatus
from typing import Any, Dict, List, Mapping, Optional, Sequence


class ArchiveError(Exception):
    """What an archive refused, or what went wrong on the way to it.

    Attributes:
        status: The HTTP status; None where no answer came, or what came is not what was promised.
        detail: What is wrong, in the archive's own words where it had any.
        fields: The reasons by field, where single values were refused; those of nested records by a path with dots.
        request: What was asked, `GET https://archive.example/frames/`, without its query.
        retry_after: After how many seconds the archive wants to be asked again, where it said so.
        errors: What went wrong with each of several downloads.
    """

    def __init__(
        self,
        detail: str,
        *,
        status: Optional[int] = None,
        fields: Optional[Mapping[str, Sequence[str]]] = None,
        request: Optional[str] = None,
        retry_after: Optional[float] = None,
        errors: Sequence[ArchiveError] = (),
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.fields: Dict[str, List[str]] = {name: list(reasons) for name, reasons in (fields or {}).items()}
        self.request = request
        self.retry_after = retry_after
        self.errors = list(errors)

    def __str__(self) -> str:
        """Everything in one line."""
        where = f" ({self.status} to {self.request})" if self.status and self.request else ""
        return f"{self.detail}{where}"


def refusal(status: int, body: bytes, request: str, retry_after: Optional[float] = None) -> ArchiveError:
    """The error that an answer means: of the archive, whose words are JSON, or of a store or proxy."""
    detail, fields = words_of(body)
    detail = detail or "; ".join(f"{name}: {' '.join(reasons)}" for name, reasons in fields.items())
    return ArchiveError(
        detail or phrase(status), status=status, fields=fields, request=request, retry_after=retry_after
    )


def phrase(status: int) -> str:
    """The usual words for a status."""
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return f"HTTP status {status}"


def words_of(body: bytes) -> tuple[str, Dict[str, List[str]]]:
    """What a refusal says: as a whole, and of single fields."""
    text = body.decode("utf-8", "replace").strip()
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        return xml_message(text), {}
    if isinstance(said, dict) and isinstance(said.get("detail"), str):
        return said["detail"], {}
    if isinstance(said, dict):
        fields: Dict[str, List[str]] = {}
        flatten(said, "", fields)
        whole = fields.pop("non_field_errors", [])
        return " ".join(whole), fields
    messages: List[str] = said if isinstance(said, list) else [said]
    return " ".join(map(str, messages)), {}


def flatten(said: Any, path: str, into: Dict[str, List[str]]) -> None:
    """Nested reasons as a list for each field that has some."""
    if isinstance(said, dict):
        for name, inner in said.items():
            flatten(inner, f"{path}.{name}" if path else str(name), into)
    elif isinstance(said, list) and any(isinstance(inner, (dict, list)) for inner in said):
        for place, inner in enumerate(said):
            if inner:
                flatten(inner, f"{path}.{place}", into)
    else:
        into.setdefault(path, []).extend(map(str, said if isinstance(said, list) else [said]))


def xml_message(text: str) -> str:
    """What a store says in XML: code and message."""
    found = [re.search(rf"<{tag}>([^<]+)</{tag}>", text) for tag in ("Code", "Message")]
    return ": ".join(match[1] for match in found if match)
