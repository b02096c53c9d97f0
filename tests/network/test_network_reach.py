# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that two nodes find out, before a deployment, whether VRRP gets from each to the other, and what drops it."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.attempts import attempts
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.preflight import preflight

from lab.example_pair import ADDRESS_A, ADDRESS_B, Instance
from lab.peers import Keepalived

TOP = Path(__file__).parents[2]
PROGRAM = f"""
import json, sys
sys.path.insert(0, {str(TOP / ".ansible" / "collections")!r})
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.module_entry import Module
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.module_info import run
print(json.dumps(run(Module(json.load(sys.stdin)))))
"""
FIREWALL = PROGRAM.replace("module_info", "module_firewall")
USUAL = {"program": "hotstandby", "wait": 0, "samples": 1, "interval": 0, "probe": [], "reach": [], "preflight": [],
         "runtime_dir": "/nonexistent"}  # fmt: skip
PAIR = {"name": "VI_1", "interface": "eth0", "virtual_router_id": 51, "advert_int": 1, "version": 2,
        "virtual_ipaddress": ["192.168.8.100/24"]}  # fmt: skip
HEADER = {**PAIR, "auth_type": "AH", "auth_pass": "secret"}
SIX = {**PAIR, "version": 3, "virtual_ipaddress": ["fd00:8::100/64"]}
ALONE = {"a": {**PAIR, "unicast_peer": [ADDRESS_B]}, "b": {**PAIR, "unicast_peer": [ADDRESS_A]}}


