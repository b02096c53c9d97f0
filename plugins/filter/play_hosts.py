# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter hotstandby.vrrp.play_hosts returns the group of a playbook, and fails where it has no hosts."""

from __future__ import annotations

DOCUMENTATION = r"""
name: play_hosts
short_description: Name the hosts of a play, or fail where there are none
version_added: 0.4.0
author:
  - the hotstandby.vrrp authors (@hotstandby)
description:
  - Returns a group for C(hosts) of a play. Ansible skips a play that matches no host and ends without an error. This
    filter fails instead, and says what to write.
  - It also fails where C(--tags) has a tag that no task of the playbook has. It does this only for playbooks of this
    collection, because in a playbook of your own a tag may belong to another play.
  - It does not fail in a syntax check, which may run without the inventory.
options:
  _input:
    description:
      - The name of the group.
    type: str
    required: true
  groups:
    description:
      - The groups of the inventory.
    type: dict
    required: true
  hosts:
    description:
      - The hosts of the play that C(--limit) selects.
    type: list
    elements: str
    required: true
  tags:
    description:
      - The tags that tasks of the play have.
    type: list
    elements: str
    default: []
    version_added: 0.4.0
"""

EXAMPLES = r"""
- name: Hot-standby pair
  hosts: "{{ 'lb' | hotstandby.vrrp.play_hosts(groups, ansible_play_hosts_all) }}"
  roles:
    - role: hotstandby.vrrp.ha_pair
"""

RETURN = r"""
_value:
  description: The name of the group.
  type: str
"""

from pathlib import Path

from ansible import context
from ansible.errors import AnsibleFilterError

_OWN = ("all", "ungrouped")  # groups that every inventory has
_COLLECTION = "hotstandby.vrrp"


def play_hosts(group, groups, hosts, tags=()):
    """Return ``group``. Raises AnsibleFilterError where no host of it is in the play, or a tag is unknown."""
    if context.CLIARGS.get("syntax"):
        return group
    _refuse_unknown(tags)
    if not groups.get(group):
        named = ", ".join(sorted(name for name in groups if name not in _OWN)) or "none"
        text = f"the group {group} has no hosts" if group in groups else f"no group {group} in the inventory"
        raise AnsibleFilterError(f"{text} (groups are: {named}): say -e ha_pair_group=NAME, or -i INVENTORY")
    if not set(groups[group]) & set(hosts):
        members = ", ".join(groups[group])
        raise AnsibleFilterError(f"--limit leaves out every host of the group {group} ({members})")
    return group


def _refuse_unknown(tags):
    """Fail where one of our playbooks runs alone with a tag that none of its tasks has."""
    # --list-tags sets other tags.
    asked = () if context.CLIARGS.get("listtags") else context.CLIARGS.get("tags") or ()
    played = context.CLIARGS.get("args") or ()
    known = {*tags, "all", "tagged" if tags else "untagged"}
    unknown = [tag for tag in asked if tag not in known]
    if unknown and len(played) == 1 and _ours(played[0]):
        text = f"no task of this playbook has the tag {', '.join(unknown)}"
        listed = f"tags are: {', '.join(tags)}" if tags else "it has no tags"
        raise AnsibleFilterError(f"{text} ({listed}): correct --tags")


def _ours(playbook):
    directory = Path(__file__).resolve().parents[2] / "playbooks"
    return playbook.startswith(f"{_COLLECTION}.") or Path(playbook).resolve().parent == directory


class FilterModule:
    """It gives Ansible the filter of this plugin."""

    def filters(self):
        """Return the filter of this plugin, by its name."""
        return {"play_hosts": play_hosts}
