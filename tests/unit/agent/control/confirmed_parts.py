# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tests of a confirmed reload share an agent whose clock, timers and wire are theirs."""

from __future__ import annotations

import base64
import json
import zlib
from ipaddress import ip_address

from agent_fakes import eth

from vrrp.agent.netlink.links import LinkChanged
from vrrp.agent.network.authentication import Authenticator
from vrrp.config import loader

FILE = """\
global_defs {
    router_id NodeA
}
vrrp_instance %(name)s {
    interface eth0
    virtual_router_id %(vrid)d
    priority %(priority)d
    %(more)s
    virtual_ipaddress {
        %(addresses)s
    }
}
"""
VIP, SECOND = "192.168.8.100/24", "192.168.8.101/24"
PEER = ip_address("192.168.8.6")
CONFIRM_S = 30.0
DOWN_S = 3 + (256 - 90) / 256  # Master_Down_Interval of VRRPv2 at priority 90


def text(vrid=51, name="VI_1", priority=90, more="", addresses=(VIP,), end=""):
    fields = {"vrid": vrid, "name": name, "priority": priority, "more": more}
    return FILE % {**fields, "addresses": "\n        ".join(addresses)} + end


class Timer:
    """It is a timer of the parts."""

    def __init__(self, at, callback):
        self.at, self.callback, self.cancelled = at, callback, False

    def cancel(self):
        self.cancelled = True


class Node:
    """It is an agent with a clock, timers and a wire of the test's own."""

    def __init__(self, machine):
        self.machine, self.agent, self.timers = machine, machine.agent, []

    def later(self, delay_s, callback):
        self.timers.append(Timer(self.machine.now + delay_s, callback))
        return self.timers[-1]

    @property
    def instance(self):
        return next(iter(self.agent.instances.running.values()))

    @property
    def state(self):
        return self.instance.router.state.value

    @property
    def vrid(self):
        return self.agent.configuration.instances[0].virtual_router_id

    @property
    def discarded(self):
        return {**self.instance.reporter.counters.discarded, **self.agent.discarded.discarded}

    def brings(self, file, priority=100, place=("eth0", 4)):
        """Put what a master with this file sends into the socket."""
        for config in loader.load(file, "f").instances:
            sender = Authenticator(config)
            sender.take(config, PEER)
            ((packet, _destination),) = sender.packets(priority)
            self.agent.network.receivers[place].socket.waiting.append(packet)

    def hears(self, now, file, priority=100):
        """Have it hear a master with this file."""
        self.machine.now = now
        self.brings(file, priority)
        self.agent.network.drain(now)
        self.ring()

    def ring(self):
        for timer in [each for each in self.timers if not each.cancelled and each.at <= self.machine.now]:
            timer.cancelled = True
            timer.callback()

    def until(self, end, master=None):
        """Let time pass, with each deadline and each timer in its order. ``master`` is the file of a living one."""
        while self.machine.now < end:
            now = round(self.machine.now + 0.25, 3)
            if master is not None and now % 1 == 0:
                self.brings(master)
            self.machine.due(now)
            self.agent.network.drain(now)
            self.ring()

    def change(self, candidate, confirm_s=CONFIRM_S, now=None):
        self.machine.now = self.machine.now if now is None else now
        packed = base64.b64encode(zlib.compress(candidate.encode())).decode()
        answer = self.agent._commands.handle("confirmed_reload", {"candidate": packed, "confirm_s": confirm_s})
        return json.loads(json.dumps(answer))

    def link(self, up):
        new = eth(running=up)
        self.machine.kernel.table.links[2] = self.machine.kernel.table.names["eth0"] = new
        self.machine.events(LinkChanged(eth(running=not up), new))

    def lines(self):
        return "\n".join(self.machine.lines())


def parts(rig, play):
    """Return ``run(scenario, first)``: ``scenario(node)`` has an agent with the file ``first``, a BACKUP."""

    def run(scenario, first=None):
        async def started():
            file = first or text()
            async with rig(*loader.load(file, "f").instances) as machine:
                machine.agent.configuration = loader.load(file, str(machine.path))
                machine.path.write_text(file)
                node = Node(machine)
                machine.agent.confirmed._later = node.later
                node.hears(100.5, file)
                assert node.state == "BACKUP" and node.instance.router.master is not None
                scenario(node)

        play(started)

    return run
