# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter hotstandby.vrrp.sections returns the lines of a host's file, made of its variables and instances."""

from __future__ import annotations

DOCUMENTATION = r"""
name: sections
short_description: Write the lines of a configuration file
version_added: 0.3.0
author:
  - the hotstandby.vrrp authors (@hotstandby)
description:
  - Turns the variables of a host, such as its trackers and sync groups, and its instances into lines of
    C(keepalived.conf), for the template of the role P(hotstandby.vrrp.ha_pair#role).
  - It does not judge them; P(hotstandby.vrrp.problems#filter) does.
options:
  _input:
    description:
      - The variables C(ha_pair_*) of a host.
    type: dict
    required: true
  instances:
    description:
      - The instances of the host, as P(hotstandby.vrrp.instances#filter) returns them.
    type: list
    elements: dict
    default: []
    version_added: 0.4.0
seealso:
  - plugin: hotstandby.vrrp.problems
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Show them
  ansible.builtin.debug:
    msg: "{{ {'ha_pair_vrrp_startup_delay': 5} | hotstandby.vrrp.sections }}"
"""

RETURN = r"""
_value:
  description:
    - C(global_defs) are lines for that block; C(blocks) are further blocks, each with C(head) and C(lines).
  type: dict
"""

from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.render import sections


class FilterModule:
    """It gives Ansible the filter of this plugin."""

    def filters(self):
        """Return the filter of this plugin, by its name."""
        return {"sections": sections}
