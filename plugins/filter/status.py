# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter hotstandby.vrrp.status returns a table for users, made of what vrrp_info found on each node."""

from __future__ import annotations

DOCUMENTATION = r"""
name: status
short_description: Show the state of a pair as a table
version_added: 0.1.0
author:
  - the hotstandby.vrrp authors (@hotstandby)
description:
  - Turns the results of M(hotstandby.vrrp.vrrp_info) into lines with node, instance, state, priority, virtual
    addresses, age of the state, and the reason for it.
options:
  _input:
    description:
      - For each node the result of M(hotstandby.vrrp.vrrp_info).
    type: dict
    required: true
"""

EXAMPLES = r"""
- name: Show the pair
  ansible.builtin.debug:
    msg: "{{ seen | hotstandby.vrrp.status }}"
  vars:
    seen: "{{ dict(groups['ha_pair'] | zip(groups['ha_pair'] | map('extract', hostvars, 'vrrp'))) }}"
  run_once: true
"""

RETURN = r"""
_value:
  description: The lines of the table.
  type: list
  elements: str
"""

from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.status import status


class FilterModule:
    """It gives Ansible the filter of this plugin."""

    def filters(self):
        """Return the filter of this plugin, by its name."""
        return {"status": status}
