# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The fakes replace the kernel, the network and the clock in tests; short functions make test data."""

from __future__ import annotations

import asyncio
import io
import time
from ipaddress import ip_address, ip_interface

from fake_kernel import FakeKernel
from fake_sockets import priority_in

from vrrp.agent.addresses.address_ports import AddressPorts
from vrrp.agent.addresses.lifetime import Leases
from vrrp.agent.addresses.no_accept import NoAcceptTable
from vrrp.agent.addresses.promote_secondaries import Promotion
from vrrp.agent.instance import VrrpInstance
from vrrp.agent.log import Log
from vrrp.agent.netlink.address_request import DesiredAddress
from vrrp.agent.netlink.links import ActualAddress, InterfaceTable, Link
from vrrp.agent.netlink.messages import RTPROT_KEEPALIVED
from vrrp.agent.notify.scripts import NotifyQueue
from vrrp.agent.ports import InstancePorts
from vrrp.agent.restart_memory import RestartMemory
from vrrp.agent.track import interface as links
from vrrp.config.model.configuration import Globals, Instance, VirtualAddress
from vrrp.protocol.event_log import EventLog
from vrrp.protocol.packet import Advertisement

MAC = bytes.fromhex("020000000004")
OWN, PEER, VIP = ip_address("192.168.8.4"), ip_address("192.168.8.6"), ip_interface("192.168.8.100/24")


def eth(name="eth0", index=2, mac=MAC, up=True, running=True) -> Link:
    return Link(index, name, mac, up, running)


def table(*links: Link, addresses=("192.168.8.4/24",)) -> InterfaceTable:
    """Return the table of a machine with these links (eth0 alone if none is named); the first has the addresses."""
    filled = InterfaceTable()
    for link in links or (eth(),):
        filled.links[link.index] = filled.names[link.name] = link
    first = next(iter(filled.links))
    for address in addresses:
        filled.remember(ActualAddress(first, ip_interface(address)))
    return filled


def marked(address: str, index=2) -> ActualAddress:
    """Return an address with keepalived's protocol number, as ours have it: set by a process before this one."""
    return ActualAddress(index, ip_interface(address), protocol=RTPROT_KEEPALIVED)


def crashed(address: str) -> InterfaceTable:
    """Return the table of a machine where a process before this one has left an address."""
    filled = table()
    filled.remember(marked(address))
    return filled


def instance(name="VI_1", addresses=("192.168.8.100/24",), **fields) -> Instance:
    virtual = tuple(VirtualAddress(ip_interface(address)) for address in addresses)
    given = {"interface": "eth0", "virtual_router_id": 51, "line": 1, **fields}
    return Instance(name=name, addresses=virtual, **given)


def advertisement(priority=200, **fields) -> Advertisement:
    return Advertisement(
        **{"version": 2, "vrid": 51, "priority": priority, "addresses": (VIP.ip,), "interval_cs": 100, **fields}
    )


class FakeScheduler:
    """Its time stands still, at ``at``. What is to be called later the running loop calls, as it is."""

    def __init__(self, at=100.0) -> None:
        self.at = at
        self.callbacks: list = []
        self.armed: list = []
        self.arm = self.armed.append

    def now(self):
        return self.at

    def callback(self, function):
        self.callbacks.append(function)
        return function

    def call_soon(self, function):
        return asyncio.get_running_loop().call_soon(function)

    def call_later(self, delay_s, function):
        return asyncio.get_running_loop().call_later(delay_s, function)

    def add_reader(self, descriptor, function):
        asyncio.get_running_loop().add_reader(descriptor, function)

    def remove_reader(self, descriptor):
        asyncio.get_running_loop().remove_reader(descriptor)


class FakeAnnouncer:
    def __init__(self, done) -> None:
        self.done = done
        self.intervals_s: list = []
        self.under_way: set = set()  # the keys of bursts that were not cancelled

    def arrange(self, groups):
        pass

    def repeat_every(self, key, first_s, every_s, announce):
        self.done.append(("repeat_every", first_s, every_s))

    def burst(self, key, wanted, repeat, interval_s, filled, gna_interval_s=0.0):
        self.done.append(("announce", repeat, *(str(want.address) for want in wanted)))
        self.intervals_s.append(interval_s)
        self.under_way.add(key)

    def usable(self, places):
        pass

    def cancel(self, key):
        self.under_way.discard(key)


