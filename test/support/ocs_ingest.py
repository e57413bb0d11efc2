"""Calls the published ocs_ingester, unchanged, for tests: reads one call a line (JSON) and answers with one line (JSON).

A call: {"call": NAME, "path": FILE, ...}; FILE is opened for it. What else it holds are arguments of the function of that name.
An answer: {"ok": RESULT}, or {"raised": CLASS, "message": TEXT} with the name of the exception's class.
Where the archive, its token and S3 are comes from the environment alone, as the library wants it.
"""

import json
import sys

from ocs_archive.input.file import File
from ocs_archive.input.filefactory import FileFactory
from ocs_ingester import ingester


def stored_path(fileobj, **rest):
    """Where the library would put the file, and under which content type."""
    file = File(fileobj, rest.pop("path", None))
    data = FileFactory.get_datafile_class_for_extension(file.extension)(file, rest.pop("file_metadata", None))
    return {"path": data.get_filestore_path(), "content_type": data.get_filestore_content_type()}


def answer(call):
    function = stored_path if call["call"] == "stored_path" else getattr(ingester, call["call"])
    arguments = {key: value for key, value in call.items() if key not in ("call", "path")}
    if "version" in arguments:
        return function(**arguments)
    with open(call["path"], "rb") as file:
        return function(file, **arguments)


for line in sys.stdin:
    try:
        result = {"ok": answer(json.loads(line))}
    except Exception as error:  # which one it is, is what the tests ask
        result = {"raised": type(error).__name__, "message": str(error)}
    print(json.dumps(result), flush=True)
