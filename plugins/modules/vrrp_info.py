#!/usr/bin/python
# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: vrrp_info
short_description: Tell who is master, and why
version_added: 0.1.0
description:
  - Asks the VRRP agent of a node for its instances, and the kernel for the interfaces and addresses of the node.
  - On a node without an agent it says so; that is no failure.
  - On a node that runs keepalived instead it tells the same of keepalived, as far as keepalived tells it. It sends
    SIGUSR1 and SIGUSR2 to its VRRP process, and only to that one, and reads what it writes, whose password it drops.
  - It can wait until nothing moves any more, and look several times, which is what a proof needs.
options:
  program:
    description:
      - Whom to ask.
      - V(auto) is the agent, and keepalived where no agent is running.
    type: str
    choices: [auto, hotstandby, keepalived]
    default: auto
    version_added: 0.3.0
  wait:
    description:
      - For how many seconds at most to wait until the agent answers and each instance is MASTER with its addresses, or
        BACKUP behind a living master. On a drained node each instance has to be in STOP.
      - What is not settled by then is no failure; look at what is returned.
    type: float
    default: 0
  samples:
    description:
      - How many times to look.
    type: int
    default: 1
  interval:
    description:
      - Seconds between two looks.
    type: float
    default: 0.2
  probe:
    description:
      - Ask the segment before anything is deployed, who has these addresses (ARP and NDP probes as in RFC 5227 and
        RFC 4862, which change nothing in any neighbour table), and who advertises these virtual routers. It takes a
        second, and up to four where there are O(probe[].virtual_router_ids).
      - An interface that is not there, is down, or is no Ethernet is left out.
    type: list
    elements: dict
    default: []
    version_added: 0.4.0
    suboptions:
      interface:
        description:
          - Where to ask.
        type: str
        required: true
      addresses:
        description:
          - IPv4 and IPv6 addresses, without prefix length.
        type: list
        elements: str
        default: []
      virtual_router_ids:
        description:
          - Whose advertisements are of interest.
        type: list
        elements: int
        default: []
      listen:
        description:
          - For how many seconds to wait for advertisements, at most 4.
        type: float
        default: 3
extends_documentation_fragment:
  - hotstandby.vrrp.attributes
  - hotstandby.vrrp.attributes.runtime_dir
  - hotstandby.vrrp.attributes.action_group
attributes:
  check_mode:
    description: It only reads.
  diff_mode:
    description: It only reads.
    support: N/A
author:
  - the hotstandby.vrrp authors (@hotstandby)
seealso:
  - module: hotstandby.vrrp.vrrp_state
"""

EXAMPLES = r"""
- name: Ask who is master, and why
  hotstandby.vrrp.vrrp_info:
  register: vrrp

- name: Show it
  ansible.builtin.debug:
    msg: "{{ vrrp.instances | map(attribute='why') }}"

- name: Wait for a pair that was just started, then look five times
  hotstandby.vrrp.vrrp_info:
    wait: 10
    samples: 5

- name: Ask whether somebody has the address that a pair is to have, or uses its virtual router id
  hotstandby.vrrp.vrrp_info:
    probe:
      - interface: eth0
        addresses: [192.168.8.100]
        virtual_router_ids: [100]
"""

RETURN = r"""
running:
  description: Whether an agent answers.
  returned: always
  type: bool
msg:
  description: Why no agent answers; empty when one does.
  returned: always
  type: str
program:
  description: Who answered, V(hotstandby) or V(keepalived); none where nobody did.
  returned: always
  type: str
  version_added: 0.3.0
release:
  description: The release of the agent that is installed; none where none is.
  returned: always
  type: str
running_release:
  description: The release that the living agent was started from.
  returned: always
  type: str
agent:
  description: What the agent says of itself; empty when none answers. C(drained) says whether it takes part in nothing.
  returned: always
  type: dict
  sample:
    version: 0.1.0
    pid: 412
    config: /etc/hotstandby/hotstandby.conf
    config_sha256: 6f1ed002ab5595859014ebf0951522d9
    uptime_s: 81.25
    router_id: NodeA
    drained: false
    discarded:
      vrid: 3
