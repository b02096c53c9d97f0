#!/usr/bin/env bash
# Runs every tool that checks the sources without running them. The exit status is 1 if one of them failed.
set -uo pipefail
cd "$(dirname "$0")/.." || exit
export PATH=$PWD/.venv/bin:$PATH
failed=()

step() {
    local name=$1
    shift
    echo "--- $name"
    "$@" || failed+=("$name")
}

step ruff ruff check .
step "ruff format" ruff format --check .
step mypy mypy
step 'mypy, event source' mypy extensions/eda/plugins/event_source/events.py
step shellcheck shellcheck tests/*.sh .ci/run
step yamllint yamllint --strict .
step ansible-lint ansible-lint --offline --strict --nocolor -q
step changelog antsibull-changelog lint
# It reads the collection where Ansible finds it, and needs no network.
step documentation antsibull-docs lint-collection-docs --plugin-docs --skip-rstcheck .ansible/collections/ansible_collections/hotstandby/vrrp

if ((${#failed[@]})); then
    echo "lint: failed: $(printf '%s, ' "${failed[@]}" | sed 's/, $//')" >&2
    exit 1
fi
echo "lint: all passed"
