# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It holds parts of the documentation that several modules or filters share."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options: {}
attributes:
  check_mode:
    description: Can run in C(check_mode) and return what it would change, without changing it.
    support: full
  diff_mode:
    description: Returns what it changes or would change, in diff mode.
    support: full
  platform:
    description: Systems that it works on.
    platforms: posix
    support: full
    details:
      - Linux with systemd and Python 3.9 or later.
"""

    RUNTIME_DIR = r"""
options:
  runtime_dir:
    description:
      - Where the agent has its control socket.
    type: path
    default: /run/hotstandby
"""

    PROGRAM = r"""
options:
  program:
    description:
      - Which program does VRRP on the node.
      - With V(keepalived) the module works with the service C(keepalived) and C(/etc/keepalived/keepalived.conf).
    type: str
    choices: [hotstandby, keepalived]
    default: hotstandby
    version_added: 0.4.0
"""

    REACH = r"""
options:
  reach:
    description:
      - The ways to the peer, as P(hotstandby.vrrp.attempts#filter) returns them.
    type: list
    elements: dict
    default: []
    version_added: 0.4.0
    suboptions:
      interface:
        description:
          - The interface of the pair on this node.
        type: str
        required: true
      source:
        description:
          - The address of this host.
        type: str
        required: true
      peer:
        description:
          - The address of the peer, of the same IP version.
        type: str
        required: true
      unicast:
        description:
          - Whether the pair uses unicast.
        type: bool
        default: false
      protocol:
        description:
          - V(vrrp), or V(ah) where the pair has C(auth_type AH), which is IP protocol 51 instead of 112. V(udp) is what
            the agents tell each other beside VRRP, with O(reach[].port).
        type: str
        choices: [vrrp, ah, udp]
        default: vrrp
      port:
        description:
          - The UDP port of both hosts.
        type: int
      group:
        description:
          - The multicast group, where it is not that of the protocol.
        type: str
      version:
        description:
          - The version of VRRP; over IPv6 it is always 3. It does not matter to a firewall.
        type: int
        choices: [2, 3]
        default: 2
      virtual_router_ids:
        description:
          - The virtual router ids of the pair. No attempt uses them, and they do not matter to a firewall.
        type: list
        elements: int
        default: []
"""

    ACTION_GROUP = r"""
options: {}
attributes:
  action_group:
    description: Use C(group/hotstandby.vrrp.vrrp) in C(module_defaults) to set defaults for this module.
    support: full
    membership:
      - hotstandby.vrrp.vrrp
"""

    PAIR = r"""
options:
  _input:
    description:
      - The names of the two hosts.
    type: list
    elements: str
    required: true
  variables:
    description:
      - For each host a mapping of its variables, such as C(hostvars). The variables C(ha_pair_*) are those of the role
        P(hotstandby.vrrp.ha_pair#role).
      - The network facts are taken from C(ha_pair_interfaces), with the value of
        RV(hotstandby.vrrp.vrrp_info#module:interfaces), or else from the facts of M(ansible.builtin.setup).
    type: dict
    required: true
"""

    FOUND = r"""
options:
  _input:
    description:
      - The hosts of the pair.
    type: list
    elements: str
    required: true
  found:
    description:
      - For each host the result of M(hotstandby.vrrp.vrrp_info).
    type: dict
    required: true
  plan:
    description:
      - The result of P(hotstandby.vrrp.instances#filter).
    type: dict
    required: true
"""

    PLAY = r"""
options:
  _input:
    description:
      - The hosts of the play.
    type: list
    elements: str
    required: true
"""

    INVENTORY = r"""
options:
  hostvars:
    description:
      - The variables of the hosts, with what the role P(hotstandby.vrrp.ha_pair#role) has noted of each.
    type: dict
    required: true
  groups:
    description:
      - The groups of the inventory.
    type: dict
    required: true
"""
