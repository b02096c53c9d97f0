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
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.firewall_opening import closings, openings

RECORDED = Path(__file__).parent / "recorded"
FIREWALLD = (RECORDED / "firewalld.nft.json").read_text()
UFW = (RECORDED / "ufw.iptables-save").read_text()
ENTRY = {"interface": "eth0", "source": "192.168.8.4", "peer": "192.168.8.6", "unicast": False}
RICH_RULE = 'rule priority="-112" protocol value="vrrp" accept'
STATUS = {**ENTRY, "protocol": "udp", "port": 61112, "unicast": True}
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
    listed = 'meta l4proto vrrp accept comment "hotstandby" # handle 9\n'
    nft = json.dumps({"nftables": [{"chain": CHAIN}, *rules]})
    wall, run = node({"nft": nft, "nft --handle list chain inet filter output": listed})
    told, commands = done(closings(wall), run)
    assert told == [
        ("nftables: chain output of table inet filter", 'meta l4proto vrrp accept comment "hotstandby"', "")
    ]
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


def test_an_output_drop_of_firewalld_for_vrrp_is_an_error(node):
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


DROPPING = {
    "nft": {"nft": json.dumps({"nftables": [{"chain": {**CHAIN, "name": "input", "hook": "input"}}]})},
    "iptables": {"iptables-save": "*filter\n:INPUT DROP [0:0]\nCOMMIT\n"},
    "ufw": {"iptables-save": "*filter\n:INPUT DROP [0:0]\nCOMMIT\n", "ufw": "Status: active"},
}
OPENED = {
    (
        "nft",
        "udp",
    ): 'nft insert rule inet filter input ip saddr 192.168.8.6 udp dport 61112 accept comment "hotstandby"',
    ("nft", "ah"): 'nft insert rule inet filter input meta l4proto 51 accept comment "hotstandby"',
    (
        "iptables",
        "udp",
    ): "iptables -w -t filter -I INPUT -s 192.168.8.6 -p udp --dport 61112 -m comment --comment hotstandby -j ACCEPT",
    ("iptables", "ah"): "iptables -w -t filter -I INPUT -p 51 -m comment --comment hotstandby -j ACCEPT",
    ("ufw", "udp"): "ufw allow in on eth0 proto udp from 192.168.8.6 to any port 61112 comment hotstandby",
    ("ufw", "ah"): "ufw allow in on eth0 proto ah comment hotstandby",
}


@pytest.mark.parametrize(("tool", "protocol"), OPENED)
def test_another_protocol_is_allowed_and_a_port_from_the_peer_alone(node, tool, protocol):
    wall, run = node(DROPPING[tool])
    entry = STATUS if protocol == "udp" else {**ENTRY, "protocol": "ah"}
    assert done(openings(wall, [entry]), run)[1] == [OPENED[tool, protocol]]


def test_packets_to_the_status_port_are_allowed_to_the_peer_alone(node):
    wall, run = node({"nft": json.dumps({"nftables": [{"chain": CHAIN}]})})
    (command,) = done(openings(wall, [STATUS]), run)[1]
    assert command.startswith("nft insert rule inet filter output ip daddr 192.168.8.6 udp dport 61112 accept ")
    six = {**STATUS, "source": "fd00:8::4", "peer": "fd00:8::6"}
    (opening,) = openings(wall, [six])
    assert opening.after.startswith("ip6 daddr fd00:8::6 udp dport 61112 accept ")


def test_firewalld_lets_answers_in_and_a_port_is_opened_by_a_rich_rule(node):
    wall, _run = node({"nft": FIREWALLD, "firewall-cmd": "public\n"})
    assert openings(wall, [STATUS]) == []
    zone = {**CHAIN, "table": "firewalld", "name": "filter_INPUT", "hook": "input"}
    wall, run = node({"nft": json.dumps({"nftables": [{"chain": zone}]}), "firewall-cmd": "public\n"})
    told = done(openings(wall, [STATUS]), run)[0]
    rule = 'rule priority="-112" family="ipv4" source address="192.168.8.6" port port="61112" protocol="udp" accept'
    assert told == [("firewalld: zone public", "", rule)]
    wall, _run = node({"firewall-cmd --list-all-zones": f"public\n  rich rules:\n\t{rule}\n\t{RICH_RULE}\n"})
    assert [closing.before.strip() for closing in closings(wall)] == [rule, RICH_RULE]


def test_an_output_drop_of_firewalld_for_the_status_port_is_no_error(node):
    policy = {**CHAIN, "table": "firewalld", "name": "filter_OUTPUT"}
    wall, _run = node({"nft": json.dumps({"nftables": [{"chain": policy}]})})
    assert openings(wall, [STATUS]) == []
