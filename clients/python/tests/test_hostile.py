"""Archives that say what no archive should: broken, or malicious."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from platestack import ArchiveError, Frame
from platestack._patience import Patience, seconds_of

from .conftest import Open
from .relay import Answer, Relay

# members of a frame that may be null
UNKNOWN = [
    *("area", "observation_date", "observation_day", "public_date", "exposure_time", "observation_id", "request_id"),
    *("site_id", "telescope_id", "instrument_id", "proposal_id", "target_name", "primary_optical_element"),
    *("configuration_type", "reduction_level"),
]


def record(url: str, name: str = "x.fits", **more: Any) -> dict[str, Any]:
    version = {"id": 1, "key": "k", "md5": "a" * 32, "extension": "", "created": "2020-01-01T00:00:00Z", "url": url}
    about = {"id": 1, "basename": name, "filename": name, "url": url, "version_set": [version]}
    return {**dict.fromkeys(UNKNOWN), **about, **more}


def as_json(value: Any) -> Answer:
    return Answer(200, {"content-type": "application/json"}, json.dumps(value).encode())


def always(relay: Relay, answer: Answer) -> None:
    relay.fate = lambda asked: answer


def test_whoever_asks_to_come_back_at_once_is_asked_ever_less_often(opened: Open) -> None:
    past = seconds_of("Mon, 01 Jan 2001 00:00:00 GMT")
    assert past == 0
    for word in (0.0, past):
        patience = Patience(60)
        assert all(patience.after_refusal(word) for _ in range(5))
    assert seconds_of("Mon, 01 Jan 2024 00:00:00 +99999999999999999") is None
    with Relay() as relay:
        always(relay, Answer(503, {"retry-after": "0"}))
        with pytest.raises(ArchiveError, match="503"):
            opened(relay.url, patience=1).profile()
        assert len(relay.asked) < 10


@pytest.mark.parametrize(
    "answer",
    [
        Answer(206, {"content-range": "bytes 5-9/10", "etag": '"a"'}, b"12345"),
        Answer(416, {"content-range": "bytes */0"}),
    ],
)
def test_a_range_that_nobody_asked_for_is_an_error(opened: Open, tmp_path: Path, answer: Answer) -> None:
    with Relay() as relay:
        always(relay, answer)
        with pytest.raises(ArchiveError, match=r"x\.fits: Another range came"):
            opened(relay.url).download(Frame.from_json(record(relay.url)), tmp_path)
        assert len(relay.asked) == 1


@pytest.mark.parametrize("url", ["http://[::1/x", "http://a\x01/", "http://[v1.x]/"])
def test_an_address_that_is_none(opened: Open, tmp_path: Path, url: str) -> None:
    with pytest.raises(ArchiveError, match=r"x\.fits: GET .* leads nowhere"):
        opened("http://127.0.0.1:9/").download(Frame.from_json(record(url)), tmp_path)


def test_a_redirect_to_an_address_that_is_none(opened: Open) -> None:
    with Relay() as relay:
        always(relay, Answer(302, {"location": "http://a:99999/"}))
        with pytest.raises(ArchiveError, match="leads nowhere"):
            opened(relay.url).profile()
        assert len(relay.asked) == 1


@pytest.mark.parametrize(
    "name", ["../x", "/x", "a\\b", ".bashrc", "..", "a\x1b[31m", "a\x9b31m", "a\u202efits", "a" * 250]
)
def test_a_name_that_no_file_should_have(opened: Open, tmp_path: Path, name: str) -> None:
    with pytest.raises(ArchiveError, match="name that cannot be used here"):
        opened("http://127.0.0.1:9/").download(Frame.from_json(record("http://127.0.0.1:9/x", name)), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_frame_that_has_a_file_name_and_no_version(opened: Open, tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match="no version"):
        opened("http://127.0.0.1:9/").download(Frame.from_json(record("http://x/", version_set=[])), tmp_path)


def test_a_list_that_never_ends(opened: Open) -> None:
    page: dict[str, Any] = {"count": 1, "previous": None, "next": "http://x/frames/?cursor=same", "results": []}
    with Relay() as relay:
        always(relay, as_json(page))
        with pytest.raises(ArchiveError, match="the same page again"):
            list(opened(relay.url).frames())
        assert len(relay.asked) == 2


@pytest.mark.parametrize("status", [200, 400])
def test_json_that_is_too_deep(opened: Open, status: int) -> None:
    with Relay() as relay:
        always(relay, Answer(status, {}, b"[" * 60_000))
        with pytest.raises(ArchiveError):
            opened(relay.url).profile()


def test_a_ticket_whose_address_is_none(opened: Open, tmp_path: Path) -> None:
    with Relay() as relay:
        always(relay, Answer(200, {"content-location": "http://[::1/frames/zip/x/"}, b"no ZIP"))
        with pytest.raises(ArchiveError, match="is damaged"):
            opened(relay.url).download_zip([1], tmp_path / "a.zip")


def test_a_zip_that_is_encrypted(opened: Open, tmp_path: Path) -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("a.fits", b"content")
    # the flag of the central directory, and that of the file itself
    body = bytearray(made.getvalue())
    for signature, offset in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        body[body.index(signature) + offset] |= 1
    with Relay() as relay:
        always(relay, Answer(200, {"content-type": "application/zip"}, bytes(body)))
        with pytest.raises(ArchiveError, match=r"is damaged: .*encrypted"):
            opened(relay.url).download_zip([1], tmp_path / "a.zip")
    assert list(tmp_path.iterdir()) == []
