# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filters, run by the kernel."""

from __future__ import annotations

import socket

import pytest

from vrrp.agent.netlink.bpf import LOAD_HALF, LOAD_OCTET, LOAD_WORD, attach, only


@pytest.fixture
def ends():
    pair = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    yield pair
    for end in pair:
        end.close()


def passing(ends, frames):
    for frame in frames:
        ends[0].send(frame)
    ends[1].setblocking(False)
    found = []
    while True:
        try:
            found.append(ends[1].recv(100))
        except BlockingIOError:
            return found


def test_a_filter_needs_all_its_tests(ends):
    attach(ends[1], *only((LOAD_OCTET, 0, 1), (LOAD_HALF, 1, 0x0203), (LOAD_WORD, 3, 0x04050607)))
    good = bytes(range(1, 9))
    bad = [good[:place] + b"\xff" + good[place + 1 :] for place in range(7)]
    assert passing(ends, [*bad, good, good[:6], b"x"]) == [good]


def test_a_filter_without_tests_takes_everything(ends):
    attach(ends[1], *only())
    assert passing(ends, [b"a", b"b" * 90]) == [b"a", b"b" * 90]
