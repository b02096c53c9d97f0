# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that what one host or both cannot have is refused, with the variable, the reason and what to do."""

from __future__ import annotations

import pytest
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.errors import PairError
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.instances import instances
from two_hosts import VIP, hosts, interfaces

IPV6 = (
    {"interfaces": interfaces("192.168.8.4/24", "2001:db8::4/64")},
    {"interfaces": interfaces("192.168.8.6/24", "2001:db8::6/64")},
)


def problems(*own, **both):
    with pytest.raises(PairError) as caught:
        instances(hosts(*own, **both))
    return [str(problem) for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("both", "expected"),
    [
        (
            {"vips": ["2001:db8::64/64"], "version": 2},
            "ha_pair_version: VRRP version 2 has no IPv6 (leave the version out, or say 3)",
        ),
        (
            {"vips": [VIP], "advert_int": 1.5},
            "ha_pair_advert_int: version 2 sends whole seconds, and 1.5 is none (say version 3 for fractions)",
        ),
        (
            {"vips": [VIP], "advert_int": 41, "version": 3},
            "ha_pair_advert_int: version 3 sends at most 40.95 seconds (RFC 9568 section 5.2.7)",
        ),
        (
            {"vips": [VIP], "auth_pass": "secret", "version": 3},
            "ha_pair_auth_pass: version 3 has no passwords (RFC 9568 section 9)"
            " (leave it out, or say version 2, or auth_hmac)",
        ),
        (
            {"vips": [VIP], "nopreempt": True, "preempt_delay": 5},
            "ha_pair_preempt_delay: a delay before taking mastership back, and nopreempt never does"
            " (leave one of them out)",
        ),
    ],
)
def test_settings_that_the_protocol_lacks_are_refused_on_both_hosts(both, expected):
    found = problems(*IPV6, **both)
    assert found == [f"{name}: {expected}" for name in ("node-a", "node-b")]


def test_an_address_that_gives_no_virtual_router_id_is_refused():
    wide = [{"interfaces": interfaces(f"192.168.4.{number}/16")} for number in (4, 6)]
    text = (
        "ha_pair_virtual_router_id: the last octet of 192.168.8.0 is 0, so no ID follows from it"
        " (say ha_pair_virtual_router_id: a number from 1 to 255 that no other router on the segment uses)"
    )
    assert problems(*wide, vips=["192.168.8.0/16"]) == [f"node-a: {text}", f"node-b: {text}"]
    assert instances(hosts(*wide, vips=["192.168.8.0/16"], virtual_router_id=7))["node-a"][0]["virtual_router_id"] == 7


def test_ipv6_in_an_instance_of_version_2_is_named_at_the_instance():
    entries = [{"virtual_ipaddress": ["2001:db8::64/64"], "version": 2}]
    found = problems(*IPV6, instances=entries)
    assert found[0] == (
        "node-a: ha_pair_instances[0].version: VRRP version 2 has no IPv6 (leave the version out, or say 3)"
    )


def test_an_address_that_takes_another_prefix_on_each_host_is_explained():
    wide = {"interfaces": interfaces("192.168.8.6/16")}
    found = problems({}, wide, vips=["192.168.8.100"])
    assert found == [
        "node-a: ha_pair_vips: 192.168.8.100/24 here, 192.168.8.100/16 on node-b (both hosts must say the same,"
        " and an address without a prefix length takes that of the host's subnet)"
    ]


def test_an_instance_that_only_one_host_has_is_named():
    web, data = {"name": "WEB", "virtual_ipaddress": [VIP]}, {"name": "DB", "virtual_ipaddress": ["192.168.8.101/24"]}
    other = {**web, "advert_int": 2}
    found = problems({"instances": [web, data]}, {"instances": [other]})
    assert found == [
        "node-a: ha_pair_instances: node-a has the instances WEB, DB, node-b has WEB (both must have the same)",
        "node-a: ha_pair_advert_int: 1 here, 2 on node-b (both hosts must say the same)",
    ]


def test_unicast_beside_a_host_whose_network_is_unknown_is_one_problem():
    found = problems({"interface": "eth0"}, {"interface": "eth0", "interfaces": None}, vips=[VIP], unicast=True)
    assert found == [
        "node-b: ha_pair_interface: its network is unknown (run the play on both hosts of the pair, without --limit)"
    ]
