# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that a word which would have no effect is refused, and that one which some instance uses is not."""

from __future__ import annotations

import pytest
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.errors import PairError
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.instances import instances
from two_hosts import VIP, hosts, interfaces

OTHER = "192.168.8.101/24"
IPV6 = "2001:db8::64/64"
BOTH = (
    {"interfaces": interfaces("192.168.8.4/24", "2001:db8::4/64")},
    {"interfaces": interfaces("192.168.8.6/24", "2001:db8::6/64")},
)
HMAC = {"keys": [{"id": 1, "key": "k" * 32}]}
NO_PASSWORD = "advertisements are not authenticated: there is no password (say auth_pass, or leave it out)"
VERSION_3 = (
    "advertisements are not authenticated: version 3 has no auth_type (RFC 9568 section 9)"
    " (leave it out, or say auth_hmac)"
)


def problems(**both):
    with pytest.raises(PairError) as caught:
        instances(hosts(*BOTH, **both), lambda value: f"hosts.yml:{len(str(value))}")
    return [str(problem) for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"auth_type": "AH"}, f"hosts.yml:2: node-a: ha_pair_auth_type: {NO_PASSWORD}"),
        ({"auth_type": "PASS"}, f"hosts.yml:4: node-a: ha_pair_auth_type: {NO_PASSWORD}"),
        ({"auth_type": "AH", "version": 3}, f"hosts.yml:2: node-a: ha_pair_auth_type: {VERSION_3}"),
        ({"auth_type": "AH", "takeover_within": 1}, f"hosts.yml:2: node-a: ha_pair_auth_type: {VERSION_3}"),
        ({"vips": [IPV6], "auth_type": "AH"}, f"hosts.yml:2: node-a: ha_pair_auth_type: {VERSION_3}"),
        (
            {"auth_type": "AH", "auth_hmac": HMAC, "version": 3},
            "hosts.yml:2: node-a: ha_pair_auth_type: auth_hmac authenticates already (leave it out)",
        ),
        (
            {"unicast_ttl": 7},
            "hosts.yml:1: node-a: ha_pair_unicast_ttl: no effect: it is of unicast, and the instance multicasts"
            " (say unicast: true, or leave it out)",
        ),
        (
            {"mcast_dst_ip": "224.0.0.99", "unicast": True},
            "hosts.yml:10: node-a: ha_pair_mcast_dst_ip: no effect: it is of multicast, and the instance has unicast"
            " (leave one of them out)",
        ),
        (
            {"track_src_ip": True},
            "hosts.yml:4: node-a: ha_pair_track_src_ip: no effect: there is no address to watch"
            " (say unicast_src_ip or mcast_src_ip, or leave it out)",
        ),
        (
            {"vmac_xmit_base": True, "use_vmac": False},
            "hosts.yml:4: node-a: ha_pair_vmac_xmit_base: no effect: it is of use_vmac"
            " (say use_vmac: true, or leave it out)",
        ),
    ],
)
def test_a_word_without_effect_is_refused_on_both_hosts(said, expected):
    found = problems(**{"vips": [VIP], **said})
    assert found == [expected, expected.replace("node-a", "node-b")]


@pytest.mark.parametrize(
    ("words", "variable"),
    [
        # One for all instances, of which none uses it, is told once.
        ({"unicast_ttl": 7, "instances": [{}, {}]}, "ha_pair_unicast_ttl"),
        # A word of an entry is for its instance alone.
        ({"instances": [{"unicast": True}, {"unicast_ttl": 7}]}, "ha_pair_instances[1].unicast_ttl"),
        (
            {"instances": [{"auth_pass": "Zw9kTr4q"}, {"version": 3, "auth_type": "AH"}]},
            "ha_pair_instances[1].auth_type",
        ),
        # An instance of version 2 may have forgotten its password.
        ({"auth_type": "AH", "instances": [{"auth_pass": "Zw9kTr4q"}, {}]}, "ha_pair_auth_type"),
    ],
)  # fmt: skip
def test_the_variable_or_the_entry_is_named(words, variable):
    entries = [{"virtual_ipaddress": [vip], **entry} for vip, entry in zip((VIP, OTHER), words["instances"])]
    [one, other] = problems(**{**words, "instances": entries})
    assert f"node-a: {variable}: " in one and f"node-b: {variable}: " in other
    assert "Zw9kTr4q" not in one + other


@pytest.mark.parametrize(
    "words",
    [
        {"auth_type": "AH", "instances": [{"auth_pass": "Zw9kTr4q"}, {"version": 3}]},
        {"auth_type": "AH", "instances": [{"auth_pass": "Zw9kTr4q"}, {"version": 3, "auth_hmac": HMAC}]},
        {"unicast_ttl": 7, "instances": [{"unicast": True}, {}]},
        {"unicast_ttl": 7, "instances": [{"unicast": True}, {"unicast": True}]},
        {"mcast_dst_ip": "224.0.0.99", "instances": [{"unicast": True}, {}]},
        {"track_src_ip": True, "instances": [{"unicast": True}, {}]},
        {"vmac_xmit_base": True, "instances": [{"use_vmac": True}, {}]},
        {"vmac_xmit_base": False, "instances": [{"vmac_xmit_base": False}, {}]},
    ],
)
def test_a_word_for_all_instances_that_one_of_them_uses_is_taken(words):
    entries = [{"virtual_ipaddress": [vip], **entry} for vip, entry in zip((VIP, OTHER), words["instances"])]
    assert len(instances(hosts(*BOTH, **{**words, "instances": entries}))["node-a"]) == 2


def test_a_value_that_cannot_be_read_is_the_only_message():
    [one, _other] = problems(vips=[VIP], unicast="perhaps", unicast_ttl=7)
    assert "ha_pair_unicast: " in one


def test_a_window_of_time_beside_numbers_is_refused():
    said = {**HMAC, "anti_replay": "monotonic", "time_window": 9}
    [one, _other] = problems(vips=[VIP], version=3, auth_hmac=said)
    assert "time_window has no effect with anti_replay monotonic (leave one of them out)" in one
    assert instances(hosts(vips=[VIP], version=3, auth_hmac={**said, "anti_replay": "time"}))
