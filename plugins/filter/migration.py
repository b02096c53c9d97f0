# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter hotstandby.vrrp.migration works out how a pair migrates from keepalived, and what forbids it."""

from __future__ import annotations

DOCUMENTATION = r"""
name: migration
short_description: Work out how a pair migrates from keepalived
version_added: 0.4.0
author:
  - the hotstandby.vrrp authors (@hotstandby)
description:
  - Works out from what the hosts of a pair run, and from their files of keepalived, which variables both share, in
    which order the hosts migrate, and what forbids it.
options:
  _input:
    description:
      - The names of the two hosts.
    type: list
    elements: str
    required: true
  looks:
    description:
      - For each host the result of M(hotstandby.vrrp.vrrp_info).
    type: dict
    required: true
  imported:
    description:
      - For each host the result of M(hotstandby.vrrp.vrrp_config_info).
    type: dict
    required: true
  service:
    description:
      - The systemd unit of keepalived.
    type: str
    default: keepalived.service
  gap:
    description:
      - Whether a moment without an address is accepted where each host is master of something.
    type: bool
    default: false
  keeping:
    description:
      - The hosts on which the inventory says that keepalived stays.
    type: list
    elements: str
    default: []
  order:
    description:
      - The hosts in the order in which they migrate, where that is known already.
    type: list
    elements: str
  folder:
    description:
      - The folder of the inventory that is to be written.
    type: str
    default: .
  group:
    description:
      - The name of the group of the pair in that inventory.
    type: str
    default: ha_pair
seealso:
  - module: hotstandby.vrrp.vrrp_config_info
"""

EXAMPLES = r"""
- name: Show what forbids a migration
  ansible.builtin.debug:
    msg: "{{ (groups['ha_pair'] | hotstandby.vrrp.migration(looks, imported)).objections }}"
"""

RETURN = r"""
_value:
  description:
    - C(shared) are the variables with one value on both hosts, C(own) the others of each host. C(order) are the hosts,
      the standby first. C(objections) and C(remarks) are sentences for each host. C(vault) are the names of variables
      for passwords and keys.
    - C(plan) is what would be done. C(lines) show the variables, C(files) has them by the path of a file.
  type: dict
"""

from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory import migration as of_pair


def migration(
    hosts, looks, imported, service="keepalived.service", gap=False, keeping=(), order=None, folder=".", group="ha_pair"
):
    """Return what was worked out for the pair of ``hosts``."""
    hosts = list(hosts)
    order = list(order or of_pair.order(hosts, looks))
    told = of_pair.variables(hosts, imported)
    vault = sorted({name for host in hosts for name in imported[host].get("vault") or ()})
    return {
        **told,
        "order": order,
        "objections": of_pair.objections(hosts, looks, imported, service, gap, list(keeping)),
        "remarks": {host: of_pair.remarks(imported[host]) for host in hosts},
        "vault": vault,
        "plan": of_pair.plan(order, looks),
        "lines": of_pair.lines(_as_yaml({"shared by both hosts": told["shared"], **told["own"]}), vault),
        "files": of_pair.files(folder, group, **told),
    }


def _as_yaml(variables):
    """Return the variables of each host as the text of a file."""
    # Ansible loads every filter of the collection with the first one, and only a migration writes YAML.
    from ansible.plugins.filter.core import to_nice_yaml

    return {whose: to_nice_yaml(said, indent=2, sort_keys=False) for whose, said in variables.items()}


class FilterModule:
    """It gives Ansible the filter of this plugin."""

    def filters(self):
        """Return the filter of this plugin, by its name."""
        return {"migration": migration}
