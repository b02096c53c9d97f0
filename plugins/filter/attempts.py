# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter hotstandby.vrrp.attempts returns how the hosts of a pair try to reach each other."""

from __future__ import annotations

DOCUMENTATION = r"""
name: attempts
short_description: List how the hosts of a pair try to reach each other with VRRP
version_added: 0.4.0
author:
  - the hotstandby.vrrp authors (@hotstandby)
description:
  - Returns the ways between the two hosts by which no agent hears the other yet, as M(hotstandby.vrrp.vrrp_info) takes
    them. Both hosts must try at the same time.
extends_documentation_fragment:
  - hotstandby.vrrp.attributes.found
seealso:
  - plugin: hotstandby.vrrp.preflight
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Try whether the hosts hear each other
  hotstandby.vrrp.vrrp_info:
    reach: "{{ (hosts | hotstandby.vrrp.attempts(found, plan))[inventory_hostname] }}"
"""

RETURN = r"""
_value:
  description: For each host the list of its attempts; empty where the agents of the pair hear each other already.
  type: dict
"""

from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.attempts import attempts


class FilterModule:
    """It gives Ansible the filter of this plugin."""

    def filters(self):
        """Return the filter of this plugin, by its name."""
        return {"attempts": attempts}
