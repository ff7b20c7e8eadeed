#!/bin/sh
# Writes every lock anew: with hashes, for every Python >= 3.11, and naming no host (tests/shape/ holds us to it).
# Runs from ./dev lock. --no-config: what this machine's pip or uv is told about mirrors must not reach a file.
set -eu
cd "$(dirname "$0")/.."
uv=.venv/bin/uv
how="--universal --python-version 3.11 --generate-hashes --no-annotate --no-header --no-emit-index-url --no-emit-find-links --no-config -q"
upgrade=${UPGRADE:+--upgrade} # make lock UPGRADE=1: the newest of everything; without it only what pyproject.toml asks for

lock() { # lock OUT ARGUMENTS...: uv reads the old pins from OUT unless it is told to upgrade
  out=$1
  shift
  # shellcheck disable=SC2086
  $uv pip compile "$@" $how $upgrade -o "$out" >/dev/null
}
lock requirements/run.txt pyproject.toml --group build
lock requirements/dev.txt pyproject.toml --group build --group test -c requirements/run.txt
echo uv | lock requirements/uv.txt - -c requirements/run.txt
lock requirements/oracles.txt requirements/oracles.in
lock requirements/samples.txt requirements/samples.in --no-deps
lock requirements/stonesoup.txt requirements/stonesoup.in
lock requirements/norfair.txt requirements/norfair.in

for folder in web tests/browser/npm; do
  rm -rf "$folder/node_modules" "$folder/package-lock.json"
  .venv/bin/python -c "import hatch_build, pathlib, sys; hatch_build.npm(pathlib.Path(sys.argv[1]), *sys.argv[2:])" \
    "$folder" install --package-lock-only --omit-lockfile-registry-resolved --ignore-scripts --no-audit --no-fund
done

if grep -nE '://|^--' requirements/*.txt || grep -n '"resolved"' web/package-lock.json tests/browser/npm/package-lock.json; then
  echo "a lock names a host (above): mend tools/lock.sh before committing it" >&2
  exit 1
fi
