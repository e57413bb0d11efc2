"""The archive's interface as it is: records, and a call for each operation, of which `Archive.call` gets the answer."""

from __future__ import annotations

from ._api.call import Call as Call
from ._api.models import *  # noqa: F403
from ._api.operations import *  # noqa: F403
