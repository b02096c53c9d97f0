# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It holds what tests of the state machine share: the standby of the article, and short names for its actions."""

from __future__ import annotations

import copy
from ipaddress import IPv4Address

from vrrp.protocol.actions import SendAdvertisement
from vrrp.protocol.packet import Advertisement
from vrrp.protocol.router import VirtualRouter
from vrrp.protocol.states import Parameters, State

A, B = IPv4Address("192.168.8.4"), IPv4Address("192.168.8.6")
VIP = IPv4Address("192.168.8.100")
T = 1000.0
ARTICLE_B = Parameters(version=2, vrid=51, priority=90, interval_cs=100, source=B)
DOWN_B = 3.6484375  # 3 * 1 s + 166/256 s
SKEW_B = 0.6484375


def advert(priority, interval_cs=100, version=2):
    return Advertisement(version, 51, priority, (VIP,), interval_cs)


def kinds(actions):
    return [type(action).__name__ for action in actions]


def sent(actions):
    return [action.priority for action in actions if isinstance(action, SendAdvertisement)]


def decided(decision, router, *arguments):
    """Return the decision, and check that the router is as it was."""
    before = copy.copy(vars(router))
    transition = decision(router, *arguments)
    assert vars(router) == before
    return transition


def backup(parameters=ARTICLE_B, now=T):
    router = VirtualRouter(parameters)
    assert kinds(router.start(now)) == ["Notify"]
    assert router.state is State.BACKUP
    return router


def master(parameters=ARTICLE_B, now=T):
    router = backup(parameters, now - 100)
    router.expire(router.deadline)
    while router.deadline < now - 2 * parameters.interval_cs / 100:
        router.expire(router.deadline)
    assert router.state is State.MASTER
    router.expire(now)
    return router


TAKEOVER = ["InstallAddresses", "Announce", "SendAdvertisement", "Notify"]
POLITE = ["InstallAddresses", "Announce", "Notify"]  # from a living master, which hears of it 10 ms later
POLITE_S = 0.01
