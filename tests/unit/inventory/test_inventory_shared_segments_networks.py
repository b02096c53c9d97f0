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
