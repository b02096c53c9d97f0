# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter hotstandby.vrrp.fleet_status returns one line for each pair, and what is wrong."""

from __future__ import annotations

DOCUMENTATION = r"""
name: fleet_status
short_description: Show the status of many pairs
version_added: 0.4.0
author:
  - the hotstandby.vrrp authors (@hotstandby)
description:
  - Returns a table with one line for each pair of a play, then further problems and warnings of single pairs.
  - Of more than 20 pairs, those without a problem, a warning and a drained node come first, several on a line and with
    their masters alone.
  - A pair fails by the same rules as in P(hotstandby.vrrp.status_problems#filter).
options:
  name:
    description:
      - The name of the variable in which each host has the result of M(hotstandby.vrrp.vrrp_info).
    type: str
    required: true
extends_documentation_fragment:
  - hotstandby.vrrp.attributes.play
  - hotstandby.vrrp.attributes.inventory
"""

EXAMPLES = r"""
- name: Show each pair
  ansible.builtin.debug:
    msg: "{{ ansible_play_hosts_all | hotstandby.vrrp.fleet_status(hostvars, groups, 'vrrp') }}"
  run_once: true
"""

RETURN = r"""
_value:
  description: The lines of the table.
  type: list
  elements: str
"""

from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.status import fleet
from ansible_collections.hotstandby.vrrp.plugins.plugin_utils.group_tree import pairs_of, tree


def fleet_status(hosts, hostvars, groups, name):
    """Return a heading, one line for each pair that has a host among ``hosts``, and what is wrong."""
    pairs = pairs_of(list(hosts), hostvars, *tree(hostvars, groups))
    return fleet(pairs, {host: hostvars[host].get(name) for pair in pairs for host in pair.hosts})


class FilterModule:
    """It gives Ansible the filter of this plugin."""

    def filters(self):
        """Return the filter of this plugin, by its name."""
        return {"fleet_status": fleet_status}
