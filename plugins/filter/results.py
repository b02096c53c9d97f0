# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter hotstandby.vrrp.results returns one line for each pair of a play."""

from __future__ import annotations

DOCUMENTATION = r"""
name: results
short_description: Say how a play ended for each pair
version_added: 0.4.0
author:
  - the hotstandby.vrrp authors (@hotstandby)
description:
  - Returns a table with one line for each pair of a play over a fleet, from what the role
    P(hotstandby.vrrp.ha_pair#role) has noted of each host.
options:
  checked:
    description:
      - Whether the play ran in check mode.
    type: bool
    default: false
extends_documentation_fragment:
  - hotstandby.vrrp.attributes.play
  - hotstandby.vrrp.attributes.inventory
"""

EXAMPLES = r"""
- name: Show each pair
  ansible.builtin.debug:
    msg: "{{ ansible_play_hosts_all | hotstandby.vrrp.results(hostvars, groups) }}"
  run_once: true
"""

RETURN = r"""
_value:
  description: The lines of the table.
  type: list
  elements: str
"""

from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.reach import reach
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.results import result_lines
from ansible_collections.hotstandby.vrrp.plugins.plugin_utils.group_tree import pairs_of, tree

_LOOKS = ("__ha_pair_seen_again", "__ha_pair_seen")  # the last one comes first
_ATTEMPTS = ("__ha_pair_reached", "__ha_pair_probed")


def results(hosts, hostvars, groups, checked=False):
    """Return a heading and one line for each pair that has a host among ``hosts``."""
    # A host of a later batch (serial) has nothing to tell yet.
    begun = [host for host in hosts if {"__ha_pair_before", "__ha_pair_failed"} & hostvars[host].keys()]
    noted = {}
    for host in begun:
        known = hostvars[host]
        seen = next((known[name] for name in _LOOKS if (known.get(name) or {}).get("samples")), None)
        noted[host] = {"failed": known.get("__ha_pair_failed"), "seen": seen}
    pairs = pairs_of(begun, hostvars, *tree(hostvars, groups))
    for pair in pairs:
        looks = {host: _attempted(hostvars[host]) for host in pair.hosts if host in noted}
        for host, unknown in reach(list(looks), looks)[1].items():
            noted[host]["unknown"] = unknown
    return result_lines(pairs, noted, checked)


def _attempted(known):
    """Return the last attempt of a host to reach the other one."""
    return next((known[name] for name in _ATTEMPTS if (known.get(name) or {}).get("reached")), {})


class FilterModule:
    """It gives Ansible the filter of this plugin."""

    def filters(self):
        """Return the filter of this plugin, by its name."""
        return {"results": results}
