# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter hotstandby.vrrp.collisions lists what two pairs of an inventory have on one network segment."""

from __future__ import annotations

DOCUMENTATION = r"""
name: collisions
short_description: List virtual addresses and virtual router ids that two pairs have
version_added: 0.4.0
author:
  - the hotstandby.vrrp authors (@hotstandby)
description:
  - Compares all pairs of an inventory. Two pairs on one network segment must not have the same virtual address, nor the
    same virtual router id with multicast.
  - Pairs whose subnets overlap are taken to be on one segment, unless their C(ha_pair_segment) differs. A pair that the
    play leaves out is compared as far as its variables tell.
extends_documentation_fragment:
  - hotstandby.vrrp.attributes.play
  - hotstandby.vrrp.attributes.inventory
"""

EXAMPLES = r"""
- name: Compare the pairs
  ansible.builtin.set_fact:
    collisions: "{{ ansible_play_hosts_all | hotstandby.vrrp.collisions(hostvars, groups) }}"
  run_once: true
"""

RETURN = r"""
_value:
  description: For each host with a problem its list of sentences.
  type: dict
"""

from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.fleet import GROUP, pairs
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.shared_segments import claims, said
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.shared_segments import collisions as find
from ansible_collections.hotstandby.vrrp.plugins.plugin_utils.group_tree import pairs_of, tree


def collisions(hosts, hostvars, groups):
    """Return for each host the sentences about what its pair and another one have."""
    members, below = tree(hostvars, groups)
    inside = set(hosts)
    played = pairs_of(list(hosts), hostvars, members, below)
    tops = dict.fromkeys([GROUP, *_named(members.get("all", ()), hostvars)])
    known = dict.fromkeys(pair for top in tops for pair in pairs(top, members, below))
    others = [pair for pair in known if inside.isdisjoint(pair.hosts)]
    return find([claim for pair in (*played, *others) if pair.hosts for claim in _claims(pair, hostvars)])


def _named(hosts, hostvars):
    """Return the groups that ``ha_pair_group`` of the hosts names."""
    said = [hostvars[host].get("ha_pair_group") for host in hosts]
    return [name for name in said if isinstance(name, str)]


def _claims(pair, hostvars):
    """Return the claims of a pair that has a plan, or else of what the variables of its first host say."""
    host = pair.hosts[0]
    known = hostvars[host]
    plan = (known.get("__ha_pair") or {}).get("plan") or {}
    if not plan:
        plan = {host: said(host, {name: known[name] for name in known if name.startswith("ha_pair_")})}
    interfaces = (known.get("__ha_pair_before") or {}).get("interfaces") or ()
    return claims(pair.name, pair.hosts, plan[host], interfaces, known.get("ha_pair_segment") or "")


class FilterModule:
    """It gives Ansible the filter of this plugin."""

    def filters(self):
        """Return the filter of this plugin, by its name."""
        return {"collisions": collisions}
