"""Refusals, waits, broken connections, redirects, and where the token goes."""

from __future__ import annotations

import socket
import time
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime
from typing import Any

import pytest

from platestack import ArchiveError, api
from platestack._patience import Patience, seconds_of

from .conftest import Open, Tested
from .relay import Answer, Asked, Cut, Relay


def first(times: int, fate: object) -> Any:
    """This fate for so many requests."""
    left = iter(range(times))
    return lambda asked: fate if next(left, None) is not None else None


def test_reasons_by_field(opened: Open, local: Tested) -> None:
    archive = opened(local.url, token=local.token)
    with pytest.raises(ArchiveError) as raised:
        list(archive.frames(start="yesterday", cone=(1, 2, 300)))
    error = raised.value
    assert error.status == 400
    assert set(error.fields) == {"start", "cone"}
    assert error.fields["start"] == ["Enter a valid date/time."]
    assert error.request == f"GET {local.url}frames/"
    with pytest.raises(ArchiveError) as raised:
        archive.ingest({"basename": "x", "version_set": [{"key": "k"}]})
    assert raised.value.fields["observation_day"] == ["This field is required."]
    assert raised.value.fields["version_set.0.md5"] == ["This field is required."]


def test_words_of_the_archive(opened: Open, local: Tested) -> None:
    with pytest.raises(ArchiveError, match=r"Invalid token\. \(401 to GET") as raised:
        opened(local.url, token="nobodys").profile()
    assert raised.value.detail == "Invalid token."


@pytest.mark.parametrize("status", [429, 503])
def test_a_busy_archive_is_waited_for(opened: Open, relay: Relay, status: int) -> None:
    relay.fate = first(2, Answer(status, {"retry-after": "0"}, b'{"detail": "Later."}'))
    assert opened(relay.url).frame("small-01").site_id == "coj"
    assert len(relay.asked) == 3


def test_a_date_is_waited_for(opened: Open, relay: Relay) -> None:
    until = datetime.now(timezone.utc) + timedelta(seconds=2)
    relay.fate = first(1, Answer(503, {"retry-after": format_datetime(until, usegmt=True)}))
    opened(relay.url).frame("small-01")
    # the header has whole seconds
    assert datetime.now(timezone.utc) > until - timedelta(seconds=1.01)


def test_without_a_word_it_is_asked_ever_less_often() -> None:
    patience = Patience(60)
    waits = [patience.after_refusal(None) for _ in range(5)]
    for number, wait in enumerate(waits):
        assert wait is not None
        assert 0.25 * 2**number <= wait <= 0.5 * 2**number
    assert seconds_of("12") == 12
    assert seconds_of("soon") is None


def test_patience_has_an_end(opened: Open, relay: Relay) -> None:
    relay.fate = lambda asked: Answer(429, {"retry-after": "3600"}, b'{"detail": "Request was throttled."}')
    begun = time.monotonic()
    with pytest.raises(ArchiveError, match="throttled") as raised:
        opened(relay.url).profile()
    assert (raised.value.status, raised.value.retry_after) == (429, 3600)
    assert time.monotonic() - begun < 1800
    assert len(relay.asked) == 1


def test_a_broken_connection_is_asked_again(opened: Open, relay: Relay) -> None:
    relay.fate = first(2, Cut())
    assert opened(relay.url).frame("small-01").site_id == "coj"
    relay.fate = first(1, Cut(after=100))
    assert opened(relay.url).frame("small-01").site_id == "coj"
    relay.fate = first(1, Answer(502, {}, b"<h1>Bad gateway</h1>"))
    assert opened(relay.url).frame("small-01").site_id == "coj"


def test_what_must_not_be_repeated_is_not(opened: Open, relay: Relay, local: Tested) -> None:
    relay.fate = lambda asked: Cut(after=1) if asked.method == "POST" else None
    with pytest.raises(ArchiveError, match="No answer came") as raised:
        opened(relay.url, token=local.token).ingest({"basename": "y"})
    assert raised.value.status is None
    assert len(relay.asked) == 1


def test_nobody_there(opened: Open) -> None:
    # held, and not listened on, so that nobody else does
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        with pytest.raises(ArchiveError, match="No answer came to GET"):
            opened(f"http://127.0.0.1:{held.getsockname()[1]}/").profile()


def redirect(to: str, status: int = 302) -> Any:
    """Sends everything that comes to the archive's paths elsewhere."""
    return lambda asked: Answer(status, {"location": to + asked.path.lstrip("/")})


def test_a_redirect_elsewhere_does_not_get_the_token(opened: Open, local: Tested) -> None:
    with Relay(local.url) as elsewhere, Relay() as archive:
        archive.fate = redirect(elsewhere.url)
        assert opened(archive.url, token=local.token).profile().username == ""
    assert archive.asked[0].headers["authorization"] == f"Token {local.token}"
    assert "authorization" not in elsewhere.asked[0].headers
    assert local.token not in str(elsewhere.asked)


def test_a_redirect_at_home_does(opened: Open, relay: Relay, local: Tested) -> None:
    relay.fate = lambda asked: Answer(301, {"location": "/profile/"}) if asked.path == "/frames/1/" else None
    call = api.frames_get(1)
    with pytest.raises(ArchiveError, match="not what the archive's document promises"):
        opened(relay.url, token=local.token).call(call)
    assert [asked.path for asked in relay.asked] == ["/frames/1/", "/profile/"]
    assert relay.asked[1].headers["authorization"] == f"Token {local.token}"


def test_what_is_written_does_not_go_elsewhere(opened: Open, local: Tested) -> None:
    with Relay(local.url) as elsewhere, Relay() as archive:
        archive.fate = redirect(elsewhere.url, 307)
        with pytest.raises(ArchiveError, match="The archive is elsewhere"):
            opened(archive.url, token=local.token).ingest({"basename": "z"})
        with pytest.raises(ArchiveError, match="The archive is elsewhere"):
            opened(archive.url).log_in(local.username, local.password)
        archive.fate = redirect("file:///")
        with pytest.raises(ArchiveError, match="leads nowhere"):
            opened(archive.url).profile()
        archive.fate = redirect(archive.url)
        with pytest.raises(ArchiveError, match="too many redirects"):
            opened(archive.url).profile()
    assert elsewhere.asked == []


def test_links_to_the_next_page_are_not_followed_elsewhere(opened: Open, local: Tested) -> None:
    """An archive behind a proxy may believe that it has another address."""
    with Relay(local.url) as elsewhere, Relay(local.url) as archive:

        def pass_as(asked: Asked) -> None:
            asked.headers["host"] = elsewhere.url.split("/")[2]

        archive.fate = pass_as
        found = list(opened(archive.url, token=local.token).frames(site_id="coj", page_size=10))
    assert len(found) == 25
    assert found[0].url is not None
    assert found[0].url.startswith(elsewhere.url)
    assert elsewhere.asked == []
