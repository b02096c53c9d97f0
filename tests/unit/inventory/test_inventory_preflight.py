# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that all that a pair says before a deployment is put together, each sentence once."""

from __future__ import annotations

from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.instances import instances
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.preflight import preflight
from two_hosts import VIP, hosts

HOSTS = ["node-a", "node-b"]


def judge(looks, *vips):
    said = hosts(vips=list(vips) or [VIP])
    found = {host: {"interfaces": said[host]["ha_pair_interfaces"], "instances": []} for host in HOSTS}
    return preflight(HOSTS, found, instances(said), looks)


def test_a_pair_of_which_nothing_was_looked_at_has_no_fault():
    assert judge({}) == {host: {"errors": [], "warnings": []} for host in HOSTS}


def test_each_sentence_is_told_once_on_its_host():
    settings = {"missing_capabilities": ["NET_RAW"], "selinux": {"enforcing": True, "type": "x_t", "interpreter": "/x"}}
    said = judge({"node-a": {"preflight": settings}}, VIP, "192.168.8.101/24")
    assert [len(said["node-a"][kind]) for kind in ("errors", "warnings")] == [1, 1]
    assert said["node-b"] == {"errors": [], "warnings": []}


def test_an_advertisement_that_a_host_drops_is_an_error_of_that_host():
    def result(source, peer, heard):
        counts = {name: {"multicast": 1, "unicast": 1} for name in ("sent", "arrived")}
        silence = {"heard": {"multicast": heard, "unicast": heard}, "refused": {"multicast": "", "unicast": ""}}
        return {"interface": "eth0", "source": source, "peer": peer, **counts, **silence}

    said = judge(
        {
            "node-a": {"reached": [result("192.168.8.4", "192.168.8.6", 1)]},
            "node-b": {"reached": [result("192.168.8.6", "192.168.8.4", 0)]},
        }
    )
    assert "this host drops it" in said["node-b"]["errors"][0] and said["node-a"]["errors"] == []
