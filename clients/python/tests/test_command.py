"""The command, and the program of the README: run as a user runs them."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import signal
import subprocess
import sys
import time
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Callable, Optional, Tuple

import pytest

from platestack import Archive
from platestack._api.parsing import anything
from platestack.api import Call
from platestack.cli import main

from .conftest import Tested
from .relay import Answer, Hold, Relay

COMMAND = str(Path(sys.executable).with_name("platestack-py"))
README = Path(__file__).parent.parent / "README.md"
WEEK = ["--cone", "10.68,41.27,0.5", "--start", "2016-01-01", "--end", "2016-01-08"]
MIB = 2**20


Run = Callable[..., "Done"]


def environment(url: str, token: Optional[str] = None) -> dict[str, str]:
    # where Python writes everything at once, nothing is left to be written at its end
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("PLATESTACK", "PYTHONUNBUFFERED"))
    }
    return {**kept, "PLATESTACK_ARCHIVE": url, **({"PLATESTACK_TOKEN": token} if token else {})}


@dataclass(frozen=True)
class Done:
    """A command that has ended."""

    returncode: int
    stdout: str
    stderr: str


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Done]:
    """Runs the command to its end, in an empty folder."""

    def to_its_end(*arguments: str, url: str, token: Optional[str] = None) -> Done:
        monkeypatch.chdir(tmp_path)
        for name, value in (("PLATESTACK_ARCHIVE", url), ("PLATESTACK_TOKEN", token or "")):
            monkeypatch.setenv(name, value)
        try:
            code = main(list(arguments))
        except SystemExit as ended:
            code = int(ended.code or 0)
        return Done(code, *capsys.readouterr())

    return to_its_end


def test_names(local: Tested, run: Run) -> None:
    done = run("search", *WEEK, "--format", "names", url=local.url)
    assert (done.returncode, done.stdout, done.stderr) == (0, "big-3\nbig-2\nbig-1\n", "")


def test_a_table(local: Tested, run: Run) -> None:
    done = run("search", "--site-id", "coj", "--limit", "2", url=local.url)
    assert done.stdout.splitlines() == [
        "basename  observed (UTC)       site  tel   camera  filter  type    level  exp (s)  target",
        "small-25  2016-02-01 00:25:00  coj   1m0a  kb70    rp      EXPOSE  0      30       M 31",
        "small-24  2016-02-01 00:24:00  coj   1m0a  kb70    rp      EXPOSE  0      30       M 31",
    ]


def test_formats_for_programs(local: Tested, run: Run) -> None:
    rows = list(csv.DictReader(io.StringIO(run("search", *WEEK, "--format", "csv", url=local.url).stdout)))
    assert [row["basename"] for row in rows] == ["big-3", "big-2", "big-1"]
    assert rows[0]["observation_date"] == "2016-01-03T01:02:03.500000Z"
    records = json.loads(run("search", *WEEK, "--format", "json", url=local.url).stdout)
    assert [record["observation_day"] for record in records] == ["2016-01-03", "2016-01-02", "2016-01-01"]
    assert records[0]["version_set"][0]["md5"]
    assert json.loads(run("search", "--site-id", "xyz", "--format", "json", url=local.url).stdout) == []


def test_a_download(local: Tested, tmp_path: Path, run: Run) -> None:
    done = run("download", "--site-id", "coj", "--to", "data", "--parallel", "2", url=local.url)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[0] == "data/small-25.fits"
    assert len(list((tmp_path / "data").iterdir())) == 25
    done = run("download", *WEEK, "--zip", url=local.url)
    assert done.stdout == "frames.zip\n"
    assert run("download", *WEEK, "--zip", "other.zip", url=local.url).stdout == "other.zip\n"


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["search", "--start", "yesterday"], 2, "--start: Enter a valid date/time."),
        (["search", "--reduction-level", "high"], 2, "argument --reduction-level: invalid int value: 'high'"),
        (["search", "--limit", "0"], 2, "argument --limit: '0' is not a whole number of at least 1"),
        (["search", "--no-such"], 2, "unrecognized arguments: --no-such"),
        ([], 2, "the following arguments are required: COMMAND"),
        (["download"], 2, "download needs a filter, or --limit"),
        (["search", "--token-file", "/no/such"], 1, "/no/such: No such file or directory"),
        (["search", "--archive", "nonsense"], 2, "'nonsense' is not the address of an archive"),
        (["search", "--basename-exact", "x", "--archive", "http://127.0.0.1:9/"], 1, "No answer came to GET"),
        (["download", "--basename-exact", "damaged", "--to", "data"], 1, "damaged.fits is damaged"),
        (["download", "--basename-exact", "small-01", "--to", "/proc/nowhere"], 1, "/proc/nowhere"),
    ],
)
def test_mistakes(local: Tested, tmp_path: Path, run: Run, arguments: list[str], code: int, said: str) -> None:
    done = run(*arguments, url=local.url)
    assert (done.returncode, done.stdout) == (code, "")
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_nothing_found(local: Tested, tmp_path: Path, run: Run) -> None:
    done = run("download", "--site-id", "xyz", url=local.url)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "platestack-py: no frame matches\n")


def test_the_token_comes_from_the_environment_or_a_file(local: Tested, tmp_path: Path, run: Run) -> None:
    asked = ["search", "--basename-exact", "proprietary", "--format", "names"]
    file = tmp_path / "token"
    file.write_text(f"{local.token}\n")
    assert run(*asked, url=local.url).stdout == ""
    assert run(*asked, url=local.url, token=local.token).stdout == "proprietary\n"
    assert run(*asked, "--token-file", str(file), url=local.url).stdout == "proprietary\n"
    with Relay(local.url) as relay:
        done = run(*asked, "--archive", relay.url, url=local.url, token=local.token)
        assert (done.returncode, done.stdout) == (0, ""), "another archive than the environment's"
        assert local.token not in str(relay.asked)
    file.write_text("\n")
    assert "holds no token" in run(*asked, "--token-file", str(file), url=local.url).stderr


def test_help(local: Tested, run: Run) -> None:
    done = run("search", "--help", url=local.url)
    assert done.returncode == 0
    for said in ("--cone", "--site-id-in", "examples:", "exit codes:", "PLATESTACK_TOKEN"):
        assert said in done.stdout
    assert "%2B" not in done.stdout
    assert run("--version", url=local.url).stdout == "platestack-py 0.1.0\n"


@pytest.mark.parametrize(
    ("arguments", "shown"),
    [("search --site-id coj --format json | head -n 1", "[\n"), ("search --limit 1 | true", ""), ("--help | true", "")],
)
def test_a_reader_that_has_seen_enough(local: Tested, arguments: str, shown: str) -> None:
    assert shell(local, f"'{COMMAND}' {arguments}") == (0, shown, "")


def test_output_that_cannot_be_written_is_said(local: Tested) -> None:
    code, _, said = shell(local, f"'{COMMAND}' search --limit 1 > /dev/full")
    assert (code, said) == (1, "platestack-py: [Errno 28] No space left on device\n")


def shell(tested: Tested, command: str) -> Tuple[int, str, str]:
    """What a command of the shell gives and prints."""
    done = subprocess.run(
        ["/bin/sh", "-c", command], env=environment(tested.url), capture_output=True, text=True, timeout=300
    )
    return done.returncode, done.stdout, done.stderr


def test_what_a_terminal_would_obey_is_not_printed(local: Tested, run: Run) -> None:
    with Archive(local.url) as archive:
        frame: Any = archive.call(Call("GET", "/frames/", anything, query=(("site_id", "coj"), ("limit", "1"))))
    assert frame["results"][0]["basename"] == "small-25"
    frame["results"][0]["target_name"] = "\x1b]0;owned\x07"
    with Relay() as relay:
        relay.fate = lambda asked: Answer(
            200, {"content-type": "application/json"}, json.dumps({**frame, "next": None}).encode()
        )
        done = run("search", url=relay.url)
    assert done.stdout.splitlines()[1].endswith("?]0;owned?")


def test_the_twenty_lines_go_on_after_kill_9(local: Tested, tmp_path: Path) -> None:
    """The README's program, killed while three files are under way, and run again."""
    [program, *_] = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.S)
    assert len(program.strip().splitlines()) <= 20
    (tmp_path / "program.py").write_text(program)
    data = tmp_path / "data"
    with Relay(local.url) as relay:
        relay.fate = lambda asked: Hold(2 * MIB) if asked.path.startswith("/files/") else None
        command = [sys.executable, "program.py"]
        killed = subprocess.Popen(command, env=environment(relay.url), cwd=tmp_path, stdout=subprocess.PIPE, text=True)
        try:
            until(lambda: sum(p.stat().st_size > MIB for p in data.glob("*.part")) == 3, killed)
        finally:
            killed.send_signal(signal.SIGKILL)
            killed.communicate()
        assert killed.returncode == -signal.SIGKILL
        there = {p.name.removesuffix(".part"): p.stat().st_size for p in data.glob("*.part")}
        assert set(there) == {"big-1.fits", "big-2.fits", "big-3.fits"}
        relay.fate = lambda asked: None
        before = len(relay.asked)
        again = subprocess.run(
            command, env=environment(relay.url), cwd=tmp_path, capture_output=True, text=True, timeout=300
        )
        assert (again.returncode, again.stderr) == (0, "")
        ranges = {
            a.path.rpartition("/")[2]: a.headers.get("range") for a in relay.asked[before:] if "/files/" in a.path
        }
        assert ranges == {name: f"bytes={size}-" for name, size in there.items()}
    names = again.stdout.splitlines()
    assert [line.split()[0] for line in names[:3]] == ["big-3", "big-2", "big-1"]
    assert names[3:] == ["data/big-3.fits", "data/big-2.fits", "data/big-1.fits"]
    with Archive(local.url) as archive:
        for name in there:
            whole = archive.download(archive.frame(name.removesuffix(".fits")), tmp_path / "whole")
            assert whole.read_bytes() == (data / name).read_bytes()
    assert sorted(p.name for p in data.iterdir()) == sorted(there)


