#!/usr/bin/python
# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: vrrp_fault
short_description: Make a fault on a node for a limited time, as a drill
version_added: 0.4.0
description:
  - Makes one fault on a node on purpose, so that its peer has to take over. The playbook C(drill.yml) of this
    collection uses it, measures what a client loses, and judges the pair before and afterwards. Prefer that to this
    module.
  - B(Clients may lose the address while the fault lasts.)
  - Before the fault begins, a timer of systemd on the node is set that undoes it after O(seconds), also when the
    controller dies or does not reach the node any more. A boot undoes it, too.
options:
  state:
    description:
      - V(present) makes the fault.
      - V(absent) undoes the fault that there is and ends its timer. Without a fault it does nothing.
    type: str
    choices: [present, absent]
    default: present
  kind:
    description:
      - V(agent) kills the agent with SIGKILL and keeps systemd from starting it again. (systemd would do that at once,
        and the agent would go on as master; a clean stop hands the addresses over. Neither loses a packet.)
      - V(node) drops VRRP and everything of O(addresses) at O(interfaces), in both directions, by a table of nftables
        of its own. The node does not notice it. Its own addresses, and so ssh, go on. It needs C(nft) 1.0.1 and
        Linux 5.16 or later.
      - V(service) stops O(service).
      - Required with O(state=present).
    type: str
    choices: [agent, node, service]
  seconds:
    description:
      - After how many seconds the timer of the node undoes the fault, at most 3600.
    type: float
    default: 60
  service:
    description:
      - The systemd unit to stop, for O(kind=service); a service where it has no suffix. Active units that systemd stops
        with it, such as those that require it, are started again with it.
    type: str
  interfaces:
    description:
      - The interfaces of the virtual addresses, for O(kind=node).
    type: list
    elements: str
    default: []
  addresses:
    description:
      - The virtual addresses, for O(kind=node). A prefix length is ignored.
    type: list
    elements: str
    default: []
extends_documentation_fragment:
  - hotstandby.vrrp.attributes
  - hotstandby.vrrp.attributes.action_group
attributes:
  check_mode:
    description: Checks whether the fault can be made and undone on this node, and fails where it cannot.
  diff_mode:
    description: It has nothing to show.
    support: none
author:
  - the hotstandby.vrrp authors (@hotstandby)
seealso:
  - module: hotstandby.vrrp.vrrp_probe
"""

EXAMPLES = r"""
- name: Kill the agent; it is started again after 30 seconds, whatever happens to this play
  hotstandby.vrrp.vrrp_fault:
    kind: agent
    seconds: 30

- name: Start it again now
  hotstandby.vrrp.vrrp_fault:
    state: absent

- name: Isolate the node
  hotstandby.vrrp.vrrp_fault:
    kind: node
    interfaces: [eth0]
    addresses: [192.168.8.100]
    seconds: 30
"""

RETURN = r"""
msg:
  description: One sentence.
  returned: always
  type: str
  sample: killing the agent, for 30 s at most
foreign:
  description: Another drill is under way on the node, so the fault there is not to be undone for this one.
  returned: when that is why it failed
  type: bool
began_at:
  description: When the fault began by the clock of the node, in seconds since 1970.
  returned: when a fault was made
  type: float
ended_at:
  description: When its end began by the clock of the node, in seconds since 1970.
  returned: when a fault was undone
  type: float
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.module_io import end
from ansible_collections.hotstandby.vrrp.plugins.module_utils.drill.module_fault import run


def main():
    """Make a fault, or undo it, and exit with the result."""
    arguments = {
        "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        "kind": {"type": "str", "choices": ["agent", "node", "service"]},
        "seconds": {"type": "float", "default": 60},
        "service": {"type": "str"},
        "interfaces": {"type": "list", "elements": "str", "default": []},
        "addresses": {"type": "list", "elements": "str", "default": []},
    }
    needs = [("state", "present", ["kind"])]
    end(AnsibleModule(argument_spec=arguments, required_if=needs, supports_check_mode=True), run)


if __name__ == "__main__":
    main()
