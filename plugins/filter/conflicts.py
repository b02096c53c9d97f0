# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter hotstandby.vrrp.conflicts: what the nodes of a pair have that a deployment must not be added to."""

from __future__ import annotations

DOCUMENTATION = r"""
name: conflicts
short_description: Say what on the nodes is in conflict with a deployment
version_added: 0.4.0
author:
  - the hotstandby.vrrp authors (@hotstandby)
description:
  - Tells from what M(hotstandby.vrrp.vrrp_info) found whether somebody is not root, both names lead to one machine, a
    host is reached by a virtual address, or keepalived runs the same virtual router or address on a node.
  - Where there is no plan yet O(plan) is empty.
options:
  targets:
    description:
      - For each host the address by which it is reached.
    type: dict
    required: true
extends_documentation_fragment:
  - hotstandby.vrrp.attributes.found
seealso:
  - plugin: hotstandby.vrrp.problems
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Judge the nodes
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

from ansible_collections.hotstandby.vrrp.plugins.module_utils.pair.conflicts import conflicts


class FilterModule:
    """What Ansible asks a filter plugin for."""

    def filters(self):
        """Return the filter of this plugin, by its name."""
        return {"conflicts": conflicts}
