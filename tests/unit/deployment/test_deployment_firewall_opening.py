# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test which commands allow VRRP in a firewall, and which take that back. tests/network has a real one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment import firewall, firewall_opening
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.change import DeploymentError, apply
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.firewall_opening import (
    RICH_RULE,
    closings,
    openings,
)

RECORDED = Path(__file__).parent / "recorded"
FIREWALLD = (RECORDED / "firewalld.nft.json").read_text()
UFW = (RECORDED / "ufw.iptables-save").read_text()
ENTRY = {"interface": "eth0", "source": "192.168.8.4", "peer": "192.168.8.6", "unicast": False}
BOTH = [ENTRY, {**ENTRY, "unicast": True}]
TABLE = {"family": "inet", "table": "filter"}
CHAIN = {**TABLE, "name": "output", "type": "filter", "hook": "output", "policy": "drop"}
SAVED = ["*filter", ":INPUT DROP [0:0]", ":OUTPUT ACCEPT [0:0]", "-A OUTPUT -p vrrp -j DROP", "COMMIT"]
ZONES = f"""home
  rich rules:

public (active)
  target: default
  rich rules:
	{RICH_RULE}
	rule protocol value="vrrp" accept
"""


@pytest.fixture
def node(monkeypatch):
    """Return a function that sets the answers of the node's commands, by their words; and the changes that were run."""
    run = []

    def answers(said):
        def output(words):
            return said.get(" ".join(words), said.get(words[0]))

        for module in (firewall, firewall_opening):
            monkeypatch.setattr(module, "output", output)
        monkeypatch.setattr(firewall_opening, "change", lambda words: run.append(" ".join(words)))
        return firewall.Firewall(), run

    return answers


def done(changes, run):
    """Return subject, text before and after of each change, and the commands that it runs."""
    told = [(change.subject, change.before.strip(), change.after.strip()) for change in changes]
    assert run == []
    apply(changes)
    return told, run


def test_where_nothing_drops_nothing_changes(node):
    fine, _run = node({"iptables-save": "*filter\n:INPUT ACCEPT [0:0]\nCOMMIT\n"})
    assert openings(fine, BOTH) == closings(fine) == []
    broken, _run = node({"nft": "no JSON"})
    assert openings(broken, BOTH) == closings(broken) == []


def test_a_chain_of_nftables_gets_one_rule_in_front(node):
    wall, run = node({"nft": json.dumps({"nftables": [{"chain": CHAIN}]})})
    rule = 'meta l4proto 112 accept comment "hotstandby"'
    assert done(openings(wall, BOTH), run) == (
        [("nftables: chain output of table inet filter", "", rule)], [f"nft insert rule inet filter output {rule}"],
    )  # fmt: skip


def test_the_rules_of_nftables_are_found_by_their_comment(node):
    ours = {**TABLE, "chain": "output", "handle": 9, "comment": "hotstandby", "expr": [{"accept": None}]}
    rules = [{"rule": ours}, {"rule": {**ours, "handle": 10, "comment": "theirs"}}]
    wall, run = node({"nft": json.dumps({"nftables": [{"chain": CHAIN}, *rules]})})
    told, commands = done(closings(wall), run)
    assert [subject for subject, _before, _after in told] == ["nftables: chain output of table inet filter"]
    assert commands == ["nft delete rule inet filter output handle 9"]


def test_each_chain_of_iptables_gets_a_rule(node):
    wall, run = node({"iptables-save": "\n".join(SAVED)})
    told, commands = done(openings(wall, BOTH), run)
    assert [subject for subject, _before, _after in told] == ["chain OUTPUT of iptables", "chain INPUT of iptables"]
    assert commands == [
        "iptables -w -t filter -I OUTPUT -p 112 -m comment --comment hotstandby -j ACCEPT",
        "iptables -w -t filter -I INPUT -p 112 -m comment --comment hotstandby -j ACCEPT",
    ]


def test_the_rules_of_iptables_are_found_by_their_comment(node):
    ours = "-A INPUT -p vrrp -m comment --comment hotstandby -j ACCEPT"
    wall, run = node({"iptables-save": "\n".join([*SAVED[:-1], ours, ours.replace("hotstandby", '"a b"'), SAVED[-1]])})
    assert done(closings(wall), run) == (
        [("chain INPUT of iptables", "-p vrrp -m comment --comment hotstandby -j ACCEPT", "")],
        ["iptables -w -t filter -D INPUT -p vrrp -m comment --comment hotstandby -j ACCEPT"],
    )


def test_the_older_iptables_is_changed_by_its_own_program(node, monkeypatch, tmp_path):
    monkeypatch.setattr(firewall, "_LEGACY_TABLES", {4: str(tmp_path), 6: "/nonexistent"})
    wall, run = node({"iptables-legacy-save": "\n".join(SAVED)})
    assert {command.split()[0] for command in done(openings(wall, BOTH), run)[1]} == {"iptables-legacy"}


def test_firewalld_gets_a_rich_rule_at_once_and_for_good(node):
    wall, run = node({"nft": FIREWALLD, "firewall-cmd": "public\n"})
    assert done(openings(wall, BOTH), run) == (
        [("firewalld: zone public", "", RICH_RULE)],
        [
            f"firewall-cmd --zone=public --add-rich-rule={RICH_RULE}",
            f"firewall-cmd --permanent --zone=public --add-rich-rule={RICH_RULE}",
        ],
    )


def test_the_rich_rule_is_found_in_its_zone(node):
    wall, run = node({"firewall-cmd --list-all-zones": ZONES, "firewall-cmd --permanent --list-all-zones": ZONES})
    assert done(closings(wall), run) == (
        [("firewalld: zone public", RICH_RULE, "")],
        [
            f"firewall-cmd --zone=public --remove-rich-rule={RICH_RULE}",
            f"firewall-cmd --permanent --zone=public --remove-rich-rule={RICH_RULE}",
        ],
    )


def test_what_firewalld_does_not_let_out_is_left_to_the_user(node):
    policy = {**CHAIN, "table": "firewalld", "name": "filter_OUTPUT"}
    wall, _run = node({"nft": json.dumps({"nftables": [{"chain": policy}]})})
    with pytest.raises(DeploymentError, match="firewalld drops VRRP that goes out .chain filter_OUTPUT of table inet"):
        openings(wall, BOTH)


def test_ufw_gets_a_rule_with_a_comment(node):
    wall, run = node({"iptables-save": UFW, "ufw": "Status: active"})
    assert done(openings(wall, BOTH), run) == (
        [("ufw", "", "allow in on eth0 proto vrrp")], ["ufw allow in on eth0 proto vrrp comment hotstandby"],
    )  # fmt: skip


def test_the_rules_of_ufw_are_found_by_their_comment(node):
    added = (
        "Added user rules (see 'ufw status'):\nufw allow 22/tcp\nufw allow in on eth0 proto vrrp comment 'hotstandby'\n"
    )
    wall, run = node({"ufw show added": added})
    assert done(closings(wall), run) == (
        [("ufw", "allow in on eth0 proto vrrp", "")], ["ufw delete allow in on eth0 proto vrrp"],
    )  # fmt: skip
