# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It has the common parts of the simulator's tests: the pair of the article, and readers of the results."""

from __future__ import annotations

from oracle.play import play
from vrrp.simulation.scenario import from_text
from vrrp.simulation.timeline import ADDRESS, STATE

PAIR = """
seed 1 version 2 delay 0.0002 to 0.0002 until {until}
node node-a priority=100 interval=1 address=192.0.2.4 epoch=5000.4
node node-b priority=90 interval=1 address=192.0.2.6 epoch=700.7
"""
DOWN_B_S = 3.6484375  # 3 * 1 s + 166/256 s


def pair(*faults, until=60.0):
    """Return the pair with these faults; it has settled at 10 s, and node-a is MASTER."""
    return from_text("\n".join([PAIR.format(until=until).strip(), *faults]))


def run_pair(*faults, until=60.0, **options):
    run = play(pair(*faults, until=until), **options)
    assert run.violation is None, run.violation
    return run


def states(run, name, since=0.0):
    """Return (at, state) of a node, rounded to a millisecond."""
    own = [entry for entry in run.timeline.entries if (entry.node, entry.kind) == (name, STATE) and entry.at >= since]
    return [(round(entry.at, 3), entry.value) for entry in own]


def addresses(run, name, since=0.0):
    own = [entry for entry in run.timeline.entries if (entry.node, entry.kind) == (name, ADDRESS)]
    return [(round(entry.at, 3), entry.value) for entry in own if entry.at >= since]


def losses(run, since=10.0):
    return [(round(begin, 3), round(end, 3)) for begin, end in run.client.losses(since, run.ended_at)]
