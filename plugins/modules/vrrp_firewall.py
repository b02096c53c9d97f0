#!/usr/bin/python
# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: vrrp_firewall
short_description: Allow what a pair sends in the firewall of a node
version_added: 0.4.0
description:
  - Allows IP protocol 112, protocol 51 for C(auth_type AH), and the UDP port of C(peer_status) to and from the peer of
    a pair, with the tool whose rule drops it now. Where nothing drops it, nothing changes. The port is opened for the
    peer alone.
  - In firewalld it adds a rich rule to the zone of the interface, at once and permanently. In ufw it adds a rule. In
    nftables and iptables it puts a rule in front of the chain that drops the packet. A policy of firewalld that does
    not let the UDP port out is left as it is.
  - It finds its rules again by their comment C(hotstandby), in firewalld by their priority -112.
options:
  state:
    description:
      - V(present) allows it, V(absent) removes every rule that this module has added.
    type: str
    choices: [present, absent]
    default: present
extends_documentation_fragment:
  - hotstandby.vrrp.attributes
  - hotstandby.vrrp.attributes.reach
  - hotstandby.vrrp.attributes.action_group
notes:
  - A rule of nftables or iptables ends with the next boot, because the module does not know which file loads the rules.
    It warns of that.
  - Where an older ufw does not know the protocol C(vrrp), the module fails with what ufw says. Put the rule into
    C(/etc/ufw/before.rules) there.
author:
  - the hotstandby.vrrp authors (@hotstandby)
seealso:
  - module: hotstandby.vrrp.vrrp_info
  - plugin: hotstandby.vrrp.attempts
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Allow VRRP between two hosts
  hotstandby.vrrp.vrrp_firewall:
    reach: "{{ (hosts | hotstandby.vrrp.attempts(found, plan))[inventory_hostname] }}"

- name: Remove these rules
  hotstandby.vrrp.vrrp_firewall:
    state: absent
"""

RETURN = r"""
msg:
  description: Why it failed.
  returned: failure
  type: str
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.arguments import VRRP_FIREWALL
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.module_firewall import run
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.module_io import end


def main():
    """Allow VRRP, or remove the rules that did, and exit with the result."""
    end(AnsibleModule(argument_spec=VRRP_FIREWALL, supports_check_mode=True), run)


if __name__ == "__main__":
    main()
