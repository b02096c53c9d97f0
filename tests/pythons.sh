#!/usr/bin/env bash
# The agent runs on any Python from 3.9 on, whichever a node has. So every other interpreter of this machine loads the
# package and runs the unit tests, in an environment of its own without Ansible, so without those that need Ansible.
set -euo pipefail
cd "$(dirname "$0")/.."
OWN=$(.venv/bin/python3 -c 'import sys; print("%d.%d" % sys.version_info[:2])')
STAMP="$PWD $(sha256sum <"tests/pythons.sh")" # the environment belongs to this place and to what is installed below

# One interpreter of each version: on PATH, or where pyenv keeps them (its shims exist for versions that do not start).
interpreter() {
    local candidate
    for candidate in "$(command -v "python$1" || true)" "$HOME"/.pyenv/versions/"$1".*/bin/"python$1"; do
        if [[ -n $candidate ]] && "$candidate" -c 'import venv, ensurepip' 2>/dev/null; then
            echo "$candidate"
            return
        fi
    done
}

found=()
for version in 3.9 3.10 3.11 3.12 3.13 3.14; do
    [[ $version != "$OWN" ]] || continue
    python=$(interpreter "$version")
    [[ -n $python ]] || continue
    found+=("$version")
    environment=.venv-$version
    if [[ $(cat "$environment/.stamp" 2>/dev/null || true) != "$STAMP" ]]; then
        rm -rf "$environment"
        "$python" -m venv "$environment"
        # No pins: each version of Python has its own newest release of these.
        "$environment"/bin/pip install --quiet --disable-pip-version-check hypothesis jinja2 pyroute2 pytest pyyaml 2>.build/pip.log || {
            cat .build/pip.log >&2
            exit 1
        }
        echo "$STAMP" >"$environment/.stamp"
    fi
    echo "--- Python $version"
    "$environment"/bin/python -m pytest -q --ignore tests/unit/modules --ignore tests/unit/filter tests/unit tests/fuzz
done
echo "also tested with Python: ${found[*]:-none, as this machine has no other}"
