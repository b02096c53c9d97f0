# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter hotstandby.vrrp.pair_hosts finds the pair of a host."""

from __future__ import annotations

DOCUMENTATION = r"""
name: pair_hosts
short_description: Find the pair of a host
version_added: 0.4.0
author:
  - the hotstandby.vrrp authors (@hotstandby)
description:
  - Returns the pair of a host. A group of two hosts is a pair. A group of such groups is a fleet, and each of its
    groups is a pair of its own.
  - The group is C(ha_pair) where the host is in it, unless the variable C(ha_pair_group) of the host names another one.
options:
  _input:
    description:
      - The name of the host.
    type: str
    required: true
  play:
    description:
      - The hosts of the play. A host that is in no group C(ha_pair) is in a pair with the other host of its play.
    type: list
    elements: str
    required: true
  said:
    description:
      - The variable C(ha_pair_group) of the host, if it has one.
    type: str
extends_documentation_fragment:
  - hotstandby.vrrp.attributes.inventory
seealso:
  - plugin: hotstandby.vrrp.pair
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Name the other host of the pair
  ansible.builtin.debug:
    msg: "{{ pair.hosts | difference([inventory_hostname]) }}"
  vars:
    pair: "{{ inventory_hostname | hotstandby.vrrp.pair_hosts(hostvars, groups, ansible_play_hosts_all) }}"
"""

RETURN = r"""
_value:
  description:
    - C(name) is the name of the group, C(hosts) are its hosts. C(problem) is a sentence where the host is in no group
      that is a pair, as in two groups at the same time; else it is empty.
  type: dict
"""

from dataclasses import asdict

from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.fleet import pair_of
from ansible_collections.hotstandby.vrrp.plugins.plugin_utils.group_tree import tree


def pair_hosts(host, hostvars, groups, play, said=None):
    """Return the name, the hosts and the problem of the pair of ``host``."""
    found = asdict(pair_of(host, said, play, *tree(hostvars, groups)))
    return {**found, "hosts": list(found["hosts"])}


class FilterModule:
    """It gives Ansible the filter of this plugin."""

    def filters(self):
        """Return the filter of this plugin, by its name."""
        return {"pair_hosts": pair_hosts}
