"""Downloads: whole, resumed, damaged, expired, many, in a ZIP."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import threading
import zipfile
from pathlib import Path
from typing import Any

import pytest

from platestack import Archive, ArchiveError, Frame
from platestack._parts import open_alone
from platestack._progress import Meter

from .conftest import Open, Tested
from .relay import Answer, Asked, Cut, Hold, Relay

MIB = 2**20


def md5_of(path: Path) -> str:
    return hashlib.md5(path.read_bytes()).hexdigest()


def assert_whole(path: Path, frame: Frame) -> None:
    assert path.name == frame.filename
    assert md5_of(path) == frame.version_set[0].md5


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def files_asked(relay: Relay) -> list[Asked]:
    return [asked for asked in relay.asked if asked.path.startswith("/files/")]


def stopped_after(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The program ends in the middle of a download, as far as files are concerned."""
    add = Meter.add

    def ends(self: Meter, more: int) -> None:
        add(self, more)
        if self.bytes > size:
            raise KeyboardInterrupt

    monkeypatch.setattr(Meter, "add", ends)


def test_a_file(opened: Open, relay: Relay, tmp_path: Path) -> None:
    archive = opened(relay.url)
    frame = archive.frame("big-1")
    path = archive.download(frame, tmp_path / "new" / "folder")
    assert_whole(path, frame)
    assert names_in(path.parent) == ["big-1.fits"]
    assert archive.download(frame.id, path.parent) == path
    assert len(files_asked(relay)) == 1, "a file that is there is not fetched again"
    path.write_bytes(b"older content")
    assert_whole(archive.download(frame, path.parent), frame)


def test_a_connection_that_breaks(opened: Open, relay: Relay, tmp_path: Path) -> None:
    archive = opened(relay.url)
    frame = archive.frame("big-1")
    cuts = iter([MIB, MIB])
    relay.fate = lambda asked: Cut(after=after) if (after := next(cuts, 0)) else None
    assert_whole(archive.download(frame, tmp_path), frame)
    whole, *rest = files_asked(relay)
    assert "range" not in whole.headers
    assert len(rest) == 2
    for asked in rest:
        assert int(asked.headers["range"][len("bytes=") : -1]) > MIB // 2
        assert asked.headers["if-range"].startswith('"')
        assert asked.headers["accept-encoding"] == "identity"


