# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tests of virtual addresses share an instance's addresses with a fake kernel."""

from __future__ import annotations

import io
from dataclasses import replace
from ipaddress import ip_interface

from agent_fakes import FakeAnnouncer, address_ports, instance, table
from fake_kernel import FakeKernel

from vrrp.agent.addresses.address_config import AddressConfig
from vrrp.agent.addresses.virtual_addresses import VirtualAddresses
from vrrp.agent.log import Log
from vrrp.config.model.configuration import Globals

VIP, SECOND = "192.168.8.100/24", "192.168.8.101/24"
PLACE, SECOND_PLACE = (2, ip_interface(VIP)), (2, ip_interface(SECOND))
REFUSED = f"cannot set {VIP} on eth0: no"


class Kernel(FakeKernel):
    """It fails to release when it is told to."""

    stuck = ()

    def release(self, wanted):
        super().release(wanted)
        return [f"cannot remove {address}" for address in self.stuck]


class Announcer(FakeAnnouncer):
    def repeat_every(self, key, first_s, every_s, announce):
        super().repeat_every(key, first_s, every_s, announce)
        self.again = announce

    def cancel(self, key):
        self.done.append(("cancel", key))
        super().cancel(key)


class Parts:
    """``vips`` under the key "k"; ``others`` are what other instances hold."""

    def __init__(self, config=None, filled=None, settings=Globals(), others=()):  # noqa: B008
        self.done, self.text, self.armed = [], io.StringIO(), []
        self.kernel = Kernel(self.done, filled or table())
        self.announcer = Announcer(self.done)
        ports = address_ports(
            self.kernel,
            self.announcer,
            Log(self.text),
            held_elsewhere=lambda key, addresses: frozenset(others),
            arm=self.armed.append,
        )
        self.leases = ports.leases
        self.vips = VirtualAddresses("k", AddressConfig.of(config or instance(), settings), ports)
        self.vips.look()

    def master(self, now=10.0):
        self.vips.install(now)
        self.done.clear()
        return self

    def lines(self):
        return [line.split(" ", 2)[2] for line in self.text.getvalue().splitlines()]

    def renewed(self):
        self.kernel.renewed.clear()
        self.leases.renew(1_000_000.0)
        return [text.split()[0] for text in self.kernel.renewed]


def both(**fields):
    return instance(addresses=(VIP, SECOND), **fields)


def with_entry(**fields):
    made = instance()
    return replace(made, addresses=(replace(made.addresses[0], **fields),))
