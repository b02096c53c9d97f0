# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tests of the receiver share one on a fake socket, with one instance."""

from __future__ import annotations

import io

from agent_fakes import OWN, PEER, FakeScheduler, instance

from vrrp.agent.log import Log
from vrrp.agent.network import advertisement
from vrrp.agent.network.authentication import Authenticator
from vrrp.agent.network.receiver import Receiver
from vrrp.agent.statistics import Counters
from vrrp.config.model.configuration import Authentication

PASSWORD = Authentication("PASS", "1111")


class FakeSocket:
    interface = "eth0"

    def __init__(self, version=4):
        self.version = version
        self.waiting = []
        self.joined = []

    def receive(self):
        return self.waiting.pop(0) if self.waiting else None

    def join(self, group):
        self.joined.append(str(group))

    def stay_in(self, groups):
        self.stays_in = {str(group) for group in groups}


class Listener:
    """It is an instance as the receiver sees it."""

    def __init__(self, config, source=OWN):
        self.name = config.name
        self.virtual_router_id = config.virtual_router_id
        self.counters = Counters()
        self.authenticator = Authenticator(config, wall=lambda: self.wall)
        self.authenticator.take(config, source)
        self.wall = 1_700_000_000.0
        self.master = None
        self.heard_of = []
        self.refused_of = []

    def follows(self, source):
        return source == self.master

    def said(self, now):
        return (100,)

    def refused(self, reason, source, detail, now, interval_s):
        self.counters.discard(reason)
        self.refused_of.append((reason, str(source), interval_s))

    def heard(self, advertisement, source, now):
        self.heard_of.append((advertisement.priority, str(source), now))


class Line:
    """It is a receiver with one instance."""

    def __init__(self, config, source=OWN):
        self.socket, self.text, self.unknown = FakeSocket(config.ip_version), io.StringIO(), Counters()
        self.now = 0.0
        scheduler = FakeScheduler()
        scheduler.now = lambda: self.now
        self.receiver = Receiver(self.socket, Log(self.text), self.unknown.discard, scheduler)
        self.instance = Listener(config, source)
        self.receiver.add(self.instance)

    def receive(self, *packets, now=1.0):
        self.socket.waiting += packets
        self.receiver.drain(now)


def from_peer(config=None, priority=200, source=PEER, **fields):
    config = instance(**{"authentication": PASSWORD, **fields}) if config is None else config
    ((packet, _destination),) = advertisement.packets(config, source, priority)
    return packet


def with_octet(packet, at, value):
    changed = bytearray(packet)
    changed[at] = value
    return bytes(changed)
