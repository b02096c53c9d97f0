#!/usr/bin/env bash
# Everything that reads the sources without running them. All of it runs, then the exit status says whether all passed.
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
step shellcheck shellcheck tests/*.sh .ci/run
step yamllint yamllint --strict .
step ansible-lint ansible-lint --offline --strict --nocolor -q
step changelog antsibull-changelog lint
# Needs the place where Ansible looks for the collection, and nothing of the internet.
step documentation antsibull-docs lint-collection-docs --plugin-docs --skip-rstcheck .ansible/collections/ansible_collections/hotstandby/vrrp

if ((${#failed[@]})); then
    echo "lint: failed: $(printf '%s, ' "${failed[@]}" | sed 's/, $//')" >&2
    exit 1
fi
echo "lint: all passed"
