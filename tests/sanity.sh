#!/usr/bin/env bash
# Runs ansible-test sanity on a copy of what a release contains. The arguments go to ansible-test. Tests, scenarios and
# benchmarks are not in a release; make lint checks them.
set -euo pipefail
cd "$(dirname "$0")/.."
. tests/ansible_test.sh
prepare_home "$PWD/.build/sanity"
copy_collection "$PWD/.build/sanity" . ':!tests' ':!molecule' ':!benchmarks'
ansible_test sanity "$@"
