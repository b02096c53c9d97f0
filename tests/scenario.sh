#!/usr/bin/env bash
# Run one of molecule's scenarios in a working folder of its own, so that two of them, or two runs of one checkout, do
# not meet. Whatever happens, the nodes are gone afterwards.
set -uo pipefail
cd "$(dirname "$0")/.." || exit
export PATH=$PWD/.venv/bin:$PATH
scenario=$1
mkdir -p .build
# No frames around the output and no colours: it is read in a log.
export NO_COLOR=1 MOLECULE_COMMAND_BORDERS=false
MOLECULE_EPHEMERAL_DIRECTORY=$(mktemp -d "$PWD/.build/molecule-$scenario-XXXXXX")
export MOLECULE_EPHEMERAL_DIRECTORY MOLECULE_GLOB="molecule/$scenario/molecule.yml"

cleanup() {
    PYTHONPATH=tests python3 -m lab down --link "$MOLECULE_EPHEMERAL_DIRECTORY/lab"
    rm -rf "$MOLECULE_EPHEMERAL_DIRECTORY"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

export LAB_OWNER=$$ # should this shell be killed, the next run removes its nodes
molecule test --destroy=always --scenario-name "$scenario"