def test_a_zip_goes_on_after_kill_9(s3: Tested, tmp_path: Path) -> None:
    """Of files on S3, by the address that is remembered beside what had come."""
    command = [COMMAND, "download", "--limit", "4", "--zip", "all.zip"]
    with Relay(s3.url) as relay:
        relay.fate = lambda asked: Hold(5 * MIB) if asked.method == "POST" else None
        killed = subprocess.Popen(command, env=environment(relay.url), cwd=tmp_path, text=True)
        part = tmp_path / "all.zip.part"
        try:
            until(lambda: part.exists() and part.stat().st_size > 4 * MIB, killed)
        finally:
            killed.send_signal(signal.SIGKILL)
            killed.wait()
        there = part.stat().st_size
        again = subprocess.run(
            command, env=environment(relay.url), cwd=tmp_path, capture_output=True, text=True, timeout=300
        )
        assert (again.returncode, again.stdout, again.stderr) == (0, "all.zip\n", "")
        assert relay.asked[-1].method == "GET"
        assert relay.asked[-1].headers["range"] == f"bytes={there}-"
    assert [p.name for p in tmp_path.iterdir()] == ["all.zip"]
    # each MD5 was compared with its record's by the command; unzip's own view of it
    with zipfile.ZipFile(tmp_path / "all.zip") as made:
        assert len(made.namelist()) == 4


def until(condition: Any, program: subprocess.Popen[str]) -> None:
    """Waits for something that a program does."""
    end = time.monotonic() + 300
    while not condition():
        assert program.poll() is None, "the program has ended"
        assert time.monotonic() < end, "the program does not get there"
        time.sleep(0.02)


def test_the_readme_holds_what_mypy_would_check() -> None:
    for program in re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.S):
        compile(program, "README.md", "exec")
