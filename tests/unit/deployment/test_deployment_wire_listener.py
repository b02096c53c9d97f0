# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test which frames of a packet socket are advertisements, and when the listener stops. tests/network has real ones."""

from __future__ import annotations

import socket
from ipaddress import ip_address

from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment import wire_listener
from ansible_collections.hotstandby.vrrp.plugins.module_utils.vrrp.agent.network import ip_headers
from ansible_collections.hotstandby.vrrp.plugins.module_utils.vrrp.protocol.packet import Advertisement, encode

HERE, GROUP = ip_address("192.168.8.4"), ip_address("224.0.0.18")
PACKET = ip_headers.write(
    HERE, GROUP, encode(Advertisement(2, 51, 100, (ip_address("192.168.8.100"),), 100), HERE, GROUP)
)


def test_an_advertisement_is_read_without_padding_and_with_its_direction():
    sent = wire_listener.advertisement("eth0", PACKET, socket.PACKET_OUTGOING)
    heard = wire_listener.advertisement("eth0", PACKET + bytes(6), socket.PACKET_MULTICAST)
    assert (sent.packet, sent.sent, heard.packet, heard.sent) == (PACKET, True, PACKET, False)
    assert heard.received.source == HERE


def test_another_packet_is_none():
    for whole in (b"", PACKET[:22], PACKET[:9] + b"\x11" + PACKET[10:]):
        assert wire_listener.advertisement("eth0", whole, socket.PACKET_HOST) is None


def test_it_stops_when_enough_was_heard_and_leaves_out_a_missing_interface(monkeypatch):
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
    opened = []

    def fake(interface, test):
        opened.append((interface, test))
        return ours if len(opened) == 1 else None

    monkeypatch.setattr(wire_listener, "_open", fake)
    monkeypatch.setattr(wire_listener, "_read", lambda sock, name: [name] if sock.recv(2048) else [])
    theirs.send(PACKET)
    assert wire_listener.listen(["eth0", "eth0"], lambda heard: len(heard) == 1, 60) == ["eth0"]
    assert [test for _interface, test in opened] == [(9, 112), (9, 51), (6, 112)], "each interface once"
    monkeypatch.setattr(wire_listener, "_open", lambda interface, test: None)
    assert wire_listener.listen(["nosuch0"], lambda heard: False, 60) == [], "it does not wait for nothing"
    theirs.close()
