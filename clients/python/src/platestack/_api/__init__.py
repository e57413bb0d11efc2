"""The archive's interface as it is: a record type for each of its schemas, a call for each of its operations.

`Archive.call(platestack.api.frames_get(4))` gets what a call asks for. models.py, operations.py and filters.py are made
from the archive's OpenAPI document by generator/.
"""
