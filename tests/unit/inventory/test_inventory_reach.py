# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that what stops advertisements between two hosts is told on the host where it is, with what to do."""

from __future__ import annotations

import pytest
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.reach import directions, reach

A, B = "192.168.8.4", "192.168.8.6"
HOSTS = ["a", "b"]
DROP = {"interface": "eth0", "kind": "multicast", "sure": True, "tool": "nftables", "place": "chain input of table x",
        "rule": "meta l4proto vrrp drop", "remedy": "nft insert rule"}  # fmt: skip


def result(source, peer, unicast=False, **said):
    """Return what an attempt tells; a number stands for all ways, a pair for multicast and unicast."""
    kinds = ("unicast",) if unicast else ("multicast", "unicast")
    usual = {"sent": 10, "refused": "", "arrived": 10, "heard": 10, **said}
    found = {
        "interface": "eth0",
        "source": source,
        "peer": peer,
        "group": "224.0.0.18",
        "answers": usual.pop("answers", True),
    }
    for name, value in usual.items():
        found[name] = dict(zip(kinds, value if isinstance(value, tuple) else (value,) * len(kinds)))
    return found


def look(*results, started=0.0, drops=(), **settings):
    clock = {"started": started, "ended": started + 4, "sent": started - 0.2, "received": started + 4.2}
    return {"reached": list(results), "clock": clock, "preflight": {"drops": list(drops), **settings}}


def judge(a, b):
    errors, warnings = reach(HOSTS, {"a": a, "b": b})
    return [*errors["a"], *errors["b"]], [*warnings["a"], *warnings["b"]]


def only(a, b):
    (error,), warnings = judge(a, b)
    assert warnings == []
    return error


def test_hosts_that_hear_each_other_have_no_fault():
    assert judge(look(result(A, B)), look(result(B, A))) == ([], [])
    assert judge(look(result(A, B, unicast=True)), look(result(B, A, unicast=True))) == ([], [])


def test_a_packet_drop_is_an_error_unless_the_role_opens_that_firewall():
    deaf, out = {"arrived": 10, "heard": 0}, {"sent": 0, "refused": "Operation not permitted"}
    drops = [{**DROP, "direction": "in", "peer": A}, {**DROP, "direction": "out", "peer": A}]
    for b, opens, errors in (
        (look(result(B, A, **deaf), drops=drops), ["b"], 0),
        (look(result(B, A, **deaf), drops=drops), ["a"], 1),  # another host's
        (look(result(B, A, **deaf)), ["a", "b"], 1),  # no rule is known that could be mended
        (look(result(B, A, arrived=0, heard=0), drops=drops), ["b"], 1),  # it did not get as far as the rule
    ):
        found, _warnings = reach(HOSTS, {"a": look(result(A, B)), "b": b}, opens)
        assert len(found["b"]) == errors and found["a"] == []
    silent = look(result(A, B, arrived=0, heard=0))
    assert reach(HOSTS, {"a": silent, "b": look(result(B, A, **out), drops=drops)}, ["b"])[0]["b"] == []


@pytest.mark.parametrize("heard", [{}, look(), {"skipped": True}])
def test_hosts_that_were_not_tried_have_no_errors_and_no_warnings(heard):
    assert judge(heard, heard) == judge(look(result(A, B)), heard) == ([], [])


def test_the_two_ends_of_a_way_are_found_by_their_addresses():
    ways = list(directions(HOSTS, {"a": look(result(A, B)), "b": look(result(B, "192.168.8.9"), result(B, A))}))
    assert [(way.sender, way.receiver, way.got["source"]) for way in ways] == [("a", "b", B), ("b", "a", A)]


def test_a_firewall_that_lets_nothing_out_is_told_on_the_sender():
    drop = {**DROP, "direction": "out", "peer": B}
    refused = result(A, B, sent=0, refused="Operation not permitted")
    silent = result(B, A, arrived=0, heard=0)
    assert only(look(refused, drops=[drop]), look(silent)) == (
        "a: the kernel sends no VRRP (IP protocol 112) from eth0 to 224.0.0.18: Operation not permitted; by nftables, "
        "chain input of table x: meta l4proto vrrp drop. Allow it: nft insert rule; or say ha_pair_open_firewall: true"
    )
    assert "A firewall of this host drops it: look at" in only(look(refused), look(silent))
    full = result(A, B, sent=0, refused="every virtual router id is in use")
    assert only(look(full), look(silent)).endswith(": every virtual router id is in use")


