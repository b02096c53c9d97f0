# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that our agent and keepalived write the same log lines for the same events."""

from __future__ import annotations

import json
import re
import signal
import stat

import pytest

from lab.example_pair import NODE_A, NODE_B, VIP, script, whole
from lab.peers import Agent, Keepalived, Peer, poll, wait_owner

KINDS = pytest.mark.parametrize("kind", [Agent, Keepalived], ids=lambda kind: kind.kind)
DEAF = "table ip deaf { chain input { type filter hook input priority 0; ip protocol 112 drop; }; }"
FAST = {"version": 3, "advert_int": 0.2}

# They are as users write them for journald, rsyslog, Loki, Zabbix and logcheck.
OF_A_LIFE = (
    r"Starting",
    r"\(VI_1\) Entering BACKUP STATE \(.*\)$",
    r"\(VI_1\) Receive advertisement timeout$",
    r"\(VI_1\) Entering MASTER STATE",
    r"Entering (MASTER|BACKUP|FAULT) STATE",
    r"\(\S+\) Entering FAULT STATE",
    r"\(VI_1\) setting VIPs\.$",
    r"\(VI_1\) removing VIPs\.$",
    r"Sending gratuitous ARP on eth0 for 192\.168\.8\.100$",
    r"VRRP_Script\(chk\) succeeded$",
    r"Script `chk` now returning 1$",
    r"Script `chk` now returning 0$",
    r"VRRP_Script\(chk\) failed \(exited with status 1\)$",
    r"\(VI_1\) Changing effective priority from 100 to 70$",
    r"\(VI_1\) Changing effective priority from 70 to 100$",
    r"Netlink reports eth0 down$",
    r"Netlink reports eth0 up$",
    r"\(VI_1\) Master received advert from 192\.168\.8\.4 with higher priority 150, ours 100$",
    r"\(VI_1\) Backup received priority 0 advertisement",
    r"\(VI_1\) Received advert from 192\.168\.8\.4 with lower priority 80, ours 100, forcing new election",
    r"\(VI_1\) received lower priority \(80\) advert from 192\.168\.8\.4 - discarding$",
    r"Reload(ing|ed)",
    r"Stopping",
    r"\(VI_1\) sent 0 priority$",
    r"Stopped",
)
OF_A_GROUP = (
    r"VRRP_Group\(G\) Syncing instances to MASTER state$",
    r"VRRP_Group\(G\) Syncing instances to FAULT state$",
    r"\(VI_1\) Entering MASTER STATE",
    r"\(VI_2\) Entering MASTER STATE",
    r"\(VI_1\) Entering FAULT STATE",
    r"\(VI_2\) Entering FAULT STATE",
)
OF_REFUSALS = (
    ({"auth_pass": "2222"}, r"\(VI_1\) received an invalid passwd"),
    ({"auth_pass": None}, r"\(VI_1\) received a 0 auth, expecting 1!"),
    ({"advert_int": 2}, r"\(VI_1\) advertisement interval mismatch mine=1 sec rcv'd=2 sec"),
)


def _missing(peer: Peer, rules: tuple[str, ...]) -> list[str]:
    text = peer.log_text()
    return [rule for rule in rules if not re.search(rule, text, re.MULTILINE)]


def _says_all(peer: Peer, rules: tuple[str, ...]) -> None:
    poll(lambda: not _missing(peer, rules), 10, f"{peer} does not say everything", lambda: str(_missing(peer, rules)))


@KINDS
def test_both_logs_have_the_lines_of_a_life(wire, tmp_path, kind):
    bad = tmp_path / "bad"
    chk = script("chk", f"/usr/bin/test ! -e {bad}", interval=1, weight=-30)
    config = NODE_B.but(priority=100, track_script=("chk",), **FAST)
    peer = wire.start(kind, wire.b, config, chk)
    wait_owner(wire.segment, VIP, "b")
    bad.touch()
    peer.wait_log(r"from 100 to 70")
    bad.unlink()
    peer.wait_log(r"from 70 to 100")
    wire.segment.unplug("b")
    peer.wait_state("FAULT")
    wire.segment.plug("b")
    wait_owner(wire.segment, VIP, "b")
    _a_stronger_one_comes_and_goes(wire, peer)
    _a_deaf_one_is_heard(wire, peer)
    peer.process.send_signal(signal.SIGHUP)
    peer.wait_log(r"Reload(ing|ed)")
    peer.wait_state("MASTER")
    peer.stop()
    _says_all(peer, OF_A_LIFE)


def _a_stronger_one_comes_and_goes(wire, peer: Peer) -> None:
    stronger = wire.start(Keepalived, wire.a, NODE_A.but(priority=150, **FAST))
    wait_owner(wire.segment, VIP, "a")
    peer.wait_state("BACKUP")
    stronger.stop()
    wait_owner(wire.segment, VIP, "b")


def _a_deaf_one_is_heard(wire, peer: Peer) -> None:
    """Start a weaker node that hears no advertisement, and so stays MASTER beside us and after our fault."""
    wire.a.run(["nft", "-f", "-"], input=DEAF, check=True)
    weaker = wire.start(Keepalived, wire.a, NODE_A.but(priority=80, **FAST))
    peer.wait_log("forcing new election")
    wire.segment.unplug("b")
    peer.wait_state("FAULT")
    wire.segment.plug("b")
    peer.wait_log("received lower priority")
    peer.wait_state("MASTER")
    weaker.stop()


@KINDS
@pytest.mark.parametrize(("changes", "rule"), OF_REFUSALS, ids=["password", "none", "interval"])
def test_both_logs_have_the_lines_about_discarded_advertisements(wire, kind, changes, rule):
    peer = wire.start(kind, wire.b, NODE_B)
    wire.start(Keepalived, wire.a, NODE_A.but(**changes))
    peer.wait_log(rule, timeout_s=15)


@KINDS
def test_both_logs_have_the_lines_of_a_group(wire, kind):
    one = NODE_B.but(priority=100, **FAST)
    other = one.but(name="VI_2", virtual_router_id=52, virtual_ipaddress=("192.168.8.110/24",))
    group = "vrrp_sync_group G {\n    group {\n        VI_1\n        VI_2\n    }\n}\n"
    peer = wire.start(kind, wire.b, whole([one, other], "NodeB", group))
    wait_owner(wire.segment, VIP, "b")
    peer.wait_log(r"\(VI_2\) Entering MASTER STATE")
    wire.segment.unplug("b")
    peer.wait_log(r"\(VI_2\) Entering FAULT STATE")
    peer.stop()
    _says_all(peer, OF_A_GROUP)


def test_a_signal_writes_the_status_into_a_file(wire):
    agent = wire.start(Agent, wire.b, NODE_B.but(priority=100, **FAST))
    wait_owner(wire.segment, VIP, "b")
    path = agent.runtime_dir / "status.json"
    for asked in (signal.SIGUSR1, signal.SIGUSR2):
        path.unlink(missing_ok=True)
        agent.process.send_signal(asked)
        poll(path.exists, 5, "no status", agent.tail)
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        told = json.loads(path.read_text(encoding="utf-8"))
        (instance,) = told["instances"]
        assert (instance["name"], instance["state"], instance["counters"]["became_master"]) == ("VI_1", "MASTER", 1)
