#!/usr/bin/env bash
# Makes the Python environments in which clients/python is made and tested, with the versions of its requirements/, and
# prints for each its Python version and its folder. The first has mypy, ruff, astropy and pandas too.
#
#   python_client.sh [--tools]
#
#   --tools   the first alone
#
# Needs: apt-get install --no-install-recommends python3 python3-venv   (Python 3.11 or newer), and the network
# Others are made where Python 3.9 and 3.13 are found, on the path or under ~/.pyenv/versions. Does nothing where they are
# there already; what is left of a broken start, or of other versions, is made anew.
set -euo pipefail

here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)
requirements=$here/../../clients/python/requirements
into=$here/../../node_modules/.cache/python-client
mkdir -p -- "$into"
into=$(cd -- "$into" && pwd -P)
exec 9>"$into.lock"
flock -w 600 9 || { echo "python_client.sh: another one holds $into" >&2; exit 1; }

# The program of a Python version, where there is one that runs; pyenv has stand-ins on the path for what is not there.
find_python() {
  local program
  for program in "python$1" "${PYENV_ROOT:-$HOME/.pyenv}/versions/$1".*/bin/python; do
    if "$program" -c "import sys, venv; sys.exit('%d.%d' % sys.version_info[:2] != '$1')" 2>/dev/null; then
      echo "$program"
      return
    fi
  done
}

# make NAME PYTHON REQUIREMENTS...
make() {
  local folder=$into/$1 python=$2
  shift 2
  if ! cat -- "$@" | cmp -s -- - "$folder/made-of.txt"; then
    rm -rf -- "${folder:?}"
    "$python" -m venv -- "$folder" >&2 || { echo 'python_client.sh: no environment was made (apt-get install python3-venv)' >&2; return 1; }
    "$folder/bin/python" -m pip install --quiet --disable-pip-version-check --no-input --no-deps "${@/#/-r}" >&2 ||
      { echo 'python_client.sh: pip could not install what the client needs: see above, and whether the network is there' >&2; return 1; }
    "$folder/bin/python" -m pip check --disable-pip-version-check >&2
    cat -- "$@" >"$folder/made-of.txt" # last: only a whole one has it
  fi
  "$folder/bin/python" -c "import sys; print('%d.%d' % sys.version_info[:2], '$folder')"
}

debian=/usr/bin/python3
[ -x $debian ] || debian=python3
make tools "$debian" "$requirements/tests.txt" "$requirements/tools.txt"
[ "${1-}" != --tools ] || exit 0
for version in 3.9 3.13; do
  found=$(find_python $version)
  [ -z "$found" ] || make $version "$found" "$requirements/tests.txt"
done
