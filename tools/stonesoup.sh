#!/bin/sh
# .cache/stonesoup: an environment of its own for the peer that benchmarks/score.py measures beside ours.
set -eu
cd "$(dirname "$0")/.."
stamp="$(cksum <requirements/stonesoup.txt) $PWD"
[ "$(cat .cache/stonesoup/.stamp 2>/dev/null || true)" != "$stamp" ] || exit 0
.venv/bin/python -m venv --clear --without-pip .cache/stonesoup
VIRTUAL_ENV="$PWD/.cache/stonesoup" .venv/bin/uv pip sync -q --require-hashes --only-binary :all: requirements/stonesoup.txt
.cache/stonesoup/bin/python -c 'import stonesoup'
printf '%s' "$stamp" >.cache/stonesoup/.stamp
