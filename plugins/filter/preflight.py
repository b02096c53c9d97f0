# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter hotstandby.vrrp.preflight returns what is in the way of VRRP between the hosts of a pair."""

from __future__ import annotations

DOCUMENTATION = r"""
name: preflight
short_description: List what is in the way of VRRP between the hosts of a pair
version_added: 0.4.0
author:
  - the hotstandby.vrrp authors (@hotstandby)
description:
  - Judges what both hosts have found of VRRP between them, their firewalls, settings and clocks. Each sentence says
    what was seen, on which host, and what to do.
options:
  looks:
    description:
      - For each host the result of M(hotstandby.vrrp.vrrp_info) with O(hotstandby.vrrp.vrrp_info#module:reach) of
        P(hotstandby.vrrp.attempts#filter), and with O(hotstandby.vrrp.vrrp_info#module:preflight).
    type: dict
    required: true
  opens:
    description:
      - The hosts whose firewall would be opened after this look, as check mode opens none. What its rules drop is no
        error there.
    type: list
    elements: str
    default: []
extends_documentation_fragment:
  - hotstandby.vrrp.attributes.found
seealso:
  - plugin: hotstandby.vrrp.attempts
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Check what the hosts have found
  ansible.builtin.assert:
    that: (hosts | hotstandby.vrrp.preflight(found, plan, looks))[inventory_hostname].errors | length == 0
"""

RETURN = r"""
_value:
  description: For each host its C(errors), which stop a deployment, and its C(warnings), as lists of sentences.
  type: dict
"""

from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.preflight import preflight


class FilterModule:
    """It gives Ansible the filter of this plugin."""

    def filters(self):
        """Return the filter of this plugin, by its name."""
        return {"preflight": preflight}
