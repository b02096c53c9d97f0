#!/usr/bin/env bash
# Run molecule's scenarios one after the other, each in a working folder of its own, so that two runs of one checkout
# do not meet. Whatever happens, the nodes are gone afterwards.
set -uo pipefail
cd "$(dirname "$0")/.." || exit
export PATH=$PWD/.venv/bin:$PATH
mkdir -p .build
# No frames around the output and no colours: it is read in a log.
export NO_COLOR=1 MOLECULE_COMMAND_BORDERS=false
failed=()

cleanup() { # of the scenario that runs
    [[ -n ${MOLECULE_EPHEMERAL_DIRECTORY:-} ]] || return 0
    PYTHONPATH=tests python3 -m lab down --link "$MOLECULE_EPHEMERAL_DIRECTORY/lab"
    rm -rf "$MOLECULE_EPHEMERAL_DIRECTORY"
    unset MOLECULE_EPHEMERAL_DIRECTORY
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

export LAB_OWNER=$$ # should this shell be killed, the next run removes its nodes
for scenario in "$@"; do
    MOLECULE_EPHEMERAL_DIRECTORY=$(mktemp -d "$PWD/.build/molecule-$scenario-XXXXXX")
    export MOLECULE_EPHEMERAL_DIRECTORY MOLECULE_GLOB="molecule/$scenario/molecule.yml"
    start=$SECONDS
    if molecule test --destroy=always --scenario-name "$scenario"; then
        echo "scenario $scenario: passed after $((SECONDS - start)) s"
    else
        echo "scenario $scenario: FAILED after $((SECONDS - start)) s"
        failed+=("$scenario")
    fi
    cleanup
done

if ((${#failed[@]})); then
    echo "molecule: failed: ${failed[*]}" >&2
    exit 1
fi