instances:
  description: Each instance, as the agent sees it at the end; empty when none answers.
  returned: always
  type: list
  elements: dict
  contains:
    name:
      description: Name of the instance.
      type: str
    state:
      description: One of V(INIT), V(BACKUP), V(MASTER), V(FAULT) and V(STOP).
      type: str
    why:
      description: One sentence that explains the state.
      type: str
    warnings:
      description:
        - What keeps the instance from being one of a pair, a sentence each with what to do; for example whose
          advertisements it discards and why, or who else uses its virtual router id. Empty when all is well.
        - Empty from keepalived, which does not tell.
      type: list
      elements: str
      version_added: 0.4.0
    interface:
      description: The interface that it speaks on.
      type: str
    virtual_router_id:
      description: Its number on the wire.
      type: int
    version:
      description: The version of VRRP.
      type: int
    base_priority:
      description: The priority that is configured.
      type: int
    priority:
      description: The priority that is in effect.
      type: int
    reasons:
      description: What makes the difference between the two, each with C(name), C(delta) and C(text).
      type: list
      elements: dict
    hold:
      description: V(master) or V(backup) while somebody holds it there; none while priorities decide.
      type: str
    addresses:
      description: Its virtual addresses.
      type: list
      elements: str
    addresses_present:
      description: Those that are on the interface now.
      type: list
      elements: str
    master:
      description: Who is master, with C(address), C(priority) and C(seen_s), the seconds since it was heard.
      type: dict
    peers:
      description: Everybody who was heard, in the same shape.
      type: list
      elements: dict
    conflicts:
      description:
        - Other hosts that claimed one of its addresses in the last 5 minutes, and answer for it still, each with
          C(address), C(mac), C(interface) and C(seen_s). Keepalived does not tell.
      type: list
      elements: dict
    since_s:
      description: For how many seconds it has been in this state.
      type: float
    transitions:
      description: How many times it changed its state; none from keepalived, which does not tell.
      type: int
    faults:
      description: What keeps it in FAULT.
      type: list
      elements: str
    checks:
      description: The check scripts with their last results.
      type: list
      elements: dict
    counters:
      description: Advertisements sent, received, and discarded by reason.
      type: dict
interfaces:
  description: The node's interfaces, as the kernel has them.
  returned: always
  type: list
  elements: dict
  contains:
    name:
      description: Name of the interface.
      type: str
    mac:
      description: Its hardware address; empty where it has none.
      type: str
      version_added: 0.4.0
    up:
      description: Whether it is switched on.
      type: bool
    carrier:
      description: Whether it can carry packets.
      type: bool
    loopback:
      description: Whether it reaches only this node.
      type: bool
    addresses:
      description: Its addresses, each with C(address) and C(secondary).
      type: list
      elements: dict
    virtual_addresses:
      description: Those that are there because the agent is master.
      type: list
      elements: str
answers:
  description: Who answers for an address of O(probe), each with its C(address), C(mac) and the C(interface) it came by.
  returned: always
  type: list
  elements: dict
  version_added: 0.4.0
advertisers:
  description:
    - Who advertises a virtual router of O(probe), each with C(interface), C(source), C(virtual_router_id), C(version),
      C(priority) and C(addresses). What a firewall of the node drops is not heard.
  returned: always
  type: list
  elements: dict
  version_added: 0.4.0
root:
  description: Whether the module ran as root; others do not see everything.
  returned: always
  type: bool
  version_added: 0.4.0
machine_id:
  description: What C(/etc/machine-id) says; empty where there is none.
  returned: always
  type: str
  version_added: 0.4.0
keepalived:
  description:
    - The keepalived that does VRRP on this node, also where it runs beside the agent, with its C(config), its
      C(instances), and in C(msg) why it does not tell them. Empty where none runs, and with O(program=hotstandby).
  returned: always
  type: dict
  version_added: 0.4.0
samples:
  description: Each look.
  returned: always
  type: list
  elements: dict
  contains:
    running:
      description: Whether an agent answered.
      type: bool
    instances:
      description:
        - For each instance by name its C(state), C(why), C(warnings), C(source), C(master), C(addresses) and C(held).
      type: dict
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.answer import end
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.arguments import VRRP_INFO
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.module_info import run


def main():
    """Look at the agent, keepalived, the interfaces and the segment, and exit with the result; change nothing."""
    end(AnsibleModule(argument_spec=VRRP_INFO, supports_check_mode=True), run)


if __name__ == "__main__":
    main()
