#!/usr/bin/env bash
# ansible-test integration: each module on a node with systemd, beside a standby that is a keepalived. Arguments go to
# ansible-test, names of targets for example. The nodes are the lab's; nothing is installed on this machine, and
# whatever happens, they are gone afterwards.
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
copy_collection "$BUILD" galaxy.yml meta plugins tests/integration
cleanup() {
    cd "$CHECKOUT"
    lab down
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

lab up --owner $$ # should this shell be killed, the next run removes its nodes
lab exec node-b sh -c 'cat > /etc/keepalived/keepalived.conf' <tests/integration/peer.conf
lab exec node-b systemctl start keepalived
# ansible-test knows one host, testhost: these variables make a node of it.
python3 - "$LAB/connection.yml" >"$TREE/tests/integration/integration_config.yml" <<'PYTHON'
import json, sys
everything = json.load(open(sys.argv[1]))["all"]
json.dump({**everything["vars"], **everything["hosts"]["node-a"], "ansible_connection": "ssh"}, sys.stdout)
PYTHON
ansible_test integration --allow-destructive "$@"
