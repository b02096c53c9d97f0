# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter hotstandby.vrrp.strangers: who else on the segment has what a pair is about to have."""

from __future__ import annotations

DOCUMENTATION = r"""
name: strangers
short_description: Say who else has a virtual address or a virtual router id of a pair
version_added: 0.4.0
author:
  - the hotstandby.vrrp authors (@hotstandby)
description:
  - Tells from what the segment answered who answers for a virtual address, and who advertises a virtual router id,
    without being a host of the pair.
options:
  heard:
    description:
      - For each host what M(hotstandby.vrrp.vrrp_info) returned with the O(hotstandby.vrrp.vrrp_info#module:probe) that
        P(hotstandby.vrrp.probes#filter) gave.
    type: dict
    required: true
extends_documentation_fragment:
  - hotstandby.vrrp.attributes.found
seealso:
  - plugin: hotstandby.vrrp.conflicts
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Judge what the segment answered
  ansible.builtin.assert:
    that: (hosts | hotstandby.vrrp.strangers(found, plan, heard))[inventory_hostname] | length == 0
"""

RETURN = r"""
_value:
  description: For each host its list of sentences.
  type: dict
"""

from ansible_collections.hotstandby.vrrp.plugins.module_utils.pair.strangers import strangers


class FilterModule:
    """What Ansible asks a filter plugin for."""

    def filters(self):
        """Return the filter of this plugin, by its name."""
        return {"strangers": strangers}
