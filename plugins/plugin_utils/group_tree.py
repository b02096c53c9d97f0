# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It tells which groups of the inventory are below which."""

from __future__ import annotations

from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.fleet import inferred, pair_of


def children(hostvars, groups):
    """Return the groups directly below each group.

    A play has only the hosts of each group. The inventory behind ``hostvars`` has the groups, and is no public part of
    Ansible: where it is not there, the groups are found by their hosts, which is the same unless groups overlap.
    """
    inventory = getattr(hostvars, "_inventory", None)
    known = getattr(inventory, "groups", None)
    if not known:
        return inferred({name: hosts for name, hosts in groups.items() if name not in ("all", "ungrouped")})
    return {name: [below.name for below in group.child_groups] for name, group in known.items()}


def pairs_of(hosts, hostvars, groups):
    """Return the pairs that have a host among ``hosts``, each once."""
    below = children(hostvars, groups)
    found = [pair_of(host, hostvars[host].get("ha_pair_group"), list(hosts), groups, below) for host in hosts]
    return list(dict.fromkeys(found))
