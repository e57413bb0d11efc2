"""Lines of JSON, of a bulk ingest."""

from __future__ import annotations

import dataclasses
import json
from typing import Any, List, Mapping

from ._api.models import BulkOutcome, bulkoutcome_from_json
from ._requests import to_json
from .errors import ArchiveError


def lines_of(record: Mapping[str, Any]) -> bytes:
    """A record as a line."""
    return to_json(dict(record)) + b"\n"


def outcomes_of(body: bytes, base: int) -> List[BulkOutcome]:
    """What became of the lines of one request, numbered by the records of all."""
    try:
        found = [bulkoutcome_from_json(json.loads(line)) for line in body.splitlines() if line.strip()]
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise ArchiveError("What the archive says of the records cannot be read.") from error
    return [dataclasses.replace(outcome, line=outcome.line + base) for outcome in found]
