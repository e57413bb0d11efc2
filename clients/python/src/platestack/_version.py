"""The version of this package, as it was installed."""

from __future__ import annotations

import platform
from importlib import metadata

try:
    __version__ = metadata.version("platestack")
except metadata.PackageNotFoundError:  # a source tree on the path
    __version__ = "0"

USER_AGENT = f"platestack-py/{__version__} Python/{platform.python_version()}"
