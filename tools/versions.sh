#!/usr/bin/env bash
# Runs the tests with other versions of the libraries than those at hand, in an environment of its own.
#
#   tools/versions.sh oldest [PYTEST ARGUMENTS]       the lower bounds of pyproject.toml
#   tools/versions.sh prerelease [PYTEST ARGUMENTS]   what will be released next; allowed to fail
#
# The environment is made in a temporary folder and removed. With VENV=DIR it is made there, or the one
# that is there is used again, and kept.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

which=${1-}
case $which in
    oldest | prerelease) ;;
    *)
        sed -n '2,8s/^# \{0,1\}//p' "$0" >&2
        exit 2
        ;;
esac
shift

if [[ -z ${VENV-} ]]; then
    VENV=$(mktemp -d)
    trap 'rm -rf "$VENV"' EXIT
fi
if [[ ! -x $VENV/bin/python ]]; then
    "${PYTHON:-python3}" -m venv "$VENV"
fi
if [[ $which == oldest ]]; then
    python3 tools/oldest.py > "$VENV/oldest.txt"
    options=(-c "$VENV/oldest.txt")
else
    options=(--pre --upgrade)
fi
status=0
{
    "$VENV/bin/python" -m pip install --quiet -e ".[test]" "${options[@]}" &&
        "$VENV/bin/python" -m pip list &&
        "$VENV/bin/python" -m pytest "$@"
} || status=$?
if [[ $which == prerelease && $status -ne 0 ]]; then
    # A warning of what is to come, and often no fault of this package.
    echo "=== status $status with pre-releases: to be looked into, not an error"
    exit 0
fi
exit "$status"
