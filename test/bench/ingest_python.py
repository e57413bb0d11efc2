"""Ingests files with the published ocs_ingester: ingest_python.py PROCESSES < LIST, a path on each line.

One process is a plain loop, as in the library's documentation; more are a pool of as many. The time of the imports is not counted.
Prints a line of JSON: seconds, processor seconds of it all, peak memory of the largest process in bytes, and the failures.
"""

import json
import multiprocessing
import resource
import sys
import time

from ocs_ingester import ingester


def ingest(path):
    try:
        with open(path, "rb") as file:
            ingester.upload_file_and_ingest_to_archive(file)
    except Exception as error:
        return f"{path}: {type(error).__name__}: {error}"
    return None


def used():
    both = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in both), max(each.ru_maxrss for each in both) * 1024


if __name__ == "__main__":
    processes = int(sys.argv[1])
    paths = sys.stdin.read().split("\n")[:-1]
    before, _ = used()
    began = time.monotonic()
    if processes == 1:
        results = [ingest(path) for path in paths]
    else:
        with multiprocessing.Pool(processes) as pool:
            results = list(pool.imap_unordered(ingest, paths))
            pool.close()
            pool.join()
    seconds = time.monotonic() - began
    cpu, peak = used()
    failures = [result for result in results if result]
    print(json.dumps({"seconds": seconds, "cpu": cpu - before, "peak": peak, "failures": failures}))
