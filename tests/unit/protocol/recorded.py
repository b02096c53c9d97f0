# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Record a router and its journal in some stories."""

from __future__ import annotations

import random
from dataclasses import replace

from routers import ARTICLE_B, VIP, A, B, T, advert

from vrrp.protocol.event_codec import INPUTS, Header, Record, line, read, written
from vrrp.protocol.event_log import LIMIT, EventLog
from vrrp.protocol.override import CommandRefused
from vrrp.protocol.packet import Advertisement
from vrrp.protocol.router import VirtualRouter

HEADER = Header("VI_1", "eth0", 51, "0.1.0", monotonic=T, wall=1_700_000_000.0)
SECRET = b"s3cr3t!!"


class Recorded:
    """It gives the router an input at ``now`` with ``feed``, and notes it, as the agent does."""

    def __init__(self, parameters=ARTICLE_B, limit=LIMIT, now=T) -> None:
        self.now = now
        self.router = VirtualRouter(parameters)
        self.journal = EventLog(limit)
        self.asked = []  # all actions, in order

    def feed(self, name, *arguments, now=None):
        self.now = self.now if now is None else now
        actions = getattr(self.router, name)(**dict(zip(INPUTS[name], arguments)), now=self.now)
        self.asked.append(actions)
        self.journal.note(self.now, name, arguments, actions, self.router)
        return actions

    def text(self) -> str:
        return "".join(f"{line(each)}\n" for each in written(HEADER, self.journal))

    def record(self) -> Record:
        (record,) = read(self.text())
        return record


def failover(limit=LIMIT) -> Recorded:
    """Return the story of a standby that hears the master for a while, takes over, advertises, and stops."""
    story = Recorded(replace(ARTICLE_B, source=None), limit)
    story.feed("source_changed", B)
    story.feed("start")
    heard = Advertisement(2, 51, 100, (VIP,), 100, 1, SECRET)
    for second in range(1, 41):
        story.feed("advertisement", heard, A, now=T + second * 1.001)
    for _advertisement in range(30):
        story.feed("expire", now=story.router.deadline + 0.0004)
    story.feed("stop", now=story.now + 0.3)
    story.feed("expire", now=story.router.deadline)
    return story


def anything(seed: int, limit=LIMIT, inputs=400) -> Recorded:
    """Return a story of random inputs, most of them what a network sends."""
    chance = random.Random(seed)
    parameters = replace(
        ARTICLE_B,
        version=chance.choice((2, 3)),
        preempt=chance.random() < 0.8,
        preempt_delay_s=chance.choice((0.0, 0.0, 4.0)),
        refresh_s=chance.choice((0.0, 7.0)),
    )
    story = Recorded(parameters, limit)
    story.feed("start")
    adverts = [advert(priority, version=parameters.version) for priority in (0, 50, 100, 150)]
    for _input in range(inputs):
        what, choice = chance.random(), chance.choice(adverts)
        soon = story.now + chance.choice((0.0, 0.01, 0.3, 1.0, 1.0, 5.0))
        if what < 0.35:
            for _again in range(chance.randrange(1, 6)):
                story.feed("advertisement", choice, A, now=story.now + chance.uniform(0.9, 1.1))
        elif what < 0.7:
            for _again in range(chance.randrange(1, 6)):
                deadline = story.router.deadline
                if deadline is not None:
                    story.feed("expire", now=max(deadline, story.now) + chance.choice((0.0, 0.0005, 0.2, 4.0)) * 0.5)
        elif what < 0.8:
            story.feed("priority_changed", chance.choice((80, 90, 120)), now=soon)
        elif what < 0.86:
            story.feed("fault_changed", chance.choice(((), ("interface eth0 is down",))), now=soon)
        elif what < 0.9:
            story.feed("parameters_changed", replace(parameters, priority=chance.choice((90, 110))), now=soon)
        else:
            try:
                story.feed(
                    chance.choice(("promote", "demote", "release", "drain", "undrain", "stop", "abort", "start")),
                    now=soon,
                )
            except CommandRefused:
                continue  # not an input: it has changed nothing
    return story
