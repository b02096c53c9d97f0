#!/usr/bin/env bash
# Runs ansible-test integration: it tests each module on a node with systemd, whose peer is a keepalived. The arguments
# go to ansible-test, for example the names of targets. The lab makes the nodes and removes them at the end, also after
# a failure. Nothing is installed on this machine.
set -euo pipefail
cd "$(dirname "$0")/.."
. tests/ansible_test.sh
CHECKOUT=$PWD
BUILD=$CHECKOUT/.build/integration
LAB=$BUILD/lab

lab() { # command, its arguments ...
    local command=$1
    shift
    PYTHONPATH=tests python3 -m lab "$command" --link "$LAB" "$@"
}

prepare_home "$BUILD"
copy_collection "$BUILD" galaxy.yml meta plugins roles tests/integration
cleanup() {
    cd "$CHECKOUT"
    lab down
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

lab up --owner $$ # if this shell is killed, the next run removes its nodes
lab exec node-b sh -c 'cat > /etc/keepalived/keepalived.conf' <tests/integration/peer.conf
lab exec node-b systemctl start keepalived
# ansible-test has one host, testhost. These variables let it connect to the node.
python3 - "$LAB/connection.yml" >"$TREE/tests/integration/integration_config.yml" <<'PYTHON'
import json, sys
everything = json.load(open(sys.argv[1]))["all"]
json.dump({**everything["vars"], **everything["hosts"]["node-a"], "ansible_connection": "ssh"}, sys.stdout)
PYTHON
ansible_test integration --allow-destructive "$@"
