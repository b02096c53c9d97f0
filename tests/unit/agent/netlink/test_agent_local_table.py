# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The kernel is asked whether it accepts packets for an address, and its answer is understood."""

from __future__ import annotations

import struct
from ipaddress import ip_interface

import pytest

from vrrp.agent.netlink import local_table
from vrrp.agent.netlink.local_table import BATCH, LocalRoutes, question

FIRST, SECOND = (2, ip_interface("fd00:8::100/64")), (2, ip_interface("fe80::8:100/64"))
UNICAST, LOCAL, ENETUNREACH = 1, 2, 101


class Kernel:
    """A netlink socket. ``routes`` are the types of the routes by address; what has none is unreachable."""

    routes: dict = {}
    opened = 0
    error = None

    def __init__(self, *kind):
        type(self).opened += 1
        self.waiting = []

    def settimeout(self, seconds):
        pass

    def send(self, data):
        if self.error is not None:
            raise self.error
        self.waiting = []
        while data:
            length, kind, flags, sequence, _port = struct.unpack_from("=IHHII", data)
            assert (kind, flags) == (26, 1)  # RTM_GETROUTE, NLM_F_REQUEST
            self.waiting.insert(0, self._answer(sequence, bytes(data[32:48])))  # in any order
            data = data[length:]

    def _answer(self, sequence, packed):
        kind = self.routes.get(packed)
        if kind is None:
            return struct.pack("=IHHIIi", 36, 2, 0, sequence, 0, -ENETUNREACH) + bytes(16)
        return struct.pack("=IHHII", 28, 24, 0, sequence, 0) + struct.pack(
            "=BBBBBBBBI", 10, 128, 0, 0, 254, 0, 0, kind, 0
        )

    def recv(self, size):
        return self.waiting.pop(0)

    def close(self):
        pass


@pytest.fixture
def kernel(monkeypatch):
    made = type("Made", (Kernel,), {"routes": {}})
    monkeypatch.setattr(local_table, "open_socket", made)
    return made


def test_an_address_is_there_when_its_route_is_local(kernel):
    routes = LocalRoutes()
    assert routes.missing([FIRST, SECOND]) == {FIRST, SECOND}
    kernel.routes[FIRST[1].ip.packed] = UNICAST  # the route of its subnet: it would go out
    kernel.routes[SECOND[1].ip.packed] = LOCAL
    assert routes.missing([FIRST, SECOND]) == {FIRST}
    kernel.routes[FIRST[1].ip.packed] = LOCAL
    assert routes.missing([FIRST, SECOND]) == set()
    assert kernel.opened == 1


def test_many_are_asked_in_several_datagrams(kernel):
    places = [(2, ip_interface(f"fd00:8::1:{number:x}/64")) for number in range(2 * BATCH + 1)]
    kernel.routes = {address.ip.packed: LOCAL for _index, address in places[1:]}
    assert LocalRoutes().missing(places) == {places[0]}


def test_a_kernel_that_cannot_be_asked_holds_nobody_up(kernel, monkeypatch):
    routes = LocalRoutes()
    monkeypatch.setattr(kernel, "error", TimeoutError("timed out"))
    assert routes.missing([FIRST]) == set()
    monkeypatch.setattr(kernel, "error", None)
    assert routes.missing([FIRST]) == {FIRST}
    assert kernel.opened == 2, "an answer that comes late is not taken for the next one"


def test_the_question_names_the_interface():
    assert question(2, SECOND[1]).hex() == (
        "38000000"
        "1a00"
        "0100"
        "00000000"
        "00000000"
        "0a80000000000000"
        "00000000"
        "14000100"
        "fe800000000000000000000000080100"
        "08000400"
        "02000000"
    )
