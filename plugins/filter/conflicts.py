# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter hotstandby.vrrp.conflicts returns what is on the nodes of a pair and in conflict with a deployment."""

from __future__ import annotations

DOCUMENTATION = r"""
name: conflicts
short_description: List what on the nodes conflicts with a deployment
version_added: 0.4.0
author:
  - the hotstandby.vrrp authors (@hotstandby)
description:
  - Checks the results of M(hotstandby.vrrp.vrrp_info). It lists a host where Ansible is not root, two names of one
    machine, a host that is reached by a virtual address, and a node where keepalived has the same virtual router or
    address.
  - O(plan) may be empty where there is none yet.
options:
  targets:
    description:
      - For each host the address by which Ansible reaches it.
    type: dict
    required: true
extends_documentation_fragment:
  - hotstandby.vrrp.attributes.found
seealso:
  - plugin: hotstandby.vrrp.problems
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Check the nodes
  ansible.builtin.assert:
    that: conflicts[inventory_hostname] | length == 0
  vars:
    hosts: "{{ groups['ha_pair'] }}"
    found: "{{ dict(hosts | zip(hosts | map('extract', hostvars, 'vrrp'))) }}"
    conflicts: "{{ hosts | hotstandby.vrrp.conflicts(found, {}, {}) }}"
"""

RETURN = r"""
_value:
  description: For each host its list of sentences.
  type: dict
"""

from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.node_conflicts import conflicts


class FilterModule:
    """It gives Ansible the filter of this plugin."""

    def filters(self):
        """Return the filter of this plugin, by its name."""
        return {"conflicts": conflicts}
