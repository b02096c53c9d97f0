# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test the socket that gratuitous ARP is sent with, and what happens when it cannot be had or fails."""

from __future__ import annotations

import io
import socket

import pytest
from agent_fakes import table, want

from vrrp.agent.log import Log
from vrrp.agent.network import gratuitous_arp
from vrrp.agent.network.gratuitous_arp import Announcer, open_packet_socket

VIP, VIP6 = want("192.168.8.100/24"), want("fd00:8::100/64")


class PacketSocket:
    """``fails`` are the operations that fail, each with its error."""

    fails: dict = {}  # noqa: RUF012

    def __init__(self, *kind):
        self.kind, self.bound, self.sent, self.closed = kind, None, [], False

    def bind(self, address):
        if "bind" in self.fails:
            raise self.fails["bind"]
        self.bound = address

    def send(self, frame):
        if "send" in self.fails:
            raise self.fails["send"]
        self.sent.append(frame)

    def close(self):
        self.closed = True


@pytest.fixture
def opened(monkeypatch):
    """The sockets that were opened; ``opened.fails`` as above."""
    kind = type("Made", (PacketSocket,), {"fails": {}})

    class Opened(list):
        fails = kind.fails

    made = Opened()

    def open_one(*arguments):
        made.append(kind(*arguments))
        return made[-1]

    monkeypatch.setattr(gratuitous_arp.socket, "socket", open_one)
    monkeypatch.setattr(gratuitous_arp.socket, "if_indextoname", lambda index: {2: "eth0"}[index])
    return made


@pytest.fixture
def announcer():
    text = io.StringIO()
    made = Announcer(Log(text))
    made.text = text
    return made


def test_it_sends_whole_frames_on_one_interface_and_receives_nothing(opened):
    open_packet_socket(2)
    (sock,) = opened
    assert sock.bound == ("eth0", 0)
    family, kind, protocol = sock.kind
    assert (family, protocol) == (socket.AF_PACKET, 0)
    assert kind == socket.SOCK_RAW | socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC


def test_one_that_cannot_be_bound_is_closed(opened):
    opened.fails["bind"] = OSError(100, "Network is down")
    with pytest.raises(OSError, match="Network is down"):
        open_packet_socket(2)
    assert opened[0].closed


@pytest.mark.parametrize(("address", "what"), [(VIP, "gratuitous ARP"), (VIP6, "unsolicited Neighbour Advert")])
def test_an_error_is_logged_once_and_the_next_burst_opens_another_socket(opened, announcer, address, what):
    opened.fails["send"] = OSError(100, "Network is down")
    announcer.burst("VI_1", [address], 3, 0.0, table())
    assert announcer.text.getvalue().count(f"Error 100 (Network is down) sending {what}") == 1
    assert all(sock.closed for sock in opened)
    opened.fails.clear()
    announcer.burst("VI_1", [address], 3, 0.0, table())
    assert (len(opened[-1].sent), opened[-1].closed) == (3, False)
    announcer.close()
    assert opened[-1].closed
