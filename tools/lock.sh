#!/usr/bin/env bash
# Renews the three lock files: hashes, no download addresses (docs/decisions/0001-rasa-op-python-3.11.md).
set -euo pipefail
cd "$(dirname "$0")/.."
uv=${UV:-.tools/uv/bin/uv}
lock() { "$uv" pip compile --quiet --universal --generate-hashes --no-annotate --no-header --no-emit-index-url \
    --no-emit-find-links --python-version 3.11 --override requirements-overrides.in "$@"; }
lock requirements.in -o requirements.txt
lock requirements-dev.in -o requirements-dev.txt
lock requirements-uv.in -o requirements-uv.txt
