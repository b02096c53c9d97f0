# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tests of a reload share a file of one instance, and a second instance."""

from __future__ import annotations

FILE = """\
global_defs {{
    router_id NodeA
}}
vrrp_instance {name} {{
    interface {interface}
    virtual_router_id {vrid}
    priority {priority}
    virtual_ipaddress {{
        {vip}
    }}
}}
"""
SECOND = FILE[FILE.index("vrrp_instance") :].format(
    name="VI_2", interface="eth0", vrid=52, priority=100, vip="192.168.8.102/24"
)
VIP = "192.168.8.100/24"


def text(**fields):
    return FILE.format(**{"name": "VI_1", "interface": "eth0", "vrid": 51, "priority": 100, "vip": VIP, **fields})


def found_in_file(machine):
    """Return what a child process finds in the file, instead of applying it."""
    machine.agent.fork.run = lambda look, take: look()
    return machine.agent.reload.reload()


def moved(machine):
    """Return everything that the segment could have noticed."""
    sent = [packet for receiver in machine.agent.network.receivers.values() for packet in receiver.socket.sent]
    return machine.kernel.done + sent


NOTHING = {"added": [], "removed": [], "changed": [], "changes": [], "warnings": []}
