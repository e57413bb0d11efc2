"""The command platestack-py: searches an archive, and downloads what was found."""

from __future__ import annotations

import argparse
import contextlib
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Dict, List, NoReturn, Optional

from ._api.filters import FILTERS, Filter
from ._api.models import Frame
from ._sync.client import Archive
from ._version import __version__
from .errors import ArchiveError
from .output import FORMATS, printable

DONE, FAILED, MISUSED, INTERRUPTED = 0, 1, 2, 130
# the description of a filter is of its query parameter, in which a plus has to be encoded
OF_QUERIES = re.compile(r"; a `\+` in a query [^;.]*")
EXAMPLES = """examples:
  platestack-py search --cone 10.68,41.27,0.5 --start 2016-01-01 --end 2016-01-08 --format names
  platestack-py search --site-id-in cpt,coj --reduction-level 91 --limit 20
  platestack-py download --proposal-id KEY2014A-002 --start 2016-01-01 --to data --parallel 8

A value that begins with a minus goes behind an equals sign: --box=-5,10,5,20

environment:
  PLATESTACK_ARCHIVE  the archive's address, for --archive
  PLATESTACK_TOKEN    the user's token, where no --token-file is given; sent to that archive only

exit codes: 0 done; 1 the archive, the network or a file failed; 2 the command line, or a value that the archive refused
"""


def main(arguments: Optional[List[str]] = None) -> int:
    """Runs the command; gives its exit code."""
    try:
        return attempt(arguments)
    finally:
        finish_output()


def attempt(arguments: Optional[List[str]]) -> int:
    """The same, with what was printed still to be written where it ended early."""
    try:
        code = run(parser().parse_args(arguments))
        sys.stdout.flush()
        return code
    except ArchiveError as error:
        return complain(error)
    except BrokenPipeError:
        return DONE  # whoever reads has seen enough
    except OSError as error:
        return fail(f"{error.filename}: {error.strerror}" if error.filename else str(error))
    except KeyboardInterrupt:
        return fail("interrupted; the same command goes on where it was", INTERRUPTED)


