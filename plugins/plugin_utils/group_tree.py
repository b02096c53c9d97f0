# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It reads the groups of the inventory: their hosts, and which groups are below which."""

from __future__ import annotations

from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.fleet import inferred, pair_of


def tree(hostvars, groups):
    """Return the hosts of each group, and the groups directly below each group.

    A play has only the hosts of each group. The inventory behind ``hostvars`` has the groups, and is no public part of
    Ansible: where it is not there, the groups are found by their hosts, which is the same unless groups overlap.

    The inventory's lists are plain ones. Those of ``groups`` are templates, which cost more than all else of a fleet:
    every task of every host looks for its pair.
    """
    inventory = getattr(hostvars, "_inventory", None)
    known = getattr(inventory, "groups", None)
    if not known:
        members = {name: list(hosts) for name, hosts in groups.items()}
        return members, inferred({name: hosts for name, hosts in members.items() if name not in ("all", "ungrouped")})
    members = inventory.get_groups_dict()
    return members, {name: [below.name for below in group.child_groups] for name, group in known.items()}


def pairs_of(hosts, hostvars, members, below):
    """Return the pairs that have a host among ``hosts``, each once. ``members`` and ``below`` are the ``tree``."""
    found = [pair_of(host, hostvars[host].get("ha_pair_group"), hosts, members, below) for host in hosts]
    return list(dict.fromkeys(found))
