"""Records on their way into an archive."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterator
from datetime import date, datetime, timezone
from typing import Any

import pytest

from platestack import Archive, ArchiveError, FrameInput

from .conftest import Open, Tested
from .relay import Asked, Cut, Relay


def record(name: str) -> FrameInput:
    """A record that an archive takes."""
    md5 = hashlib.md5(name.encode()).hexdigest()
    return {
        "basename": name,
        "area": None,
        "observation_date": datetime(2017, 1, 2, 3, 4, 5, tzinfo=timezone.utc),
        "observation_day": date(2017, 1, 1),
        "configuration_type": "BIAS",
        "site_id": "tst",
        "instrument_id": "kb70",
        "proposal_id": "calib",
        "public_date": datetime(2017, 1, 2),
        "exposure_time": 0.0,
        "headers": {"OBJECT": "bias"},
        "related_frame_filenames": [],
        "version_set": [{"key": md5, "md5": md5, "extension": ".fits"}],
    }


def fresh() -> str:
    """A name that no frame has."""
    return f"py-{uuid.uuid4().hex}"


def test_one_record(opened: Open, local: Tested) -> None:
    archive = opened(local.url, token=local.token)
    name = fresh()
    written = archive.ingest(record(name))
    assert (written.basename, written.observation_day) == (name, date(2017, 1, 1))
    assert archive.frame(written.id).public_date == datetime(2017, 1, 2, tzinfo=timezone.utc)
    with pytest.raises(ArchiveError, match="already exists"):
        archive.ingest(record(name))
    with pytest.raises(ArchiveError) as raised:
        opened(local.url).ingest(record(name))
    assert raised.value.status == 401


def test_many_records_each_with_its_outcome(opened: Open, relay: Relay, local: Tested) -> None:
    archive = opened(relay.url, token=local.token)
    names = [fresh() for _ in range(25)]
    records: list[Any] = [record(name) for name in names]
    records[12] = {"basename": names[12]}
    outcomes = list(archive.ingest_many(records, lines=10))
    assert [o.line for o in outcomes] == list(range(1, 26))
    assert [o.basename for o in outcomes] == names
    assert {o.outcome for o in outcomes[:12] + outcomes[13:]} == {"created"}
    assert (outcomes[12].outcome, outcomes[12].status) == ("refused", 400)
    assert outcomes[12].errors["observation_day"] == ["This field is required."]
    assert relay.paths("POST") == ["/frames/bulk/"] * 3
    again = list(archive.ingest_many(iter(records[:3])))
    assert [o.outcome for o in again] == ["already_there"] * 3


def test_records_are_sent_as_they_come(local: Tested) -> None:
    """Outcomes are there before the last record has been made."""
    taken: list[str] = []

    def made() -> Iterator[FrameInput]:
        for _ in range(9):
            taken.append(fresh())
            yield record(taken[-1])

    with Archive(local.url, token=local.token) as archive:
        outcomes = archive.ingest_many(made(), lines=2)
        assert next(outcomes).basename == taken[0]
        assert len(taken) == 3
        assert len(list(outcomes)) == 8


def test_a_bulk_request_whose_answer_is_lost_is_sent_again(opened: Open, relay: Relay, local: Tested) -> None:
    cut = iter([True])

    def lose(asked: Asked) -> object:
        return Cut(after=50) if asked.method == "POST" and next(cut, False) else None

    relay.fate = lose
    names = [fresh() for _ in range(5)]
    outcomes = list(opened(relay.url, token=local.token).ingest_many(map(record, names)))
    assert [o.basename for o in outcomes] == names
    assert {o.outcome for o in outcomes} == {"already_there"}
    assert len(relay.asked) == 2


def test_an_asynchronous_source(local: Tested) -> None:
    import asyncio

    from platestack import AsyncArchive

    names = [fresh() for _ in range(3)]

    async def made() -> Any:
        for name in names:
            yield record(name)

    async def ingest() -> list[str]:
        async with AsyncArchive(local.url, token=local.token) as archive:
            return [str(o.basename) async for o in archive.ingest_many(made())]

    assert asyncio.run(ingest()) == names


@pytest.mark.parametrize(("value", "why"), [(float("nan"), "JSON"), (object(), "object"), ({1, 2}, "set")])
def test_what_json_cannot_hold(opened: Open, local: Tested, value: object, why: str) -> None:
    archive = opened(local.url, token=local.token)
    with pytest.raises(ArchiveError, match=why):
        archive.ingest({**record(fresh()), "headers": {"X": value}})
    with pytest.raises(ArchiveError, match=why):
        list(archive.ingest_many([{**record(fresh()), "headers": {"X": value}}]))


def test_who_may_not_is_told(opened: Open, local: Tested) -> None:
    with pytest.raises(ArchiveError) as raised:
        list(opened(local.url).ingest_many([record(fresh())]))
    assert raised.value.status == 401
