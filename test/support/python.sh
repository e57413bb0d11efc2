#!/usr/bin/env bash
# Makes the Python environment of the published ocs_ingester, with the versions of ocs_ingester.txt, and prints its folder.
#
#   python.sh [DIRECTORY=node_modules/.cache/ocs_ingester of the repository]
#
# Needs: apt-get install --no-install-recommends python3 python3-venv   (Python 3.11 or newer), and the network
# Does nothing where it is there already; what is left of a broken start, or of other versions, is made anew.
set -euo pipefail

here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)
wanted=$here/ocs_ingester.txt
into=${1:-$here/../../node_modules/.cache/ocs_ingester}
mkdir -p -- "$into"
into=$(cd -- "$into" && pwd -P)
exec 9>"$into.lock"
flock -w 600 9 || { echo "python.sh: another one holds $into" >&2; exit 1; }

if ! cmp -s -- "$wanted" "$into/made-of.txt"; then
  rm -rf -- "${into:?}"
  python3 -m venv -- "$into" >&2 || { echo 'python.sh: no environment was made (apt-get install python3-venv)' >&2; exit 1; }
  "$into/bin/python" -m pip install --quiet --disable-pip-version-check --no-input -r "$wanted" >&2 ||
    { echo 'python.sh: pip could not install ocs_ingester: see above, and whether the network is there' >&2; exit 1; }
  cp -- "$wanted" "$into/made-of.txt" # last: only a whole one has it
fi
echo "$into"
