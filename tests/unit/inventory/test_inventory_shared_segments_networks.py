# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Try to find two pairs on one segment that are not, and two that are not found."""

from __future__ import annotations

from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.shared_segments import claims, collisions


def claim(pair, own, vips, number=51):
    link = {"name": "eth0", "addresses": [{"address": each} for each in own], "virtual_addresses": []}
    plan = [{"name": "VI_1", "interface": "eth0", "virtual_router_id": number, "virtual_ipaddress": vips}]
    return claims(pair, [f"{pair}-a", f"{pair}-b"], plan, [link])


def test_link_local_addresses_do_not_put_two_pairs_on_one_segment():
    """RFC 9568 wants a link-local address first, and every segment has fe80::/64."""
    web = claim("web", ["fe80::4/64", "2001:db8:1::4/64"], ["fe80::100/64", "2001:db8:1::100/64"])
    db = claim("db", ["fe80::14/64", "2001:db8:2::14/64"], ["fe80::200/64", "2001:db8:2::100/64"])
    assert collisions([*web, *db]) == {}


def test_an_address_with_a_host_prefix_is_on_the_segment_of_its_interface():
    """A VIP outside of the own subnet, written as /32, on two pairs of one segment."""
    web = claim("web", ["192.168.8.4/24"], ["10.9.9.1/32"])
    db = claim("db", ["192.168.8.14/24"], ["10.9.9.2/32"])
    assert "both have virtual router id 51" in str(collisions([*web, *db]))


def test_one_number_is_found_for_addresses_outside_of_every_subnet():
    """A router passes these addresses on, and the advertisements of both pairs are on one cable."""
    web = claim("web", ["192.168.8.4/24"], ["10.0.0.1/24"])
    db = claim("db", ["192.168.8.14/24"], ["10.0.1.1/24"])
    assert "both have virtual router id 51 on 192.168.8.0/24" in str(collisions([*web, *db]))
    assert collisions([*web, *claim("db", ["192.168.8.14/24"], ["10.0.1.1/24"], 52)]) == {}
    assert collisions([*web, *claim("db", ["192.168.9.14/24"], ["10.0.1.1/24"])]) == {}


def test_one_number_is_found_where_one_pair_has_addresses_of_the_subnet():
    web = claim("web", ["192.168.8.4/24"], ["192.168.8.100/24"])
    db = claim("db", ["192.168.8.14/24"], ["10.0.1.1/24"])
    assert "both have virtual router id 51 on 192.168.8.0/24" in str(collisions([*db, *web]))


def test_the_second_subnet_of_an_interface_counts():
    web = claim("web", ["192.168.8.4/24", "172.16.0.4/16"], ["192.168.8.100/24"])
    db = claim("db", ["172.16.9.14/16"], ["172.16.9.100/16"])
    assert "both have virtual router id 51 on 172.16.0.0/16" in str(collisions([*web, *db]))


def test_another_site_may_have_the_same_subnets_of_hosts():
    link = {"name": "eth0", "addresses": [{"address": "192.168.8.14/24"}], "virtual_addresses": []}
    plan = [{"name": "VI_1", "interface": "eth0", "virtual_router_id": 51, "virtual_ipaddress": ["10.0.1.1/24"]}]
    site_b = claims("db", ["db-a", "db-b"], plan, [link], "site_b")
    assert collisions([*claim("web", ["192.168.8.4/24"], ["10.0.0.1/24"]), *site_b]) == {}


def test_an_address_outside_of_the_subnets_is_compared_as_before():
    """Two hosts that a router connects may both reach 10.0.0.1, but it is told where the address itself is the same."""
    web = claim("web", ["192.168.8.4/24"], ["10.0.0.1/24"], 1)
    db = claim("db", ["192.168.9.14/24"], ["10.0.0.1/24"], 2)
    assert "both have 10.0.0.1" in str(collisions([*web, *db]))


def test_a_link_local_address_is_compared_on_the_network_of_the_hosts():
    web = claim("web", ["fe80::4/64", "2001:db8:1::4/64"], ["fe80::100/64"], 1)
    db = claim("db", ["fe80::14/64", "2001:db8:1::14/64"], ["fe80::100/64"], 2)
    assert "both have fe80::100" in str(collisions([*web, *db]))
    assert collisions([*web, *claim("db", ["2001:db8:2::14/64"], ["fe80::100/64"], 1)]) == {}
