#!/bin/sh
# Runs the tests in a virtual environment of their own; needs python3, python3-venv and the registry.
set -eu
cd "$(dirname "$0")/.."
python3 -m venv .venv
.venv/bin/pip install --quiet --require-hashes -r requirements.lock
.venv/bin/pip install --quiet --no-deps --no-build-isolation -e .
.venv/bin/pytest "$@"
