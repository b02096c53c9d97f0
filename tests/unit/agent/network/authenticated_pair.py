# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pair has one side that signs advertisements and one that verifies them."""

from __future__ import annotations

import io

from agent_fakes import FakeScheduler

from vrrp.agent.log import Log
from vrrp.agent.network.authentication import Authenticator
from vrrp.agent.network.receiver import Receiver
from vrrp.agent.statistics import Counters
from vrrp.config.model.configuration import Authentication

NOW = 1_790_000_000.0
AH = {"authentication": Authentication("AH", "1111")}


class Socket:
    interface = "eth0"

    def __init__(self, version):
        self.version, self.waiting, self.groups = version, [], []

    def receive(self):
        return self.waiting.pop(0) if self.waiting else None

    def join(self, group):
        self.groups.append(str(group))

    def stay_in(self, groups):
        pass


class Side:
    """It has the receiver of one instance; ``now`` is its clock."""

    def __init__(self, config, own, now=NOW):
        self.now = now
        self.name, self.virtual_router_id, self.counters = config.name, config.virtual_router_id, Counters()
        self.own, self.text, self.heard_of = own, io.StringIO(), []
        self.authenticator = Authenticator(config, wall=lambda: self.now)
        self.authenticator.take(config, own)
        self.socket, self.unknown = Socket(own.version), Counters()
        self.receiver = Receiver(self.socket, Log(self.text), self.unknown.discard, FakeScheduler(0.0))
        self.receiver.add(self)

    def said(self, now):
        return (100,)

    def refused(self, reason, source, detail, now, interval_s):
        self.counters.discard(reason)

    def follows(self, source):
        return False

    def heard(self, advertisement, source, now):
        self.heard_of.append((advertisement.priority, str(source)))

    def take(self, config):
        """Take a changed configuration, as a reload does."""
        self.authenticator.take(config, self.own)
        self.receiver.forget(51)
        self.receiver.add(self)

    def receive(self, *packets):
        self.socket.waiting += packets
        before = len(self.heard_of)
        self.receiver.drain(1.0)
        return len(self.heard_of) - before


class Sender:
    def __init__(self, config, source, now=NOW):
        self.now, self.source = now, source
        self.authenticator = Authenticator(config, wall=lambda: self.now)
        self.take(config)

    def take(self, config):
        self.config = config
        self.authenticator.take(config, self.source)

    def say(self, priority=200, at=None):
        """Return the packet of one advertisement."""
        self.now = self.now + 0.1 if at is None else at
        return self.authenticator.packets(priority)[0][0]