def test_a_firewall_that_lets_nothing_in_is_told_on_the_receiver():
    drop = {**DROP, "direction": "in", "peer": A}
    deaf = result(B, A, heard=0)
    assert only(look(result(A, B)), look(deaf, drops=[drop])) == (
        "b: VRRP (IP protocol 112) of a to 224.0.0.18 arrives on eth0, but this host drops it: by nftables, "
        "chain input of table x: meta l4proto vrrp drop. Allow it: nft insert rule; or say ha_pair_open_firewall: true"
    )
    assert only(look(result(A, B)), look(deaf)).endswith("drops it. Look at nft list ruleset and iptables-save")
    assert "probably by nftables" in only(look(result(A, B)), look(deaf, drops=[{**drop, "sure": False}]))


@pytest.mark.parametrize("change", [{"interface": "eth1"}, {"kind": "unicast"}, {"direction": "out"}, {"peer": B}])
def test_a_rule_for_something_else_is_not_named(change):
    drop = {**DROP, "direction": "in", "peer": A, **change}
    assert "nftables" not in only(look(result(A, B)), look(result(B, A, heard=0), drops=[drop]))


def test_the_strict_check_of_the_source_is_suspected_where_no_rule_drops():
    error = only(look(result(A, B)), look(result(B, A, heard=0), rp_filter={"eth0": 1}))
    assert "rp_filter is 1: has it another route to 192.168.8.4?" in error
    error = only(look(result(A, B)), look(result(B, A, heard=0), rp_filter={"eth0": 2}))
    assert "rp_filter" not in error


def test_a_network_without_multicast_is_told_with_unicast_as_the_way_out():
    lost = result(B, A, arrived=(0, 10), heard=(0, 10))
    error = only(look(result(A, B)), look(lost))
    assert error.startswith(
        "b: no VRRP (IP protocol 112) of a to 224.0.0.18 arrives on eth0 of b, but what is sent to "
    )
    assert "this network drops multicast. Say ha_pair_unicast: true" in error


def test_the_attempt_that_counts_is_that_of_the_own_kind():
    assert judge(look(result(A, B)), look(result(B, A, heard=(10, 0)))) == ([], [])
    error = only(look(result(A, B, unicast=True)), look(result(B, A, unicast=True, arrived=0, heard=0)))
    assert error.startswith("b: no VRRP (IP protocol 112) of a to 192.168.8.6 arrives on eth0 of b")


def test_a_network_that_drops_the_protocol_is_told_apart_from_no_network():
    lost = {"arrived": 0, "heard": 0}
    assert "192.168.8.4 answers ARP there: the network between" in only(look(result(A, B)), look(result(B, A, **lost)))
    error = only(look(result(A, B)), look(result(B, A, **lost, answers=False)))
    assert "nor anything else from there: are both on one segment" in error


def test_hosts_that_did_not_try_together_are_told_and_not_judged():
    lost = result(B, A, arrived=0, heard=0)
    errors, warnings = judge(look(result(A, B)), look(lost, started=3.5))
    assert errors == [] and warnings == [
        "b: it is unknown whether VRRP of a gets to b: the two did not try it together "
        "(give Ansible more forks, or run it again)"
    ]
    without = look(lost)
    without["clock"] = {}
    assert judge(look(result(A, B)), without)[1] == warnings


def test_unicast_that_arrives_tells_that_they_tried_together():
    lost = result(B, A, arrived=(0, 10), heard=(0, 10))
    assert "drops multicast" in only(look(result(A, B)), look(lost, started=3.5))


def test_a_rule_that_certainly_drops_is_told_without_an_attempt_together():
    drop = {**DROP, "direction": "in", "peer": A}
    lost = result(B, A, arrived=0, heard=0)
    error = only(look(result(A, B)), look(lost, started=3.5, drops=[drop]))
    assert error.startswith("b: VRRP (IP protocol 112) of a to 224.0.0.18 is dropped on eth0: by nftables")
    assert judge(look(result(A, B)), look(lost, started=3.5, drops=[{**drop, "sure": False}]))[0] == []


def test_an_authentication_header_is_called_so_and_judged_apart():
    good, silent = (
        look(result(A, B), {**result(A, B), "protocol": "ah"}),
        {**result(B, A, arrived=0, heard=0), "protocol": "ah"},
    )
    assert only(good, look(result(B, A), silent)).startswith(
        "b: no VRRP with auth_type AH (IP protocol 51) of a to 224.0.0.18 arrives on eth0 of b, though 192.168.8.4 "
        "answers ARP there: the network between them drops the protocol. Allow IP protocol 51 in the cloud's"
    )
    plain = {**DROP, "direction": "in", "peer": A}
    drops = [plain, {**plain, "protocol": "ah", "rule": "meta l4proto ah drop"}]
    dropped = {**result(B, A, heard=0), "protocol": "ah"}
    text = only(good, look(result(B, A), dropped, drops=drops))
    assert (
        "arrives on eth0, but this host drops it: by nftables, chain input of table x: meta l4proto ah drop. " in text
    )
