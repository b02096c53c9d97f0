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
  - On a node without an agent it returns RV(running) false; it does not fail.
  - On a node that runs keepalived instead it returns the same of keepalived, as far as keepalived tells it. It sends
    SIGUSR1 and SIGUSR2 only to keepalived's VRRP process, and reads the files that this writes, without the password.
  - To verify a pair it can wait until mastership no longer moves, and then look several times.
options:
  program:
    description:
      - Which program to ask.
      - V(auto) asks the agent, or keepalived where no agent is running.
    type: str
    choices: [auto, hotstandby, keepalived]
    default: auto
    version_added: 0.3.0
  wait:
    description:
      - For how many seconds at most to wait until the agent answers and each instance is MASTER with its addresses, or
        BACKUP behind a living master. On a drained node each instance has to be in STOP.
      - The module does not fail when this time is over; look at what it returns.
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
      - Asks the network segment, before a deployment, which hosts have these addresses and which routers advertise
        these virtual router ids. It sends ARP and NDP probes as in RFC 5227 and RFC 4862, which change no neighbour
        table. This takes a second, or up to four with O(probe[].virtual_router_ids).
      - An interface that does not exist, is down, or is not Ethernet is left out.
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
          - The virtual routers whose advertisements to report.
        type: list
        elements: int
        default: []
      listen:
        description:
          - For how many seconds to wait for advertisements, at most 4.
        type: float
        default: 3
  preflight:
    description:
      - The interfaces for which to look at what can be in the way of VRRP on this node, which RV(preflight) returns. It
        runs C(nft), C(iptables-save), C(firewall-cmd), C(ufw), C(networkctl) and C(nmcli) where they are installed.
    type: list
    elements: str
    default: []
    version_added: 0.4.0
extends_documentation_fragment:
  - hotstandby.vrrp.attributes
  - hotstandby.vrrp.attributes.reach
  - hotstandby.vrrp.attributes.runtime_dir
  - hotstandby.vrrp.attributes.action_group
attributes:
  check_mode:
    description: It only reads.
  diff_mode:
    description: It only reads.
    support: N/A
notes:
  - With O(reach) it tries whether VRRP advertisements get to a peer and from it. Both hosts of the pair try at the same
    time, as they do in one task. It takes a second, or up to five where nothing is heard, in the same time as O(probe).
  - These advertisements are of a virtual router id that neither the pair nor anybody who is heard uses, have a priority
    of 4 at most, and no address, so that no router acts on them. They go to the multicast group and to the peer alone,
    with O(reach[].unicast) only to the peer.
  - An interface that does not exist or is down is left out. With O(reach[].protocol=udp) nothing is sent, as an
    agent may use the port; O(preflight) looks whether the firewall lets it through.
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

- name: Ask whether another host has the future address of a pair, or uses its virtual router id
  hotstandby.vrrp.vrrp_info:
    probe:
      - interface: eth0
        addresses: [192.168.8.100]
        virtual_router_ids: [100]

- name: Try whether the hosts of a pair hear each other, and see what is in the way
  hotstandby.vrrp.vrrp_info:
    reach:
      - interface: eth0
        source: "{{ '192.168.8.4' if inventory_hostname == 'node-a' else '192.168.8.6' }}"
        peer: "{{ '192.168.8.6' if inventory_hostname == 'node-a' else '192.168.8.4' }}"
        virtual_router_ids: [100]
    preflight: [eth0]
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
  description: The program that answered, V(hotstandby) or V(keepalived); null where none did.
  returned: always
  type: str
  version_added: 0.3.0
release:
  description: The release of the agent that is installed; null where none is.
  returned: always
  type: str
running_release:
  description: The release from which the running agent was started.
  returned: always
  type: str
peer_keys:
  description:
    - Digests of the keys with which the nodes of a pair tell each other how they do, the one that signs first.
    - Empty where there is no key file, or one of another owner or mode than the agent's, and for other users than root.
  returned: always
  type: list
  elements: str
  version_added: 0.4.0