def start(host, **said):
    params = {**USUAL, **said}
    process = host.popen([sys.executable, "-c", PROGRAM], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    return process, time.time(), json.dumps({"params": params, "check_mode": False})


def end(process, sent, request):
    output, _errors = process.communicate(request, timeout=30)
    result = json.loads(output)
    result["clock"].update(sent=sent, received=time.time())
    return result


def look(*hosts, **said):
    """Return what vrrp_info finds on each host; all of them run at once."""
    running = {host.name: start(host, **said.get(host.name, {})) for host in hosts}
    for process, _sent, request in running.values():
        process.stdin.write(request)
        process.stdin.close()
        process.stdin = None
    return {name: end(process, sent, None) for name, (process, sent, _request) in running.items()}


def judge(wire, instances=None, apart=False):
    """Return the errors and the warnings of both hosts in a row, and how long the look took."""
    plan = {name: [(instances or {}).get(name, PAIR)] for name in ("a", "b")}
    found = look(wire.a, wire.b)
    wanted = {name: {"reach": entries, "preflight": ["eth0"]} for name, entries in attempts("ab", found, plan).items()}
    turns = [(wire.a,), (wire.b,)] if apart else [(wire.a, wire.b)]
    looks = {name: each for hosts in turns for name, each in look(*hosts, **wanted).items()}
    said = preflight(["a", "b"], found, plan, looks)
    return [*said["a"]["errors"], *said["b"]["errors"]], [*said["a"]["warnings"], *said["b"]["warnings"]]


def nft(enter, *rules):
    text = "\n".join(rules).replace("}", "\n}\n")
    done = subprocess.run([*enter, "nft", "-f", "-"], input=text, text=True, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    "instances",
    [None, ALONE, {"a": SIX, "b": SIX}, {"a": HEADER, "b": HEADER}],
    ids=["multicast", "unicast", "ipv6", "ah"],
)
def test_nothing_is_said_of_hosts_that_hear_each_other(wire6, instances):
    assert judge(wire6, instances) == ([], [])


@pytest.mark.parametrize("instances", [None, ALONE], ids=["multicast", "unicast"])
@pytest.mark.parametrize(
    ("chain", "rule", "told"),
    [
        ("input", "meta l4proto 112 drop", "VRRP (IP protocol 112) of a to {} arrives on eth0, but this host drops it"),
        ("output", "ip protocol 112 drop", "the kernel sends no VRRP (IP protocol 112) from eth0 to {}"),
    ],
)
def test_a_rule_of_nftables_is_named(wire, instances, chain, rule, told):
    chains = f"chain {chain} {{ type filter hook {chain} priority 0; udp dport 53 accept; {rule}; }}"
    nft(wire.b.enter, f"table inet house {{ {chains} }}")
    (error,), warnings = judge(wire, instances)
    destination = "224.0.0.18" if not instances else ADDRESS_B if chain == "input" else ADDRESS_A
    assert error.startswith("b: " + told.format(destination))
    assert f"by nftables, chain {chain} of table inet house: {rule.replace('112', 'vrrp')}. " in error
    assert f"nft insert rule inet house {chain} meta l4proto vrrp accept" in error
    assert warnings == []


def test_a_firewall_policy_is_reported_until_a_rule_allows_vrrp(wire):
    nft(
        wire.a.enter,
        "table inet filter { chain input { type filter hook input priority 0; policy drop;",
        "ct state established,related accept; iif lo accept; tcp dport 22 accept; } }",
    )
    (error,), _warnings = judge(wire)
    assert "a: VRRP (IP protocol 112) of b to 224.0.0.18 arrives on eth0, but this host drops it: by nftables" in error
    assert "chain input of table inet filter: policy drop. Allow it: nft insert rule inet filter input" in error
    nft(wire.a.enter, "insert rule inet filter input meta l4proto vrrp accept")
    assert judge(wire) == ([], [])


@pytest.mark.parametrize("chain", ["INPUT", "OUTPUT"])
def test_a_rule_of_iptables_is_named(wire, chain):
    wire.b.run(["iptables", "-A", chain, "-d", "224.0.0.18", "-p", "112", "-j", "DROP"], check=True)
    (error,), _warnings = judge(wire)
    assert f"by iptables, chain {chain} of iptables: -A {chain} -d 224.0.0.18/32 -p vrrp -j DROP. " in error
    assert f"iptables -I {chain} -p vrrp -j ACCEPT" in error


def test_a_firewall_that_drops_only_the_authentication_header_is_named(wire):
    wire.b.run(["iptables", "-A", "INPUT", "-p", "112", "-j", "ACCEPT"], check=True)
    wire.b.run(["iptables", "-A", "INPUT", "-p", "51", "-j", "DROP"], check=True)
    assert judge(wire) == ([], [])
    (error,), _warnings = judge(wire, {"a": HEADER, "b": HEADER})
    assert error.startswith(
        "b: VRRP with auth_type AH (IP protocol 51) of a to 224.0.0.18 arrives on eth0, but this host"
    )
    assert "chain INPUT of iptables: -A INPUT -p ah -j DROP. Allow it: iptables -I INPUT -p ah -j ACCEPT" in error
    assert change(wire.b, "present", protocol="ah")
    assert judge(wire, {"a": HEADER, "b": HEADER}) == ([], [])


def test_a_network_without_multicast_is_told_apart_from_one_without_vrrp(wire):
    switch = ["ip", "netns", "exec", wire.segment.name]
    nft(switch, "table bridge x { chain x { type filter hook forward priority 0; ip daddr 224.0.0.18 drop; } }")
    errors, _warnings = judge(wire)
    assert [error[:2] for error in errors] == ["a:", "b:"]
    assert all("this network drops multicast. Say ha_pair_unicast: true" in error for error in errors)
    assert judge(wire, ALONE) == ([], [])
    nft(
        switch,
        "flush ruleset",
        "table bridge x { chain x { type filter hook forward priority 0;",
        "ip protocol 112 drop; } }",
    )
    errors, _warnings = judge(wire)
    assert [f"{ADDRESS_B} answers ARP there: the network between them" in error for error in errors] == [True, False]
    assert len(errors) == 2 and all("security group" in error for error in errors)


def test_a_cut_cable_is_no_firewall(wire):
    wire.segment.cut("b")
    errors, _warnings = judge(wire)
    assert len(errors) == 2 and all("nor anything else from there: are both on one segment" in each for each in errors)


def test_hosts_that_did_not_try_together_are_not_judged(wire):
    errors, warnings = judge(wire, apart=True)
    assert errors == [] and len(warnings) == 2
    assert "it is unknown whether VRRP of a gets to b: the two did not try it together" in warnings[1]


def test_other_routers_are_left_alone(wire):
    """The highest id is in use: the attempt takes another one, and the router does not even log it."""
    stranger = wire.start(
        Keepalived, wire.client, Instance(virtual_router_id=255, virtual_ipaddress=("192.168.8.200/24",))
    )
    stranger.wait_state("MASTER")
    begun = len(stranger.log_text())
    assert judge(wire) == ([], [])
    told = stranger.log_text()[begun:].splitlines()
    assert [line for line in told if "gratuitous ARP" not in line] == []


def change(host, state, check=False, **said):
    """Run vrrp_firewall on host b, and return whether it changed anything."""
    entries = [{"interface": "eth0", "source": ADDRESS_B, "peer": ADDRESS_A, "unicast": False, **said}]
    request = json.dumps({"params": {"state": state, "reach": entries}, "check_mode": check})
    done = host.run([sys.executable, "-c", FIREWALL], input=request)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)["changed"]


def rules(host):
    return host.run(["nft", "--stateless", "list", "ruleset"], check=True).stdout


@pytest.mark.parametrize("tool", ["nftables", "iptables"])
def test_a_firewall_is_opened_and_closed_again(wire, tool):
    if tool == "nftables":
        lines = ("type filter hook input priority 0; policy drop;", "tcp dport 22 accept;")
        nft(wire.b.enter, "table inet filter { chain input {", *lines, "} }")
    else:
        wire.b.run(["iptables", "-A", "OUTPUT", "-p", "112", "-j", "DROP"], check=True)
        wire.b.run(["iptables", "-P", "INPUT", "DROP"], check=True)
    before = rules(wire.b)
    assert change(wire.b, "present", check=True) and rules(wire.b) == before
    assert change(wire.b, "present") and not change(wire.b, "present")
    assert judge(wire) == ([], [])
    status = {"interface": "eth0", "source": ADDRESS_B, "peer": ADDRESS_A, "protocol": "udp", "port": 61112}
    assert len(look(wire.b, b={"reach": [status], "preflight": ["eth0"]})["b"]["preflight"]["drops"]) == 1
    assert change(wire.b, "present", **status) and not change(wire.b, "present", **status)
    assert f"{ADDRESS_A} udp dport 61112" in rules(wire.b)
    assert change(wire.b, "absent") and not change(wire.b, "absent")
    assert rules(wire.b) == before
