# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter hotstandby.vrrp.status_problems returns a pair's problems, from what vrrp_info found on each node."""

from __future__ import annotations

DOCUMENTATION = r"""
name: status_problems
short_description: List what is wrong with a running pair
version_added: 0.4.0
author:
  - the hotstandby.vrrp authors (@hotstandby)
description:
  - Lists, from the results of M(hotstandby.vrrp.vrrp_info), each node that could not be asked. It also lists each
    instance without exactly one master that alone has the addresses, or without a standby. A missing standby is no
    problem where a node was drained on purpose.
  - It checks one sample. P(hotstandby.vrrp.proof#filter) checks several.
options:
  _input:
    description:
      - For each node of one pair the result of M(hotstandby.vrrp.vrrp_info).
    type: dict
    required: true
seealso:
  - plugin: hotstandby.vrrp.status
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Fail unless there is exactly one master
  ansible.builtin.assert:
    that: seen | hotstandby.vrrp.status_problems | length == 0
  vars:
    seen: "{{ dict(groups['ha_pair'] | zip(groups['ha_pair'] | map('extract', hostvars, 'vrrp'))) }}"
"""

RETURN = r"""
_value:
  description: One line for each problem; empty when there is none.
  type: list
  elements: str
"""

from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.status import problems


class FilterModule:
    """It gives Ansible the filter of this plugin."""

    def filters(self):
        """Return the filter of this plugin, by its name."""
        return {"status_problems": problems}
