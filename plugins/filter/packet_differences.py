# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter hotstandby.vrrp.packet_differences says in words how our packets differ from those of keepalived."""

from __future__ import annotations

DOCUMENTATION = r"""
name: packet_differences
short_description: Say how the packets of the agent differ from those of keepalived
version_added: 0.4.0
author:
  - the hotstandby.vrrp authors (@hotstandby)
description:
  - Turns what M(hotstandby.vrrp.vrrp_compare) found on a host into lines.
options:
  _input:
    description:
      - The instances that M(hotstandby.vrrp.vrrp_compare) returned. One of which nobody sends packets gets no line.
    type: list
    elements: dict
    required: true
seealso:
  - module: hotstandby.vrrp.vrrp_compare
"""

EXAMPLES = r"""
- name: Show what differs
  ansible.builtin.debug:
    msg: "{{ compared.instances | hotstandby.vrrp.packet_differences }}"
"""

RETURN = r"""
_value:
  description: One line for each instance, and one for each field that differs.
  type: list
  elements: str
"""

from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.migration import packet_differences


class FilterModule:
    """It gives Ansible the filter of this plugin."""

    def filters(self):
        """Return the filter of this plugin, by its name."""
        return {"packet_differences": packet_differences}