def test_a_program_that_was_stopped(
    opened: Open, relay: Relay, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    frame = opened(relay.url).frame("big-2")
    with monkeypatch.context() as patched:
        stopped_after(2 * MIB, patched)
        with pytest.raises(KeyboardInterrupt):
            opened(relay.url).download(frame, tmp_path)
    assert names_in(tmp_path) == ["big-2.fits.part", "big-2.fits.part.json"]
    there = (tmp_path / "big-2.fits.part").stat().st_size
    assert there > 2 * MIB
    assert_whole(opened(relay.url).download(frame, tmp_path), frame)
    assert files_asked(relay)[-1].headers["range"] == f"bytes={there}-"
    assert names_in(tmp_path) == ["big-2.fits"]


@pytest.mark.parametrize("fault", ["etag", "content", "longer", "order", "no note"])
def test_what_is_there_but_does_not_fit_is_fetched_anew(
    opened: Open, local: Tested, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    archive = opened(local.url)
    frame = archive.frame("big-3")
    with monkeypatch.context() as patched:
        stopped_after(2 * MIB, patched)
        with pytest.raises(KeyboardInterrupt):
            archive.download(frame, tmp_path)
    part, note = tmp_path / "big-3.fits.part", tmp_path / "big-3.fits.part.json"
    said = json.loads(note.read_text())
    if fault == "etag":
        note.write_text(json.dumps({**said, "etag": '"another"'}))
    elif fault == "content":
        part.write_bytes(b"x" * MIB)
    elif fault == "longer":
        part.write_bytes(b"x" * 5 * MIB)
    elif fault == "order":
        note.write_text(json.dumps({**said, "order": {"md5": "0" * 32}}))
    else:
        note.unlink()
    assert_whole(archive.download(frame, tmp_path), frame)
    assert names_in(tmp_path) == ["big-3.fits"]


def test_all_was_there_but_the_name(
    opened: Open, relay: Relay, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = opened(relay.url)
    frame = archive.frame("big-1")
    with monkeypatch.context() as patched:
        stopped_after(4 * MIB - 1, patched)
        with pytest.raises(KeyboardInterrupt):
            archive.download(frame, tmp_path)
    assert (tmp_path / "big-1.fits.part").stat().st_size == 4 * MIB
    assert_whole(archive.download(frame, tmp_path), frame)
    assert len(files_asked(relay)) == 2


def test_a_damaged_file_gets_no_name(opened: Open, local: Tested, tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match=r"damaged\.fits is damaged: its MD5 is \w{32}, not a{32}"):
        opened(local.url, token=local.token).download(opened(local.url).frame("damaged"), tmp_path)
    assert names_in(tmp_path) == []


def test_a_frame_without_a_file(opened: Open, local: Tested, tmp_path: Path) -> None:
    archive = opened(local.url)
    with pytest.raises(ArchiveError, match=r"small-01 has no file\."):
        archive.download(without_file(archive), tmp_path)


def without_file(archive: Any) -> Frame:
    """A frame whose file is away."""
    frame: Frame = archive.frame("small-01")
    return dataclasses.replace(frame, filename=None, url=None, version_set=[])


@pytest.mark.parametrize("name", ["../out.fits", "/etc/out.fits", "a\\b", "..", "c:x"])
def test_a_name_that_leads_elsewhere(opened: Open, local: Tested, tmp_path: Path, name: str) -> None:
    frame = dataclasses.replace(opened(local.url).frame("small-01"), filename=name)
    with pytest.raises(ArchiveError, match="cannot be used here"):
        opened(local.url).download(frame, tmp_path / "folder")
    assert names_in(tmp_path) == []


def with_url(frame: Frame, url: str) -> Frame:
    """The frame of a search that is a while ago."""
    version, *older = frame.version_set
    return dataclasses.replace(frame, url=url, version_set=[dataclasses.replace(version, url=url), *older])


def test_a_signature_that_has_expired_is_asked_for_again(
    opened: Open, relay: Relay, local: Tested, tmp_path: Path
) -> None:
    frame = opened(relay.url, token=local.token).frame("proprietary")
    assert frame.url is not None
    assert "signature=" in frame.url
    expired = with_url(frame, frame.url.replace("expires=", "expires=0"))
    # the token opens what a signature does not: so the relay says what the archive says to others
    relay.fate = lambda asked: Answer(404, {}, b'{"detail": "Not found."}') if "expires=0" in asked.path else None
    assert_whole(opened(relay.url, token=local.token).download(expired, tmp_path), frame)
    asked = [each.path.partition("?")[0] for each in relay.asked[-3:]]
    assert [path.split("/")[1] for path in asked] == ["files", "frames", "files"]


def test_a_file_that_is_gone(opened: Open, relay: Relay, tmp_path: Path) -> None:
    frame = opened(relay.url).frame("small-01")
    relay.fate = lambda asked: Answer(404, {}, b'{"detail": "Not found."}') if "/files/" in asked.path else None
    with pytest.raises(ArchiveError, match=r"small-01\.fits: Not found\.") as raised:
        opened(relay.url).download(frame, tmp_path)
    assert raised.value.status == 404
    assert len(files_asked(relay)) == 2
    assert names_in(tmp_path) == []


def test_many_at_once(opened: Open, relay: Relay, tmp_path: Path) -> None:
    archive = opened(relay.url)
    at_once = threading.Barrier(4, timeout=120)
    waiting = iter([True] * 4)

    def meet(asked: Asked) -> None:
        if asked.path.startswith("/files/") and next(waiting, False):
            at_once.wait()

    relay.fate = meet
    frames = list(archive.frames(site_id="coj"))
    paths = archive.download_all(frames, tmp_path)
    assert [path.name for path in paths] == [f.filename for f in frames]
    for path, frame in zip(paths, frames):
        assert_whole(path, frame)
    assert len(names_in(tmp_path)) == 25


def test_many_of_a_search_or_of_ids(opened: Open, local: Tested, tmp_path: Path) -> None:
    archive = opened(local.url)
    found = list(archive.frames(site_id="coj", limit=3))
    assert len(archive.download_all(iter(found), tmp_path)) == 3
    assert len(archive.download_all([f.id for f in found], tmp_path / "ids", parallel=1)) == 3
    assert archive.download_all([], tmp_path) == []
    with Archive(local.url) as synchronous:
        assert len(synchronous.download_all(synchronous.frames(site_id="coj", page_size=4), tmp_path / "all")) == 25


def test_the_same_frame_twice(opened: Open, local: Tested, tmp_path: Path) -> None:
    archive = opened(local.url)
    frame = archive.frame("big-1")
    [path] = archive.download_all([frame, frame.id, frame], tmp_path)
    assert_whole(path, frame)


def test_two_programs_do_not_write_into_one_file(
    opened: Open, local: Tested, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = opened(local.url)
    frame = archive.frame("big-1")
    with monkeypatch.context() as patched:
        stopped_after(MIB, patched)
        with pytest.raises(KeyboardInterrupt):
            archive.download(frame, tmp_path)
    with open_alone(tmp_path / "big-1.fits.part"), pytest.raises(ArchiveError, match="written by another program"):
        archive.download(frame, tmp_path)
    assert_whole(archive.download(frame, tmp_path), frame)


def test_one_of_many_that_fails_does_not_hold_up_others(opened: Open, local: Tested, tmp_path: Path) -> None:
    archive = opened(local.url, token=local.token)
    with pytest.raises(ArchiveError, match=r"damaged\.fits is damaged") as raised:
        archive.download_all(archive.frames(site_id="ogg", exposure_time=1), tmp_path)
    assert "damaged.fits" in str(raised.value)
    assert names_in(tmp_path) == ["proprietary.fits"]
    with pytest.raises(ArchiveError, match="2 of 3 files could not be downloaded") as raised:
        archive.download_all([archive.frame("damaged"), without_file(archive), archive.frame("small-03")], tmp_path)
    assert len(raised.value.errors) == 2
    assert names_in(tmp_path) == ["proprietary.fits", "small-03.fits"]


def test_ctrl_c_ends_all_of_many(relay: Relay, tmp_path: Path) -> None:
    """Also those that wait for an archive that is busy."""
    relay.fate = lambda asked: Answer(503, {"retry-after": "15"}) if "small-24" in asked.path else None

    def interrupted() -> Any:
        with Archive(relay.url) as archive:
            yield from archive.frames(site_id="coj", limit=2)
            raise KeyboardInterrupt

    with Archive(relay.url, patience=600) as archive, pytest.raises(KeyboardInterrupt):
        archive.download_all(interrupted(), tmp_path, parallel=4)
    assert sum("small-24" in asked.path for asked in relay.asked) <= 1


def test_a_zip(opened: Open, relay: Relay, tmp_path: Path) -> None:
    archive = opened(relay.url)
    frames = list(archive.frames(site_id="coj", limit=5))
    path = archive.download_zip(frames, tmp_path / "five.zip")
    with zipfile.ZipFile(path) as made:
        assert sorted(n.rpartition("/")[2] for n in made.namelist()) == sorted(str(f.filename) for f in frames)
    assert names_in(tmp_path) == ["five.zip"]
    with pytest.raises(ArchiveError, match="is there already"):
        archive.download_zip(frames, path)
    assert archive.download_zip([frames[0].id], path, overwrite=True, uncompress=True) == path
    with pytest.raises(ArchiveError, match="no frames"):
        archive.download_zip([], tmp_path / "none.zip")
    with pytest.raises(ArchiveError, match=r"none\.zip: Not Found"):
        archive.download_zip([10**6], tmp_path / "none.zip")
    assert names_in(tmp_path) == ["five.zip"]


@pytest.mark.parametrize("ticket", ["valid", "refused", "none"])
def test_a_zip_goes_on(
    opened: Open, relay: Relay, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ticket: str
) -> None:
    """By the ticket; where that has expired from the beginning; by the same request where there was none."""
    frames = list(opened(relay.url).frames(cone=(10.68, 41.27, 0.5), end="2016-01-08"))
    with monkeypatch.context() as patched:
        stopped_after(5 * MIB, patched)
        with pytest.raises(KeyboardInterrupt):
            opened(relay.url).download_zip(frames, tmp_path / "big.zip")
    note = tmp_path / "big.zip.part.json"
    if ticket == "none":
        note.write_text(json.dumps({**json.loads(note.read_text()), "ticket": None}))
    if ticket == "refused":
        relay.fate = lambda asked: (
            Answer(404) if asked.path.startswith("/frames/zip/") and asked.method == "GET" else None
        )
    there = (tmp_path / "big.zip.part").stat().st_size
    before = len(relay.asked)
    path = opened(relay.url).download_zip(frames, tmp_path / "big.zip")
    asked = [each for each in relay.asked[before:] if each.path.startswith("/frames/zip/")]
    assert asked[0].headers["range"] == f"bytes={there}-"
    assert [each.method for each in asked] == {"valid": ["GET"], "none": ["POST"], "refused": ["GET", "POST"]}[ticket]
    with zipfile.ZipFile(path) as made:
        sums = {n.rpartition("/")[2]: hashlib.md5(made.read(n)).hexdigest() for n in made.namelist()}
    assert sums == {f.filename: f.version_set[0].md5 for f in frames}
    assert names_in(tmp_path) == ["big.zip"]


def test_a_zip_of_other_frames_does_not_go_on(
    opened: Open, relay: Relay, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = opened(relay.url)
    big = list(archive.frames(cone=(10.68, 41.27, 0.5), end="2016-01-08"))
    with monkeypatch.context() as patched:
        stopped_after(5 * MIB, patched)
        with pytest.raises(KeyboardInterrupt):
            archive.download_zip(big, tmp_path / "big.zip")
    archive.download_zip(big[:1], tmp_path / "big.zip")
    assert "range" not in relay.asked[-1].headers


def test_a_damaged_file_in_a_zip(opened: Open, local: Tested, tmp_path: Path) -> None:
    archive = opened(local.url)
    with pytest.raises(ArchiveError, match=r"bad\.zip is damaged: the MD5 of damaged\.fits in it is"):
        archive.download_zip([archive.frame("damaged")], tmp_path / "bad.zip")
    assert names_in(tmp_path) == []


def test_a_zip_whose_bytes_are_damaged(
    opened: Open, relay: Relay, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was there was not the beginning of it: the whole is fetched again."""
    frames = list(opened(relay.url).frames(cone=(10.68, 41.27, 0.5), end="2016-01-08"))
    with monkeypatch.context() as patched:
        stopped_after(5 * MIB, patched)
        with pytest.raises(KeyboardInterrupt):
            opened(relay.url).download_zip(frames, tmp_path / "big.zip")
    part = tmp_path / "big.zip.part"
    part.write_bytes(b"x" * part.stat().st_size)
    path = opened(relay.url).download_zip(frames, tmp_path / "big.zip")
    with zipfile.ZipFile(path) as made:
        assert made.testzip() is None


def test_files_of_s3_are_fetched_there_without_the_token(
    opened: Open, s3: Tested, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Real signed URLs, on another origin: S3 refuses two ways of signing at once, a token beside the signature."""
    archive = opened(s3.url, token=s3.token)
    frames = list(archive.frames())
    assert len(frames) == 4
    big = next(f for f in frames if f.id == min(f.id for f in frames))
    assert big.url is not None
    assert not big.url.startswith(s3.url)
    with monkeypatch.context() as patched:
        stopped_after(2 * MIB, patched)
        with pytest.raises(KeyboardInterrupt):
            archive.download(big, tmp_path)
    for path, frame in zip(archive.download_all(frames, tmp_path), frames):
        assert_whole(path, frame)
    assert len(names_in(tmp_path)) == 4


def test_s3_behind_a_redirect_does_not_see_the_token(opened: Open, s3: Tested, tmp_path: Path) -> None:
    archive = opened(s3.url, token=s3.token)
    frame = next(iter(archive.frames(limit=1)))
    assert frame.url is not None
    scheme, _, rest = frame.url.partition("://")
    host, _, path = rest.partition("/")
    with Relay(f"{scheme}://{host}/") as store, Relay(s3.url) as front:
        # the signature is of the host
        store.fate = lambda asked: asked.headers.update(host=host)
        front.fate = lambda asked: (
            Answer(302, {"location": store.url + path}) if asked.path.startswith("/files/") else None
        )
        moved = with_url(frame, f"{front.url}files/{frame.filename}")
        client = opened(front.url, token=s3.token)
        assert_whole(client.download(moved, tmp_path), frame)
    assert front.asked[0].headers["authorization"] == f"Token {s3.token}"
    assert "authorization" not in store.asked[0].headers
    assert s3.token not in str(store.asked)


def test_an_expired_url_of_s3_is_asked_for_again(opened: Open, s3: Tested, tmp_path: Path) -> None:
    with Relay(s3.url) as relay:
        archive = opened(relay.url, token=s3.token)
        frame = next(iter(archive.frames(limit=1)))
        assert frame.url is not None
        expired = with_url(frame, frame.url.replace("X-Amz-Date=20", "X-Amz-Date=19"))
        assert expired != frame
        assert_whole(archive.download(expired, tmp_path), frame)
        assert relay.asked[-1].path == f"/frames/{frame.id}/"


def test_a_zip_of_files_on_s3(opened: Open, s3: Tested, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Relay(s3.url) as relay:
        frames = list(opened(relay.url).frames())
        with monkeypatch.context() as patched:
            stopped_after(5 * MIB, patched)
            with pytest.raises(KeyboardInterrupt):
                opened(relay.url).download_zip(frames, tmp_path / "all.zip")
        opened(relay.url).download_zip(frames, tmp_path / "all.zip")
        assert relay.asked[-1].method == "GET"
        assert int(relay.asked[-1].headers["range"][6:-1]) > 5 * MIB


def test_a_bar_on_a_terminal_only(
    opened: Open, local: Tested, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    archive = opened(local.url)
    archive.download(archive.frame("small-01"), tmp_path)
    assert capsys.readouterr().err == ""
    archive.download(archive.frame("small-02"), tmp_path, progress=True)
    assert "small-02.fits: 100%" in capsys.readouterr().err
    archive.download_all([archive.frame("small-03"), archive.frame("small-04")], tmp_path, progress=True)
    assert "2 files" in capsys.readouterr().err


def test_nothing_is_held_in_memory(local: Tested, tmp_path: Path) -> None:
    """What Python itself allocates for a file of 4 MB."""
    import tracemalloc

    with Archive(local.url) as archive:
        frame = archive.frame("big-1")
        archive.download(archive.frame("small-01"), tmp_path)
        tracemalloc.start()
        archive.download(frame, tmp_path)
        archive.download_zip([frame], tmp_path / "one.zip")
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert most < 3 * MIB


def test_a_hold_is_cut_by_the_timeout(opened: Open, relay: Relay, tmp_path: Path) -> None:
    """A connection that falls silent is one that broke."""
    archive = opened(relay.url, timeout=2.0)
    frame = archive.frame("big-1")
    holds = iter([MIB])
    relay.fate = lambda asked: Hold(after) if (after := next(holds, 0)) else None
    assert_whole(archive.download(frame, tmp_path), frame)
    assert len(files_asked(relay)) >= 2
