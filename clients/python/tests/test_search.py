"""Searches, single frames, and who asks."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from typing import Any

import pytest

import platestack
from platestack import Archive, ArchiveError, AsyncArchive, api

from .conftest import Open, Tested
from .relay import Answer, Relay


def test_the_installed_wheel_is_what_is_tested() -> None:
    assert "site-packages" in platestack.__file__
    assert platestack.__version__ == "0.1.0"


def test_all_frames_of_a_search_come_page_by_page(opened: Open, relay: Relay) -> None:
    archive = opened(relay.url)
    names = [f.basename for f in archive.frames(site_id="coj", page_size=10)]
    assert names == [f"small-{i:02}" for i in range(25, 0, -1)]
    assert len(relay.asked) == 3
    assert all("pagination_style=cursor" in path for path in relay.paths("GET"))


def test_no_more_is_asked_for_than_is_looked_at(relay: Relay) -> None:
    with Archive(relay.url) as archive:
        frames = archive.frames(site_id="coj", page_size=5)
        assert [next(frames).basename for _ in range(6)][-1] == "small-20"
        assert len(relay.asked) == 2


@pytest.mark.parametrize("limit", [0, 1, 7, 10, 25, 100])
def test_a_limit_counts_frames(opened: Open, local: Tested, limit: int) -> None:
    found = list(opened(local.url).frames(site_id="coj", limit=limit, page_size=5))
    assert len(found) == min(limit, 25)


def test_an_order_by_distance_goes_by_offsets(opened: Open, local: Tested) -> None:
    found = list(opened(local.url).frames(cone=(10.68, 41.27, 1), ordering="distance,id", site_id="coj", page_size=10))
    assert sorted(f.basename for f in found) == [f"small-{i:02}" for i in range(1, 26)]


@pytest.mark.parametrize(
    ("filters", "count"),
    [
        ({"cone": (10.68, 41.27, 0.5), "start": "2016-01-01", "end": "2016-01-08"}, 3),
        ({"cone": "00:42:43.2,41:16:12,0.5", "start": datetime(2016, 1, 2), "end": date(2016, 1, 8)}, 2),
        ({"start": datetime(2016, 1, 2, 3, tzinfo=timezone(timedelta(hours=3))), "end": "2016-01-08"}, 2),
        ({"cone": (200.0, -10.0, 0.5)}, 0),
        ({"box": (10, 41, 11, 42), "end": "2016-01-08"}, 3),
        ({"covers": "POINT(10.68 41.27)", "end": "2016-01-08"}, 3),
        ({"covers": {"type": "Point", "coordinates": [10.68, 41.27]}, "end": "2016-01-08"}, 3),
        ({"site_id__in": ["coj", "cpt"]}, 28),
        ({"site_id__in": "coj,cpt", "exclude_configuration_type": ["BIAS", "EXPOSE"]}, 0),
        ({"dayobs": date(2016, 1, 2), "site_id": "cpt"}, 1),
        ({"exposure_time": 29.5, "reduction_level": 0, "site_id": "cpt", "exclude_calibrations": True}, 3),
        ({"target_name_exact": "M 31", "site_id": "cpt"}, 3),
        ({"target_name_exact": "M 32"}, 0),
    ],
)
def test_filters(opened: Open, local: Tested, filters: dict[str, Any], count: int) -> None:
    assert len(list(opened(local.url).frames(**filters))) == count


def test_a_frame_is_typed(opened: Open, local: Tested) -> None:
    archive = opened(local.url)
    frame = archive.frame("small-07")
    assert frame == archive.frame(frame.id)
    assert frame.observation_date == datetime(2016, 2, 1, 0, 7, 0, 123456, tzinfo=timezone.utc)
    assert frame.observation_day == date(2016, 2, 1)
    assert (frame.exposure_time, frame.site_id, frame.filename) == (30.0, "coj", "small-07.fits")
    assert frame.area is not None
    assert frame.area.coordinates[0][0] == pytest.approx([10.58, 41.17])
    assert frame.version_set[0].created.tzinfo is timezone.utc
    assert archive.headers(frame) == {"OBJECT": "M 31"}
    assert archive.related(frame.id) == []


def test_any_operation_can_be_called(opened: Open, local: Tested) -> None:
    archive = opened(local.url, token=local.token)
    found = archive.call(
        api.frames_aggregate(public=True, site_id="coj", start=date(2016, 1, 20), end="2016-02-20T00:00")
    )
    assert (found.sites, found.filters) == (["coj"], ["rp"])
    assert archive.call(api.versions_list(limit=1)).count >= 30
    page = archive.call(api.frames_list(site_id="coj", limit=1))
    assert (page.count, len(page.results)) == (25, 1)
    assert archive.call(api.health()) is not None


def test_who_asks(opened: Open, local: Tested, monkeypatch: pytest.MonkeyPatch) -> None:
    anonymous = opened(local.url)
    assert anonymous.profile().username == ""
    with pytest.raises(ArchiveError) as raised:
        anonymous.frame("proprietary")
    assert raised.value.status == 404
    assert opened(local.url, token=local.token).frame("proprietary").basename == "proprietary"
    assert anonymous.log_in(local.username, local.password)
    assert anonymous.profile().username == local.username
    with pytest.raises(ArchiveError, match="Unable to log in"):
        anonymous.log_in(local.username, "wrong")
    assert anonymous.profile().username == local.username
    monkeypatch.setenv("PLATESTACK_TOKEN", local.token)
    assert opened(local.url).profile().username == "root"
    assert opened(local.url, token="").profile().username == ""
    monkeypatch.setenv("PLATESTACK_ARCHIVE", local.url)
    assert opened(None).profile().username == "root"


def test_the_environments_token_is_for_the_environments_archive(
    opened: Open, local: Tested, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PLATESTACK_TOKEN", local.token)
    monkeypatch.setenv("PLATESTACK_ARCHIVE", "https://archive.example/")
    assert opened(local.url).profile().username == ""


@pytest.mark.parametrize("url", [None, "archive.example", "ftp://archive.example/", "https://me:word@archive.example/"])
@pytest.mark.parametrize("client", [Archive, AsyncArchive])
def test_what_is_no_address(client: Any, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PLATESTACK_ARCHIVE", raising=False)
    with pytest.raises(ArchiveError):
        client(url)


def test_a_token_that_cannot_be_sent(local: Tested) -> None:
    with pytest.raises(ArchiveError, match="token"):
        Archive(local.url, token="two\nlines")


def test_what_is_no_archive(opened: Open) -> None:
    with Relay() as relay:
        relay.fate = lambda asked: Answer(200, {"content-type": "text/html"}, b"<p>Welcome</p>")
        with pytest.raises(ArchiveError, match="is it an archive's address"):
            opened(relay.url).profile()
        relay.fate = lambda asked: Answer(200, {"content-type": "application/json"}, b"[]")
        with pytest.raises(ArchiveError, match="is it an archive's address"):
            list(opened(relay.url).frames())
