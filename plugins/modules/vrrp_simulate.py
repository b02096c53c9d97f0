#!/usr/bin/python
# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: vrrp_simulate
short_description: Simulate failures of the pairs of the inventory
version_added: 0.4.0
description:
  - Plays failures in virtual time against the pairs of the play, and says who would own the virtual addresses, and for
    how long a client would get no answer.
  - It runs on the controller, in its process, and connects to no host. It has the inventory, and facts only where
    they are cached. What nobody knows of the network of the hosts is made up; it says so.
  - The pairs are those of all hosts of the play, so say C(run_once).
options:
  fault:
    description:
      - "What happens, such as V(at 10: kill node-a). Several are a list, or one text with V(;) between them."
      - Without it each of the failures that are usual is played by itself.
    type: raw
  report:
    description:
      - The HTML file to write. An SVG and a JSON file of the same name are written beside it.
      - Nothing is written without it, or in check mode.
    type: str
attributes:
  check_mode:
    description: Can run in C(check_mode), and writes no report then.
    support: full
  diff_mode:
    description: Returns what it changes or would change, in diff mode.
    support: none
  action:
    description: It is an action plugin, and has no part that runs on a host.
    support: full
author:
  - the hotstandby.vrrp authors (@hotstandby)
seealso:
  - module: hotstandby.vrrp.vrrp_info
"""

EXAMPLES = r"""
- name: See what usually happens
  hotstandby.vrrp.vrrp_simulate:
  run_once: true

- name: See what the death of a node costs
  hotstandby.vrrp.vrrp_simulate:
    fault: "at 10: kill node-a; at 30: boot node-a"
    report: simulation.html
  run_once: true
"""

RETURN = r"""
lines:
  description: A table for users, with a line for each failure and instance.
  returned: success
  type: list
  elements: str
report:
  description: All of it, with the timeline of each instance.
  returned: success
  type: dict
files:
  description: The files that were written.
  returned: success
  type: list
  elements: str
"""
