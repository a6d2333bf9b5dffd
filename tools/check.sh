#!/usr/bin/env bash
# The whole check, in the active Python environment: format, lint, spelling, types, tests.
# The quick steps stand first, and the first that fails ends the run.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

step() {
    printf '\n=== %s: %s\n' "$1" "${*:2}"
    "${@:2}"
}

step "Format" python -m ruff format --check .
step "Lint" python -m ruff check .
step "Spelling" python -m codespell_lib .
step "Types" python -m mypy
# Two processes: what takes the time is Python, tracing networks, and it runs on one core.
step "Unit tests, doctests and integration tests" python -m pytest -n 2
printf '\n=== All checks passed\n'
