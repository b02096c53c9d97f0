#!/usr/bin/env bash
# ansible-test sanity on a copy of what a release carries. Arguments go to ansible-test. Tests, scenarios and benchmarks
# are no part of a release; ruff reads those (make lint).
set -euo pipefail
cd "$(dirname "$0")/.."
. tests/ansible_test.sh
prepare_home "$PWD/.build/sanity"
copy_collection "$PWD/.build/sanity" . ':!tests' ':!molecule' ':!benchmarks'
ansible_test sanity "$@"
