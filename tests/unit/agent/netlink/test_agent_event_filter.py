# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter lets only some events wake the agent. Its program is run here as the kernel runs it."""

from __future__ import annotations

import socket
import struct

import pytest

from vrrp.agent.netlink import event_filter

REQUESTS, RENEWALS, STRANGER = 11, 12, 13
NEW_LINK, NEW_ADDRESS, DEL_ADDRESS = 16, 20, 21
NEW_ROUTE, DEL_ROUTE, NEW_RULE, DEL_RULE = 24, 25, 32, 33


@pytest.fixture
def passes(monkeypatch):
    """Return ``passes(kind, port, protocol)``, which says whether an event gets through."""
    programs = []
    monkeypatch.setattr(event_filter, "attach", lambda sock, *program: programs.append(program))
    event_filter.only_what_matters(None, REQUESTS, RENEWALS)
    (program,) = programs

    def run(kind, port, protocol=18):
        data = struct.pack("=IHHII", 28, kind, 0, 0, port) + bytes([2, 24, 0, 0, 254, protocol, 0, 1]) + bytes(4)
        value, at = 0, 0
        while True:
            code, yes, no, operand = program[at]
            at += 1
            if code == 0x06:
                return operand > 0
            if code == 0x15:
                at += yes if value == operand else no
            else:
                size = {0x20: 4, 0x28: 2, 0x30: 1}[code]
                value = int.from_bytes(data[operand : operand + size], "big")

    return run


@pytest.mark.parametrize("kind", [NEW_LINK, NEW_ADDRESS, DEL_ADDRESS])
def test_links_and_addresses_unless_we_have_renewed_them(passes, kind):
    assert [passes(kind, port) for port in (STRANGER, REQUESTS, RENEWALS)] == [True, True, False]


@pytest.mark.parametrize("kind", [NEW_ROUTE, NEW_RULE])
def test_new_routes_and_rules_do_not_pass_the_filter(passes, kind):
    assert not any(passes(kind, port) for port in (STRANGER, REQUESTS, RENEWALS))


def test_our_routes_that_others_delete_pass_the_filter(passes):
    assert passes(DEL_ROUTE, STRANGER)
    assert not passes(DEL_ROUTE, STRANGER, protocol=186)  # a routing daemon's
    assert not passes(DEL_ROUTE, REQUESTS)


def test_rules_that_others_delete_pass_the_filter(passes):
    assert passes(DEL_RULE, STRANGER)
    assert not passes(DEL_RULE, REQUESTS)


def test_the_kernel_accepts_the_filter():
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0) as sock:
        event_filter.only_what_matters(sock, REQUESTS, RENEWALS)
        event_filter.watch_routes(sock)
