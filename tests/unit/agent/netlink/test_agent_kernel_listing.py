# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Events that are lost lead to a new listing of links and addresses, which is read in portions."""

from __future__ import annotations

import errno

import pytest
from agent_fakes import table
from netlink_scripts import OVERRUN, FakeListing, address, link_down, told, with_events

from vrrp.agent.netlink import kernel as kernel_module
from vrrp.agent.netlink.kernel import RTM_DELADDR
from vrrp.agent.netlink.messages import DumpError


@pytest.fixture
def listings(monkeypatch):
    """The listings that are begun, one after the other; those that were, in ``begun``."""
    waiting, begun = [], []
    monkeypatch.setattr(kernel_module, "Listing", lambda: begun.append(waiting.pop(0)) or begun[-1])
    return waiting, begun


@pytest.mark.usefixtures("clock")
def test_lost_events_lead_to_a_new_listing(kernel, listings):
    kernel.table = table()
    listings[0].append(FakeListing(table(addresses=("192.168.8.5/24",))))
    with_events(kernel, OVERRUN)
    changes = kernel.read_events()
    assert not kernel.stale
    assert told(changes) == [("192.168.8.4/24", False), ("192.168.8.5/24", True)]
    assert listings[1][0].closed


@pytest.mark.usefixtures("clock")
def test_queued_events_are_read_before_a_new_listing_begins(kernel, listings):
    kernel.table = table()
    listings[0].append(FakeListing(table()))
    with_events(kernel, OVERRUN, *[link_down()] * (kernel_module.EVENTS_AT_ONCE + 1))
    kernel.read_events()
    assert (kernel.stale, listings[1]) == (True, []), "not all of it has been read"
    kernel.read_events()
    assert kernel.table.names["eth0"].usable


def test_a_long_listing_is_read_in_portions(kernel, listings, clock):
    kernel.table = table()
    listing = FakeListing(table(addresses=("192.168.8.5/24",)), portions=10)
    advance = listing.advance

    def slow():
        clock[0] += kernel_module.PORTION_S / 2
        advance()

    listing.advance = slow
    listings[0].append(listing)
    with_events(kernel, OVERRUN)
    left = []
    while not kernel.read_events():
        left.append(listing.left)
        assert kernel.stale
    assert left == [7, 4, 1]
    assert not kernel.stale


@pytest.mark.usefixtures("clock")
def test_an_event_during_a_listing_counts_at_once_and_after_it(kernel, listings):
    kernel.table = table()
    listing = FakeListing(table(addresses=("192.168.8.4/24", "192.168.8.5/24")), portions=2)
    listings[0].append(listing)
    events = with_events(kernel, OVERRUN)
    listing.advance = lambda: setattr(kernel_module.time, "monotonic", later)
    later = iter([200.0] * 50).__next__
    assert kernel.read_events() == []
    events.answers += [address(RTM_DELADDR, 4), address(RTM_DELADDR, 5)]
    listing.done = True
    assert told(kernel.read_events()) == [("192.168.8.4/24", False)]
    assert kernel.table.on("eth0") == (), "both are gone, although the listing had seen them"


@pytest.mark.usefixtures("clock")
def test_events_that_are_lost_once_more_end_the_listing(kernel, listings):
    kernel.table = table()
    first = FakeListing(table(addresses=()), portions=2)
    first.advance = lambda: setattr(kernel_module.time, "monotonic", iter([200.0] * 50).__next__)
    listings[0].extend([first, FakeListing(table())])
    events = with_events(kernel, OVERRUN)
    kernel.read_events()
    first.done = True
    events.answers.append(OVERRUN)
    assert kernel.read_events() == []
    assert first.closed and not kernel.stale, "the second one counted"


def test_a_listing_that_fails_is_tried_again_and_not_at_once(kernel, listings, clock):
    kernel.table = table()
    listings[0].append(FakeListing(table(), error=DumpError(errno.EBUSY, "not now")))
    listings[0].append(FakeListing(table(addresses=("192.168.8.5/24",))))
    with_events(kernel, OVERRUN)
    assert (kernel.read_events(), kernel.stale) == ([], True)
    assert (kernel.read_events(), kernel.stale) == ([], True)
    assert len(listings[1]) == 1, "so often that it would keep the loop"
    clock[0] += kernel_module.LISTED_EVERY_S
    assert len(kernel.read_events()) == 2
    assert not kernel.stale
