# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter hotstandby.vrrp.instances returns each host's VRRP instances, made of an inventory's variables."""

from __future__ import annotations

DOCUMENTATION = r"""
name: instances
short_description: Work out which host of a pair is master of which virtual address
version_added: 0.1.0
author:
  - the hotstandby.vrrp authors (@hotstandby)
description:
  - Turns what an inventory says of the two hosts of a pair, together with their network facts, into the VRRP instances
    of each of them.
  - "Defaults: the interface is the one in whose subnet the VIP lies, the virtual router ID is the last octet of the
    VIP, the master has priority 100 and its standby 90. With several VIPs each host is master of some of them."
  - Fails with all errors at once, as P(hotstandby.vrrp.problems#filter) lists them.
extends_documentation_fragment:
  - hotstandby.vrrp.attributes.pair
"""

EXAMPLES = r"""
- name: Show the instances of each host
  ansible.builtin.debug:
    msg: "{{ groups['ha_pair'] | hotstandby.vrrp.instances(hostvars) }}"
  no_log: true # they contain the passwords
"""

RETURN = r"""
_value:
  description: For each host the list of its instances, with keepalived's keywords.
  type: dict
"""

from ansible.errors import AnsibleFilterError
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.errors import PairError
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.instances import instances as derive
from ansible_collections.hotstandby.vrrp.plugins.plugin_utils.origin import locate


def instances(hosts, variables):
    """Return each host's instances. Raises AnsibleFilterError with all problems."""
    try:
        return derive({host: variables[host] for host in hosts}, locate)
    except PairError as error:
        raise AnsibleFilterError(str(error)) from error


class FilterModule:
    """It gives Ansible the filter of this plugin."""

    def filters(self):
        """Return the filter of this plugin, by its name."""
        return {"instances": instances}
