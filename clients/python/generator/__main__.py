"""Makes what of the package `platestack` is generated, or says with --check what differs.

    python -m generator [--check | --json] [DOCUMENT]

--json prints the files by their paths in the repository instead.

1. `_api/`: types and calls of every operation, from the OpenAPI document.
2. `_async/search.py`: the search by keywords, with a parameter for each filter.
3. `_sync/`: the synchronous client, which is the asynchronous one without `async` and `await`.

Everything is formatted by ruff, as the rest of the package.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from .models import render_models
from .operations import render_operations
from .schemas import Document
from .search import render_filters, render_search
from .synchronous import SAME_IN_BOTH, synchronous

PACKAGE = Path(__file__).resolve().parent.parent
SOURCES = PACKAGE / "src" / "platestack"
OPENAPI = PACKAGE.parent.parent / "openapi"


def main(arguments: list[str]) -> int:
    """Writes the files, compares them or prints them; gives the exit code."""
    options = [a for a in arguments if a.startswith("--")]
    [source] = [Path(a) for a in arguments if a not in options] or [OPENAPI / "clients.json"]
    made = generated(Document(json.loads(source.read_text(encoding="utf-8"))))
    if "--json" in options:
        print(json.dumps({f"clients/python/{path.relative_to(PACKAGE)}": text for path, text in made.items()}))
        return 0
    different = [path for path, text in made.items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    for path in different:
        print(f"{'differs' if '--check' in options else 'written'}: {path.relative_to(PACKAGE)}")
        if "--check" not in options:
            path.write_text(made[path], encoding="utf-8")
    if "--check" in options and different:
        print("The Python client is out of date: npm run clients makes it anew", file=sys.stderr)
        return 1
    return 0


def generated(document: Document) -> dict[Path, str]:
    """The generated files."""
    made = {
        SOURCES / "_api" / "models.py": render_models(document),
        SOURCES / "_api" / "operations.py": render_operations(document),
        SOURCES / "_api" / "filters.py": render_filters(document),
        SOURCES / "_async" / "search.py": render_search(document),
    }
    made = {path: formatted(path, text) for path, text in made.items()}
    for path in sorted((SOURCES / "_async").glob("*.py")):
        if path.name not in SAME_IN_BOTH:
            text = made.get(path) or path.read_text(encoding="utf-8")
            into = SOURCES / "_sync" / path.name
            made[into] = formatted(into, synchronous(text))
    return made


def formatted(path: Path, text: str) -> str:
    """The text as ruff formats it, imports sorted and those taken out that nothing uses."""
    name = ["--stdin-filename", str(path)]
    fixed = ruff(["check", "--select", "I,F401,UP", "--fix-only", "--quiet", *name, "-"], text)
    return ruff(["format", "--quiet", *name, "-"], fixed)


def ruff(arguments: list[str], text: str) -> str:
    """What ruff makes of a text."""
    command = [sys.executable, "-m", "ruff", *arguments]
    return subprocess.run(command, input=text, text=True, capture_output=True, check=True, cwd=PACKAGE).stdout


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
