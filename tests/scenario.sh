#!/usr/bin/env bash
# Runs one scenario of molecule. Each run has its own working folder, so that several can run at the same time. The nodes
# are removed at the end, also after a failure.
set -uo pipefail
cd "$(dirname "$0")/.." || exit
export PATH=$PWD/.venv/bin:$PATH
scenario=$1
mkdir -p .build
# The output goes to a log, so it has no borders and no colours.
export NO_COLOR=1 MOLECULE_COMMAND_BORDERS=false
MOLECULE_EPHEMERAL_DIRECTORY=$(mktemp -d "$PWD/.build/molecule-$scenario-XXXXXX")
export MOLECULE_EPHEMERAL_DIRECTORY MOLECULE_GLOB="molecule/$scenario/molecule.yml"

# Plays are forked by a server that has Ansible already (tests/plays). It ends with this shell.
PLAYS=$(mktemp -d)
export HOTSTANDBY_PLAYS=$PLAYS/socket PATH=$PWD/tests/plays/bin:$PATH
python3 tests/plays/server.py "$HOTSTANDBY_PLAYS" $$ </dev/null &

cleanup() {
    PYTHONPATH=tests python3 -m lab down --link "$MOLECULE_EPHEMERAL_DIRECTORY/lab"
    rm -rf "$MOLECULE_EPHEMERAL_DIRECTORY" "$PLAYS"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

export LAB_OWNER=$$ # if this shell is killed, the next run removes its nodes
molecule test --destroy=always --scenario-name "$scenario"
