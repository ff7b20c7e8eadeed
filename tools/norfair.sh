#!/bin/sh
# .cache/norfair: an environment of its own for the plain fast peer of benchmarks/engine. One of its packages is source only.
set -eu
cd "$(dirname "$0")/.."
stamp="$(cksum <requirements/norfair.txt) $PWD"
[ "$(cat .cache/norfair/.stamp 2>/dev/null || true)" != "$stamp" ] || exit 0
.venv/bin/python -m venv --clear --without-pip .cache/norfair
VIRTUAL_ENV="$PWD/.cache/norfair" .venv/bin/uv pip sync -q --require-hashes requirements/norfair.txt
.cache/norfair/bin/python -c 'import norfair'
printf '%s' "$stamp" >.cache/norfair/.stamp
