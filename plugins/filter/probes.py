# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter hotstandby.vrrp.probes returns the addresses and ids that vrrp_info is to look for on a segment."""

from __future__ import annotations

DOCUMENTATION = r"""
name: probes
short_description: List what to ask the network segment before a pair is deployed
version_added: 0.4.0
author:
  - the hotstandby.vrrp authors (@hotstandby)
description:
  - Returns the virtual addresses and virtual router ids of a pair that no agent of it has yet, as
    M(hotstandby.vrrp.vrrp_info) takes them.
extends_documentation_fragment:
  - hotstandby.vrrp.attributes.found
seealso:
  - plugin: hotstandby.vrrp.strangers
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Ask the network segment
  hotstandby.vrrp.vrrp_info:
    probe: "{{ (hosts | hotstandby.vrrp.probes(found, plan))[inventory_hostname] }}"
"""

RETURN = r"""
_value:
  description: For each host the addresses and ids to ask for; empty where the pair has all of them.
  type: dict
"""

from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.strangers import probes


class FilterModule:
    """It gives Ansible the filter of this plugin."""

    def filters(self):
        """Return the filter of this plugin, by its name."""
        return {"probes": probes}
