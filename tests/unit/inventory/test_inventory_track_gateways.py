# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that gateways and the lease of an inventory are checked against the network of both hosts."""

from __future__ import annotations

import pytest
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.errors import PairError
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.instances import instances
from two_hosts import VIP, hosts

GATEWAY = "192.168.8.1"
QUICK = {"timeout": 0.2, "fall": 2, "interval": "0.5", "rise": 1}


def problems(gateways, locate=lambda value: None, **more):
    with pytest.raises(PairError) as caught:
        instances(hosts({"track_gateways": gateways, **more}, vips=[VIP]), locate)
    return [str(problem) for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (GATEWAY, [GATEWAY]),
        ([GATEWAY, "192.168.8.2"], [GATEWAY, "192.168.8.2"]),
        ([{"address": GATEWAY}], [GATEWAY]),
        (
            [{**QUICK, "weight": "-20", "interface": "eth0", "address": GATEWAY}],
            [f"{GATEWAY} interval 0.5 timeout 0.2 rise 1 fall 2 weight -20 interface eth0"],
        ),
        ([{"address": "fe80::1", "interval": 2}], ["fe80::1 interval 2"]),
    ],
)  # fmt: skip
def test_gateways_are_read(said, expected):
    found = instances(hosts(vips=[VIP], track_gateways=said))
    assert [each[0]["track_gateways"] for each in found.values()] == [expected, expected]


def test_an_inventory_without_gateways_has_none():
    assert "track_gateways" not in instances(hosts(vips=[VIP]))["node-a"][0]


def test_an_instance_has_its_own_gateways():
    entry = {"virtual_ipaddress": [VIP], "track_gateways": [GATEWAY], "notify_master_rx_lower_pri": "/bin/rival"}
    found = instances(hosts(instances=[entry]))["node-b"][0]
    assert found["track_gateways"] == [GATEWAY]
    assert found["notify_master_rx_lower_pri"] == "/bin/rival"


@pytest.mark.parametrize(
    ("entry", "text"),
    [
        ("router", "'router' is not an IP address"),
        ({"fall": 2}, "a tracked gateway is an address, or a mapping with its address"),
        ({"address": GATEWAY, "falls": 2}, "'falls' is not a word of a gateway (known are address, interval, timeout,"),
        ({"address": GATEWAY, "fall": 0}, "'0' is not a whole number from 1 to 1000"),
        ({"address": GATEWAY, "weight": 300}, "'300' is not a whole number from -253 to 253"),
        ({"address": GATEWAY, "interval": 0.01}, "'0.01' is not a number from 0.05 to 3600"),
        ({"address": GATEWAY, "timeout": 2}, "timeout 2 is longer than interval 1"),
        ({"address": GATEWAY, "interface": "eth0 eth1"}, "'eth0 eth1' is not a name"),
    ],
)
def test_a_gateway_that_the_agent_would_refuse_is_a_problem(entry, text):
    (problem,) = problems([entry], lambda value: "hosts.yml:9")
    assert problem.startswith(f"hosts.yml:9: node-a: ha_pair_track_gateways: {text}")


@pytest.mark.parametrize(
    ("entry", "text"),
    [
        ("192.168.9.1", "192.168.9.1 is outside every subnet of eth0, so it never answers (it has 192.168.8.4/24)"),
        ("fd00::1", "fd00::1 is outside every subnet of eth0, so it never answers (it has 192.168.8.4/24)"),
        ("192.168.8.100", "192.168.8.100 is a virtual address, of VI_1 (name the router of the segment)"),
        ("192.168.8.4", "192.168.8.4 is node-a itself (name a neighbour of both hosts, such as their router)"),
        ("192.168.8.6", "192.168.8.6 is node-b itself (name a neighbour of both hosts, such as their router)"),
        ({"address": GATEWAY, "interface": "eth9"}, "there is no interface eth9 (it has eth0 192.168.8.4/24)"),
    ],
)
def test_a_gateway_that_could_never_answer_is_a_problem(entry, text):
    written = entry["address"] if isinstance(entry, dict) else entry
    found = problems(["192.168.8.2", entry], {written: "hosts.yml:9"}.get)
    assert found == [f"hosts.yml:9: node-a: ha_pair_track_gateways: {text}"]


def test_a_gateway_that_is_there_twice_is_a_problem():
    assert problems([GATEWAY, {"address": GATEWAY}]) == [
        f"node-a: ha_pair_track_gateways: {GATEWAY} is there twice (name it once)"
    ]


@pytest.mark.parametrize("lease", [0, 2, "60"])
def test_a_lease_is_read(lease):
    assert instances(hosts(vips=[VIP], vip_lease=lease)) == instances(hosts(vips=[VIP]))


@pytest.mark.parametrize("lease", [1, 61, -1, "long", 2.5])
def test_a_lease_out_of_range_is_a_problem(lease):
    with pytest.raises(PairError) as caught:
        instances(hosts({"vip_lease": lease}, vips=[VIP]), {lease: "hosts.yml:7"}.get)
    (problem,) = map(str, caught.value.problems)
    assert problem.startswith(f"hosts.yml:7: node-a: ha_pair_vip_lease: '{lease}' is ")


@pytest.mark.parametrize("written", ["10.7.7.7", ["10.7.7.7"], [{"address": "10.7.7.7", "weight": -20}]])
def test_the_line_is_that_of_the_gateway_whatever_way_it_is_written(written):
    seen = []
    problems(written, seen.append)
    assert seen == ["10.7.7.7"]


def test_a_gateway_that_was_written_otherwise_has_the_line_of_the_list():
    """The inventory may say fe80::0:1, which is fe80::1."""
    seen = []
    written = ["2001:db8:0::7"]
    problems(written, seen.append)
    assert seen == [written]