class FakeSender:
    """It keeps what was sent; ``error`` is the result of sending."""

    error = None

    def __init__(self, done) -> None:
        self.done = done

    def send(self, packet, destination):
        if self.error is None:
            self.done.append(("send", priority_in(packet), destination))
        return self.error


def silent(kind, name, state, priority) -> None:
    """There is no FIFO."""


def address_ports(kernel, announcer, log, **given) -> AddressPorts:
    """Return the ports of addresses on a machine where no other instance holds any."""
    alone = {
        "leases": Leases(kernel),
        "firewall": NoAcceptTable(),
        "promotion": Promotion(kernel, log),
        "held_elsewhere": lambda key, addresses: frozenset(),
        "routes_held_elsewhere": lambda key: frozenset(),
        "arm": lambda at: None,
    }
    return AddressPorts(kernel=kernel, announcer=announcer, log=log, **{**alone, **given})


def instance_ports(kernel, log, **given) -> InstancePorts:
    """Return the ports of an instance that is alone: no sync group, nothing static, nothing that waits."""
    alone = {
        "trouble": lambda name: links.trouble(kernel.table.names.get(name)),
        "static_faults": lambda name: (),
        "transition": lambda: None,
        "remember": lambda: None,
        "acted": lambda instance, actions: None,
    }
    return InstancePorts(log=log, table=lambda: kernel.table, **{**alone, **given})


class Bench:
    """One running instance with fakes around it. ``done`` is everything it did to the outside, in order.

    ``told`` are the lines of a FIFO, ``beats`` the signs of life. ``saved`` is what the process before this one has
    left; ``more`` are ports of the instance that are not those of one that is alone.
    """

    def __init__(
        self,
        config: Instance,
        filled=None,
        settings=Globals(),  # noqa: B008
        others=frozenset(),
        saved=None,
        **more,
    ) -> None:
        self.done: list = []
        self.text = io.StringIO()
        self.kernel = FakeKernel(self.done, filled if filled is not None else table())
        self.sender = FakeSender(self.done)
        self.announcer = FakeAnnouncer(self.done)
        self.armed: list = []
        self.told: list = []
        self.beats: list = []
        self.virtual = frozenset(entry.address for entry in config.addresses)
        self.others = others
        self.other_routes: frozenset = frozenset()
        log = Log(self.text, clock=time.monotonic)
        self.ports = address_ports(
            self.kernel,
            self.announcer,
            log,
            held_elsewhere=lambda key, addresses: self.others,
            routes_held_elsewhere=lambda key: self.other_routes,
            arm=self.armed.append,
        )
        own = instance_ports(
            self.kernel,
            log,
            sender=lambda interface, version: self.sender,
            virtual=lambda: self.virtual,
            arm=self.armed.append,
            **more,
        )
        self.instance = VrrpInstance(
            config,
            settings,
            own,
            self.ports,
            RestartMemory(self.beats.append, saved),
            NotifyQueue(config.name, log, lambda *line: self.told.append(line)),
            EventLog(),
        )
        self.instance.interface_changed(0.0)
        self.instance.addresses.remove_leftovers()

    @property
    def state(self) -> str:
        return self.instance.router.state.value

    def start(self, now=0.0) -> Bench:
        self.instance.start(now)
        return self

    def stop(self, now: float) -> None:
        self.instance.inputs.stop(now)

    def master(self, now=10.0) -> Bench:
        """Make it MASTER, as no peer advertises. Its actions until then are forgotten."""
        self.start(now - 4.0)  # priority 100 at one second takes over after 3.61 s
        self.instance.expire(now)
        assert self.state == "MASTER"
        self.done.clear()
        return self

    def links_become(self, *links: Link, addresses=("192.168.8.4/24",)) -> None:
        """Give the host these links, or none; the addresses are on the first."""
        self.kernel.table = table(*links, addresses=addresses) if links else InterfaceTable()
        self.instance.interface_changed(11.0)

    def lines(self) -> list[str]:
        """Return the log without its times."""
        return [line.split(" ", 2)[2] for line in self.text.getvalue().splitlines()]


def want(address: str, index=2, **fields) -> DesiredAddress:
    return DesiredAddress(index, ip_interface(address), **fields)


def gone(pid, within_s=5.0):
    """Return whether the process ends in time; poll, because a killed orphan stays until it is reaped."""
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        try:
            with open(f"/proc/{pid}/stat", encoding="ascii") as file:
                if file.read().rsplit(")", 1)[1].split()[0] == "Z":
                    return True
        except (FileNotFoundError, ProcessLookupError):
            return True
        time.sleep(0.01)
    return False
