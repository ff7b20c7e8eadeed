#!/bin/sh
# .cache/oracles: an environment of its own for the GPL decoders that answer beside ours (requirements/oracles.in).
# asterix-decoder comes as source: this needs a C compiler and Python's headers, so only `make authorities` asks for it.
set -eu
cd "$(dirname "$0")/.."
stamp="$(cksum <requirements/oracles.txt) $PWD"
[ "$(cat .cache/oracles/.stamp 2>/dev/null || true)" != "$stamp" ] || exit 0
if ! command -v cc >/dev/null && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  apt-get update -q
  DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends g++ libc6-dev libexpat1-dev python3-dev
fi
.venv/bin/python -m venv --clear --without-pip .cache/oracles
VIRTUAL_ENV="$PWD/.cache/oracles" .venv/bin/uv pip sync -q --require-hashes \
  --build-constraints requirements/oracles.txt requirements/oracles.txt
.cache/oracles/bin/python -c 'import asterix, pyModeS'
printf '%s' "$stamp" >.cache/oracles/.stamp
