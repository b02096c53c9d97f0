#!/usr/bin/python
# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: vrrp_probe
short_description: Count what a client of virtual addresses loses
version_added: 0.4.0
description:
  - Sends a probe to each address at an interval and counts those that are not answered within a second. It runs on the
    host of a client, not on a node of the pair, and needs only Python there.
  - With C(async) and O(while_exists) it runs beside other tasks.
options:
  addresses:
    description:
      - The addresses to probe. A prefix length is ignored.
    type: list
    elements: str
    required: true
  port:
    description:
      - A TCP port to connect to. A connection that is refused is no answer.
      - Without it the probes are ICMP echo requests. These need root, or the group of the user in the sysctl
        C(net.ipv4.ping_group_range), as most distributions set it.
    type: int
  interval:
    description:
      - Seconds between two probes, at least 0.001.
    type: float
    default: 0.01
  seconds:
    description:
      - For how many seconds to probe at most.
    type: float
    default: 10
  while_exists:
    description:
      - A file. The module ends when it is gone.
      - The module writes the line C(begun) into it when the first probes are sent, so a task can wait for that.
    type: path
extends_documentation_fragment:
  - hotstandby.vrrp.attributes
attributes:
  check_mode:
    description: It only sends probes.
  diff_mode:
    description: It only sends probes.
    support: N/A
  platform:
    details:
      - Linux with Python 3.9 or later.
author:
  - the hotstandby.vrrp authors (@hotstandby)
seealso:
  - module: hotstandby.vrrp.vrrp_fault
"""

EXAMPLES = r"""
- name: Probe the virtual address for five seconds, 100 times a second
  hotstandby.vrrp.vrrp_probe:
    addresses: [192.168.8.100]
    seconds: 5
  delegate_to: client.example.org

- name: Connect to the web server 20 times a second instead
  hotstandby.vrrp.vrrp_probe:
    addresses: [192.168.8.100]
    port: 443
    interval: 0.05
  delegate_to: localhost
"""

RETURN = r"""
started_at:
  description: When the first probe was sent by the clock of the host, in seconds since 1970.
  returned: success
  type: float
seconds:
  description: For how long probes were sent.
  returned: success
  type: float
counts:
  description: The result for each address.
  returned: success
  type: list
  elements: dict
  contains:
    address:
      description: The address.
      type: str
    sent:
      description: How many probes were sent.
      type: int
    lost:
      description: How many were not answered within a second.
      type: int
    lost_s:
      description: For how many seconds there was no answer, in all.
      type: float
    longest_s:
      description: The longest loss in seconds, from its first probe to the next one that was answered.
      type: float
    losses:
      description:
        - Each loss with C(from_s) and C(to_s), seconds since the first probe, and its C(count) of probes. The first 500
          are listed.
      type: list
      elements: dict
    longest_gap_s:
      description: The longest time between two probes. Where it is long, the host itself was late.
      type: float
clock:
  description:
    - When the module began and ended by the clock of the host (C(started), C(ended)). Unless with C(async), also when
      the controller asked and had the answer by its own (C(sent), C(received)), in seconds since 1970.
  returned: success
  type: dict
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.module_io import end
from ansible_collections.hotstandby.vrrp.plugins.module_utils.drill.module_probe import run


def main():
    """Probe addresses and exit with what was lost; change nothing."""
    arguments = {
        "addresses": {"type": "list", "elements": "str", "required": True},
        "port": {"type": "int"},
        "interval": {"type": "float", "default": 0.01},
        "seconds": {"type": "float", "default": 10},
        "while_exists": {"type": "path"},
    }
    end(AnsibleModule(argument_spec=arguments, supports_check_mode=True), run)


if __name__ == "__main__":
    main()
