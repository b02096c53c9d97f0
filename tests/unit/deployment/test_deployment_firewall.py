# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that a rule that drops VRRP is told with its tool and with what allows it. Answers of commands are recorded."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment import firewall
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.reach import remedy

RECORDED = Path(__file__).parent / "recorded"
ENTRY = {"interface": "eth0", "source": "192.168.8.4", "peer": "192.168.8.6", "unicast": False, "group": None}
NOTHING = json.dumps({"nftables": []})
SAVED = "*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -p vrrp -j DROP\nCOMMIT\n"
TABLE = {"family": "inet", "table": "filter"}
CHAIN = {**TABLE, "name": "input", "type": "filter", "hook": "input", "policy": "accept"}
DROP = {"match": {"op": "==", "left": {"meta": {"key": "l4proto"}}, "right": "vrrp"}}
RULESET = json.dumps(
    {"nftables": [{"chain": CHAIN}, {"rule": {**TABLE, "chain": "input", "handle": 5, "expr": [DROP, {"drop": None}]}}]}
)
LISTED = """table inet filter {
	chain input { # handle 1
		type filter hook input priority filter; policy accept;
		tcp dport 22 counter packets 0 bytes 0 accept # handle 15
		meta l4proto vrrp counter packets 7 bytes 280 drop # handle 5
	}
}
"""


@pytest.fixture
def node(monkeypatch):
    """Return a function that sets the answers of the node's commands, by their first words."""
    asked = []

    def answers(**said):
        def output(words):
            asked.append(words[0])
            return said.get("_".join(words).replace("-", "_").replace("=", "_"), said.get(words[0].replace("-", "_")))

        monkeypatch.setattr(firewall, "output", output)
        return firewall.Firewall()

    answers.asked = asked
    return answers


def told(node, entry=ENTRY, **said):
    return [{name: drop[name] for name in ("direction", "tool", "place", "rule", "remedy")}
            for drop in node(**said).drops([entry])]  # fmt: skip


def test_a_node_without_a_firewall_drops_nothing(node):
    assert told(node) == told(node, nft=NOTHING) == told(node, nft="an old nft without --json") == []


def test_a_rule_of_nftables_is_told_as_nft_prints_it(node):
    assert told(node, nft=LISTED, nft___json_list_ruleset=RULESET) == [
        {
            "direction": "in",
            "tool": "nftables",
            "place": "chain input of table inet filter",
            "rule": "meta l4proto vrrp drop",
            "remedy": "nft insert rule inet filter input meta l4proto vrrp accept, and the same in /etc/nftables.conf",
        }
    ]
    assert told(node, nft="", nft___json_list_ruleset=RULESET)[0]["rule"] == "handle 5"


def test_each_way_of_each_attempt_is_told(node):
    found = node(iptables_save=SAVED).drops([ENTRY, {**ENTRY, "peer": "192.168.8.7", "unicast": True}])
    assert [(drop["peer"], drop["kind"], drop["direction"], drop["interface"], drop["sure"]) for drop in found] == [
        ("192.168.8.6", "multicast", "in", "eth0", True),
        ("192.168.8.7", "unicast", "in", "eth0", True),
    ]


def test_a_rule_of_iptables_is_told_and_not_again_as_one_of_nftables(node):
    chain = {"family": "ip", "table": "filter", "name": "INPUT", "type": "filter", "hook": "input", "policy": "drop"}
    (drop,) = told(node, iptables_save=SAVED, nft=json.dumps({"nftables": [{"chain": chain}]}))
    assert (drop["tool"], drop["rule"]) == ("iptables", "-A INPUT -p vrrp -j DROP")
    assert drop["remedy"].startswith("iptables -I INPUT -p vrrp -j ACCEPT, ")


def test_an_ipv6_rule_is_one_of_ip6tables(node):
    six = {**ENTRY, "source": "fe80::4", "peer": "fe80::6"}
    (drop,) = told(node, six, iptables_save=SAVED, ip6tables_save=SAVED)
    assert (drop["place"], drop["remedy"][:22]) == ("chain INPUT of ip6tables", "ip6tables -I INPUT -p ")


def test_rules_of_the_older_iptables_are_read_where_the_kernel_has_some(node, monkeypatch, tmp_path):
    monkeypatch.setattr(firewall, "_LEGACY_TABLES", {4: "/nonexistent", 6: "/nonexistent"})
    assert told(node, iptables_legacy_save=SAVED) == []
    monkeypatch.setattr(firewall, "_LEGACY_TABLES", {4: str(tmp_path), 6: "/nonexistent"})
    assert [drop["tool"] for drop in told(node, iptables_legacy_save=SAVED)] == ["iptables"]


