#!/usr/bin/env bash
# Makes the generated part of the Python client from openapi/clients.json; `clients/python/generator` says which that is.
#
#   clients_python.sh [--check]   with --check nothing is written, and what differs is an error
#
# Needs: apt-get install --no-install-recommends python3 python3-venv, and the network the first time (for ruff, locked in
# clients/python/requirements)
set -euo pipefail

root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd -P)
read -r _ tools < <("$root/test/support/python_client.sh" --tools)
cd "$root/clients/python"
exec "$tools/bin/python" -m generator "$@"