agent:
  description:
    - What the agent says of itself; empty when none answers. C(drained) says whether the node is drained.
    - C(maintenance) says why and until when, in the shape of RV(instances[].maintenance); null where neither was said.
    - C(peer) is what the other node of the pair told beside VRRP, with C(address), C(port), C(keys) (digests of those
      in force here), C(name), C(heard_s), C(version), C(drained), C(clock_s) (so far its clock is ahead), C(discarded)
      (messages by the reason) and C(warnings), sentences with what to do; null where nothing is told.
    - C(config_sha256) and C(keys) are null for other users than root and the agent's own.
  returned: always
  type: dict
  sample:
    version: 0.1.0
    pid: 412
    config: /etc/hotstandby/hotstandby.conf
    config_sha256: 6f1ed002ab5595859014ebf0951522d9
    uptime_s: 81.25
    router_id: NodeA
    drained: true
    maintenance:
      reason: kernel update
      by: admin
      expires: "2026-11-30T14:30:00Z"
      expires_in_s: 1500.25
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
        - Problems between the two nodes of the pair, each a sentence with what to do. For example, whose advertisements
          the instance discards and why, or which other router uses its virtual router id.
        - Empty when there are no problems, and always with keepalived.
      type: list
      elements: str
      version_added: 0.4.0
    interface:
      description: The interface on which it sends.
      type: str
    virtual_router_id:
      description: The virtual router id in its advertisements.
      type: int
    version:
      description: The version of VRRP.
      type: int
    takeover_s:
      description:
        - For how many seconds this node hears nothing before it takes over, its Master_Down_Interval, with the interval
          of the master that was heard last. That is the longest wait after a master died.
      type: float
      version_added: 0.4.0
    base_priority:
      description: The priority that is configured.
      type: int
    priority:
      description: The priority with all weights.
      type: int
    reasons:
      description: The parts of the difference between the two, each with C(name), C(delta) and C(text).
      type: list
      elements: dict
    hold:
      description: V(master) or V(backup) while an operator has set it (C(hotstandby promote), C(hotstandby demote) or
        M(hotstandby.vrrp.vrrp_state)); null while priorities decide.
      type: str
    maintenance:
      description:
        - The reason and the end of RV(instances[].hold), with C(reason), C(by) (who asked), C(expires) (ISO 8601, UTC)
          and C(expires_in_s), the seconds that are left. Each is null where it was not given.
        - Null as a whole where neither was given. Of keepalived it is the reason in the file of the role.
      type: dict
      version_added: 0.4.0
    addresses:
      description: Its virtual addresses.
      type: list
      elements: str
    addresses_present:
      description: Those that are on the interface now.
      type: list
      elements: str
    master:
      description: The master, with C(address), C(priority) and C(seen_s), the seconds since it was heard.
      type: dict
    peers:
      description: All routers that were heard, in the same shape.
      type: list
      elements: dict
    standby:
      description:
        - On a master, what is known of its standby, with C(node), C(ready) (null while that is not known), C(why) it is
          not ready, whether that is C(planned) (it is drained), the C(remedy), and the C(state), C(priority) and
          C(troubles) that it told.
        - Null where this node is not master, where the nodes do not tell each other how they do, and with keepalived.
      type: dict
      version_added: 0.4.0
    conflicts:
      description:
        - Other hosts that claimed one of its addresses in the last 5 minutes and still answer for it, each with
          C(address), C(mac), C(interface) and C(seen_s). Empty with keepalived.
      type: list
      elements: dict
    since_s:
      description: For how many seconds it has been in this state.
      type: float
    transitions:
      description: How many times it changed its state; null with keepalived.
      type: int
    faults:
      description: The reasons why it is in FAULT.
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
      description: Addresses that the agent has set because it is master.
      type: list
      elements: str
answers:
  description: Hosts that answer for an address of O(probe), each with C(address), C(mac) and C(interface).
  returned: always
  type: list
  elements: dict
  version_added: 0.4.0
advertisers:
  description:
    - Routers that advertise a virtual router id of O(probe), each with C(interface), C(source), C(virtual_router_id),
      C(version), C(priority) and C(addresses). Advertisements that the node's firewall drops are missing.
  returned: always
  type: list
  elements: dict
  version_added: 0.4.0