def test_firewalld_is_told_with_its_zone(node):
    nft = (RECORDED / "firewalld.nft.json").read_text()
    (drop,) = told(node, nft___json_list_ruleset=nft, firewall_cmd="public\n")
    assert (drop["tool"], drop["place"]) == ("firewalld", "chain filter_IN_public of table inet firewalld")
    assert drop["remedy"] == "firewall-cmd --permanent --zone=public --add-protocol=vrrp, then firewall-cmd --reload"
    zones = {"firewall_cmd___get_default_zone": "home\n", "firewall_cmd": None}
    assert "--zone=home " in told(node, nft___json_list_ruleset=nft, **zones)[0]["remedy"]


def test_ufw_is_told_while_it_is_on(node):
    saved = (RECORDED / "ufw.iptables-save").read_text()
    (drop,) = told(node, iptables_save=saved, ufw_status="Status: active\n\nTo  Action  From\n")
    assert (drop["tool"], drop["rule"], drop["remedy"]) == ("ufw", "policy drop", "ufw allow in on eth0 proto vrrp")
    assert node(iptables_save=saved, ufw_status="Status: active").drops([ENTRY, {**ENTRY, "unicast": True}])
    assert node.asked.count("ufw") == 2  # once for each look
    assert told(node, iptables_save=saved, ufw_status="Status: inactive\n")[0]["tool"] == "iptables"


STATUS = {**ENTRY, "protocol": "udp", "port": 61112, "unicast": True}


def test_the_port_of_the_peer_status_is_told_with_its_remedy(node):
    saved = "*filter\n:INPUT DROP [0:0]\n:OUTPUT DROP [0:0]\nCOMMIT\n"
    found = node(iptables_save=saved).drops([STATUS])
    assert [(drop["direction"], drop["protocol"], drop["port"], drop["sure"]) for drop in found] == [
        ("out", "udp", 61112, True),
        ("in", "udp", 61112, True),
    ]
    assert [drop["remedy"].partition(",")[0] for drop in found] == [
        "iptables -I OUTPUT -d 192.168.8.6 -p udp --dport 61112 -j ACCEPT",
        "iptables -I INPUT -s 192.168.8.6 -p udp --dport 61112 -j ACCEPT",
    ]


@pytest.mark.parametrize(
    ("chains", "dropped"),
    [
        (("INPUT", "OUTPUT"), ["out", "in"]),  # both accept answers only, so nothing is ever answered
        (("INPUT",), []),  # what goes out makes what comes in an answer
        (("OUTPUT",), []),
    ],
)
def test_answers_of_the_peer_status_pass_behind_a_first_packet(node, chains, dropped):
    rules = [f"-A {chain} -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT" for chain in chains]
    policies = [f":{chain} {'DROP' if chain in chains else 'ACCEPT'} [0:0]" for chain in ("INPUT", "OUTPUT")]
    saved = "\n".join(["*filter", *policies, *rules, "COMMIT", ""])
    assert [drop["direction"] for drop in node(iptables_save=saved).drops([STATUS])] == dropped


def test_a_policy_of_firewalld_that_drops_output_has_no_remedy(node):
    data = json.loads((RECORDED / "firewalld.nft.json").read_text())
    drop = {"family": "inet", "table": "firewalld", "chain": "filter_OUTPUT_POLICIES_post", "handle": 999}
    data["nftables"].append({"rule": {**drop, "expr": [{"drop": None}]}})
    found = [each for each in node(nft=json.dumps(data)).drops([STATUS]) if each["direction"] == "out"]
    assert [each["remedy"] for each in found] == ["accept it in that policy of firewalld"]
    assert remedy(found[0]) == "Allow it: accept it in that policy of firewalld"


def test_an_authentication_header_is_another_protocol(node):
    saved = SAVED.replace("vrrp", "ah")
    assert node(iptables_save=saved).drops([ENTRY]) == []
    (drop,) = node(iptables_save=saved).drops([{**ENTRY, "protocol": "ah"}])
    assert (drop["protocol"], drop["rule"]) == ("ah", "-A INPUT -p ah -j DROP")
    assert drop["remedy"].startswith("iptables -I INPUT -p ah -j ACCEPT, ")
    nft = (RECORDED / "firewalld.nft.json").read_text()
    (drop,) = node(nft___json_list_ruleset=nft, firewall_cmd="public\n").drops([{**ENTRY, "protocol": "ah"}])
    assert " --add-protocol=ah, then" in drop["remedy"]
