#!/bin/sh
# .cache/samples: recorded flights from the `traffic` package, without its code's many dependencies. Data to replay, for
# people and for `make authorities`; `make test` needs none of it.
set -eu
cd "$(dirname "$0")/.."
stamp="$(cksum <requirements/samples.txt)"
[ "$(cat .cache/samples/.stamp 2>/dev/null || true)" != "$stamp" ] || exit 0
rm -rf .cache/samples
.venv/bin/uv pip install -q --no-deps --require-hashes --only-binary :all: --target .cache/samples -r requirements/samples.txt
printf '%s' "$stamp" >.cache/samples/.stamp