reached:
  description: The result of each entry of O(reach).
  returned: always
  type: list
  elements: dict
  version_added: 0.4.0
  contains:
    interface:
      description: Where it was tried.
      type: str
    source:
      description: The address of this host.
      type: str
    peer:
      description: The address of the peer.
      type: str
    group:
      description: The multicast group.
      type: str
    sent:
      description: How many advertisements were sent, by C(multicast) and by C(unicast).
      type: dict
    refused:
      description: Why the kernel sent none, in the same shape; empty where it did.
      type: dict
    arrived:
      description: How many of the peer came to the interface, in front of the firewall, in the same shape.
      type: dict
    heard:
      description: How many of the peer came through the firewall, in the same shape.
      type: dict
    answers:
      description: Whether the peer answers ARP.
      type: bool
clock:
  description:
    - When the questions to the segment began and ended by the clock of the node (C(started), C(ended)), and when the
      controller asked and had the answer by its own (C(sent), C(received)), in seconds since 1970.
  returned: always
  type: dict
  version_added: 0.4.0
preflight:
  description: What was found for O(preflight); empty without it.
  returned: always
  type: dict
  version_added: 0.4.0
  contains:
    drops:
      description:
        - The firewall rules that drop VRRP on the ways of O(reach), each with C(interface), C(peer), C(kind)
          (V(multicast) or V(unicast)), C(protocol) (of O(reach[].protocol)), C(port), C(direction) (V(in) or V(out)),
          C(tool) (V(nftables), V(iptables), V(firewalld) or V(ufw)), C(place), C(rule) and C(remedy). C(sure) is false
          where something else decides, too.
      type: list
      elements: dict
    rp_filter:
      description: The effective mode of source validation of each interface.
      type: dict
    arp:
      description: The effective C(arp_ignore) and C(arp_announce) of each interface.
      type: dict
    missing_capabilities:
      description: Which of V(NET_ADMIN) and V(NET_RAW) no process of the node can get.
      type: list
      elements: str
    selinux:
      description: Whether it is C(enforcing), the C(interpreter) of the agent, and its C(type).
      type: dict
    managers:
      description:
        - For each interface the C(name) of what manages its addresses (V(systemd-networkd), V(NetworkManager),
          V(ifupdown), or empty), its C(file), and of systemd-networkd C(keep), its KeepConfiguration, and C(netplan).
      type: dict
root:
  description: Whether the module ran as root; other users do not see everything.
  returned: always
  type: bool
  version_added: 0.4.0
real_time:
  description: Whether the kernel grants root real-time scheduling (SCHED_RR); null where the module is not root.
  returned: always
  type: bool
  version_added: 0.4.0
machine_id:
  description: The content of C(/etc/machine-id); empty where there is none.
  returned: always
  type: str
  version_added: 0.4.0
keepalived:
  description:
    - The keepalived that runs VRRP on this node, also beside the agent, with its C(config) and its C(instances). C(msg)
      says why it does not tell them. Empty where none runs, and with O(program=hotstandby).
    - C(service) is its systemd unit, empty where it has none. C(config_id) is the name with which it compares C(@word)
      lines, where its command line gives one. C(count) is how many keepalived do VRRP here; the rest is of the first.
  returned: always
  type: dict
  version_added: 0.4.0
samples:
  description: The samples, in order.
  returned: always
  type: list
  elements: dict
  contains:
    running:
      description: Whether an agent answered.
      type: bool
    instances:
      description:
        - For each instance by name its C(state), C(why), C(warnings), C(standby), C(source), C(master), C(addresses)
          and C(held).
      type: dict
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.arguments import VRRP_INFO
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.module_info import run
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.module_io import end


def main():
    """Look at the agent, keepalived, the interfaces and the segment, and exit with the result; change nothing."""
    end(AnsibleModule(argument_spec=VRRP_INFO, supports_check_mode=True), run)


if __name__ == "__main__":
    main()
