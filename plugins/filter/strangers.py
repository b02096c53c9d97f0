# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter hotstandby.vrrp.strangers returns other machines on the segment with an address or id of a pair."""

from __future__ import annotations

DOCUMENTATION = r"""
name: strangers
short_description: List other machines with a virtual address or virtual router id of a pair
version_added: 0.4.0
author:
  - the hotstandby.vrrp authors (@hotstandby)
description:
  - Lists machines that answer for a virtual address, or advertise a virtual router id, and are no host of the pair.
options:
  heard:
    description:
      - For each host the result of M(hotstandby.vrrp.vrrp_info) with the O(hotstandby.vrrp.vrrp_info#module:probe) of
        P(hotstandby.vrrp.probes#filter).
    type: dict
    required: true
extends_documentation_fragment:
  - hotstandby.vrrp.attributes.found
seealso:
  - plugin: hotstandby.vrrp.conflicts
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Check the answers of the network segment
  ansible.builtin.assert:
    that: (hosts | hotstandby.vrrp.strangers(found, plan, heard))[inventory_hostname] | length == 0
"""

RETURN = r"""
_value:
  description: For each host its list of sentences.
  type: dict
"""

from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.strangers import strangers


class FilterModule:
    """It gives Ansible the filter of this plugin."""

    def filters(self):
        """Return the filter of this plugin, by its name."""
        return {"strangers": strangers}