def finish_output() -> None:
    """Writes what is left, so that Python has nothing to complain of when it does so at its end."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def run(options: argparse.Namespace) -> int:
    """Does what was asked."""
    asked = given(options)
    if options.command == "download" and not asked and options.limit is None:
        return fail("download needs a filter, or --limit: without either it would be the whole archive", MISUSED)
    try:
        opened = Archive(options.archive, token=token_of(options))
    except ArchiveError as error:
        return fail(str(error), MISUSED)
    with opened as archive:
        frames = archive.frames(limit=options.limit, **asked)
        if options.command == "search":
            FORMATS[options.format](frames, sys.stdout)
            return DONE
        return download(archive, frames, options)


def download(archive: Archive, frames: Iterator[Frame], options: argparse.Namespace) -> int:
    """Downloads frames, and prints where they are."""
    folder: Path = options.to
    found = with_files(frames)
    if options.zip is None:
        paths = archive.download_all(found, folder, parallel=options.parallel)
    else:
        listed = list(found)
        paths = [archive.download_zip(listed, folder / options.zip)] if listed else []
    if not paths:
        print("platestack-py: no frame matches", file=sys.stderr)
    for path in paths:
        print(path)
    return DONE


def with_files(frames: Iterator[Frame]) -> Iterator[Frame]:
    """Those that have a file, which those without a date do not."""
    for frame in frames:
        if frame.url is not None:
            yield frame


def complain(error: ArchiveError) -> int:
    """Says what went wrong, each file and each value that was refused on a line of its own."""
    known = {f.name: option_of(f) for f in FILTERS}
    values = {known[name]: reasons for name, reasons in error.fields.items() if name in known}
    for option, reasons in values.items():
        fail(f"{option}: {' '.join(reasons)}")
    if values:
        return MISUSED
    for each in error.errors or [error]:
        fail(str(each))
    if error.errors:
        fail(f"{len(error.errors)} files could not be downloaded; the same command goes on with them")
    return FAILED


def fail(message: str, code: int = FAILED) -> int:
    """Says why, and gives the exit code."""
    print(f"platestack-py: {printable(message)}", file=sys.stderr)
    return code


def token_of(options: argparse.Namespace) -> Optional[str]:
    """The token of the file that was named; None: that of the environment."""
    if options.token_file is None:
        return None
    text: str = options.token_file.read_text(encoding="utf-8", errors="replace").strip()
    if not text:
        raise ArchiveError(f"{options.token_file} holds no token.")
    return text


def given(options: argparse.Namespace) -> Dict[str, Any]:
    """The filters that were given."""
    values = {f.name: getattr(options, f.name) for f in FILTERS}
    return {name: value for name, value in values.items() if value is not None}


def option_of(about: Filter) -> str:
    """The option of a filter."""
    return "--" + re.sub("_+", "-", about.name).lower()


class Parser(argparse.ArgumentParser):
    """A parser whose complaints name the command that has the details."""

    def error(self, message: str) -> NoReturn:
        """Says what is wrong, and ends."""
        self.exit(MISUSED, f"{self.prog}: {message}\nTry {self.prog} --help\n")


def parser() -> argparse.ArgumentParser:
    """The command line."""
    raw = argparse.RawDescriptionHelpFormatter
    top = Parser(
        prog="platestack-py",
        description="Searches a Platestack science archive, and downloads what was found.",
        epilog=EXAMPLES,
        formatter_class=raw,
        allow_abbrev=False,
    )
    top.add_argument("--version", action="version", version=f"platestack-py {__version__}")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    search = commands.add_parser(
        "search",
        help="list frames",
        description="Lists frames, newest first.",
        usage="%(prog)s [FILTER ...] [--format FORMAT] [--limit N] [--archive URL] [--token-file FILE]",
        epilog=EXAMPLES,
        formatter_class=raw,
        allow_abbrev=False,
    )
    search.add_argument(
        "--format", choices=sorted(FORMATS), default="table", help="how they are listed (table unless given)"
    )
    fetch = commands.add_parser(
        "download",
        help="download the files of frames",
        usage="%(prog)s FILTER ... [--to DIR] [--zip [NAME]] [--parallel N] [--limit N] [--archive URL] "
        "[--token-file FILE]",
        allow_abbrev=False,
        description="Downloads the files of frames. What is there already is not fetched again, and what broke off "
        "goes on: the same command can be run until its exit code is 0.",
        epilog=EXAMPLES,
        formatter_class=raw,
    )
    fetch.add_argument("--to", type=Path, default=Path(), metavar="DIR", help="into this folder (here unless given)")
    fetch.add_argument(
        "--zip", nargs="?", const="frames.zip", metavar="NAME", help="as one ZIP of that name (frames.zip unless given)"
    )
    fetch.add_argument("--parallel", type=positive, default=4, metavar="N", help="so many at once (4 unless given)")
    for command in (search, fetch):
        command.add_argument("--archive", metavar="URL", help="the archive's address (PLATESTACK_ARCHIVE unless given)")
        command.add_argument("--token-file", type=Path, metavar="FILE", help="the file that holds the user's token")
        command.add_argument("--limit", type=positive, metavar="N", help="at most so many frames")
        add_filters(command)
    return top


def add_filters(command: argparse.ArgumentParser) -> None:
    """An option for each filter."""
    group = command.add_argument_group("filters", "A frame has to match each of those that are given.")
    kinds = {"integer": int, "number": float}
    for f in FILTERS:
        about = OF_QUERIES.sub("", f.description).replace("%", "%%")
        if f.kind == "boolean":
            group.add_argument(
                option_of(f), dest=f.name, action=argparse.BooleanOptionalAction, default=None, help=about
            )
        elif f.several:
            group.add_argument(
                option_of(f), dest=f.name, action="append", metavar="VALUE", help=f"{about} For instance {f.example}"
            )
        else:
            group.add_argument(
                option_of(f),
                dest=f.name,
                type=kinds.get(f.kind, str),
                metavar={"integer": "N", "number": "X"}.get(f.kind, "VALUE"),
                help=f"{about} For instance {f.example}".replace("..", "."),
            )


def positive(text: str) -> int:
    """A whole number of at least 1."""
    with contextlib.suppress(ValueError):
        if (number := int(text)) > 0:
            return number
    raise argparse.ArgumentTypeError(f"{text!r} is not a whole number of at least 1")


if __name__ == "__main__":
    sys.exit(main())
