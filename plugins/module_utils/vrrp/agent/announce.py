# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bursts of gratuitous ARP through a packet socket: switches and neighbours learn where an address lives now."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Hashable, Iterator, Sequence

from ..protocol.frames import gratuitous_arp
from .addresses import Wanted
from .interfaces import InterfaceTable
from .log import Log

AT_ONCE_MAX = 4096  # frames: a longer burst lets the loop do other things in between


class Announcer:
    """Sends bursts. A burst without spacing goes out before :meth:`burst` returns; a spaced one goes on by itself."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self._sockets: dict[int, socket.socket] = {}
        self._frames: dict[tuple[bytes, Wanted], bytes] = {}
        self._spaced: dict[Hashable, asyncio.Task] = {}

    def burst(
        self, key: Hashable, wanted: Sequence[Wanted], repeat: int, interval_s: float, table: InterfaceTable
    ) -> None:
        """Announce each address ``repeat`` times. With ``interval_s`` there is so much time between two frames.

        ``key`` is the instance itself, not its name: after a reload its successor may have the same one. Its next
        burst replaces one that is still under way.
        """
        self.cancel(key)
        frames = []
        for want in wanted:
            link = table.links.get(want.index)
            if want.address.version != 4 or link is None or link.loopback or len(link.mac) != 6:
                continue
            frame = self._frames.get((link.mac, want))
            if frame is None:
                frame = self._frames[link.mac, want] = gratuitous_arp(link.mac, want.address.ip)
            frames.append((want.index, frame))
            self._log.info(f"Sending gratuitous ARP on {link.name} for {want.address.ip}")
        count = len(frames) * repeat
        if count > (1 if interval_s else AT_ONCE_MAX):
            task = asyncio.get_running_loop().create_task(self._send_spaced(frames, repeat, interval_s))
            self._spaced[key] = task
            task.add_done_callback(lambda done: self._spaced.pop(key) if self._spaced.get(key) is done else None)
        elif count:
            for index, frame in rounds(frames, repeat):
                self._send(index, frame)

    def cancel(self, key: Hashable) -> None:
        """End what is still under way for this instance: its addresses have gone, or are announced anew."""
        task = self._spaced.pop(key, None)
        if task is not None:
            task.cancel()

    def forget(self, index: int) -> None:
        """The interface has gone or has come back as another one."""
        sock = self._sockets.pop(index, None)
        if sock is not None:
            sock.close()

    def close(self) -> None:
        for key in list(self._spaced):
            self.cancel(key)
        for index in list(self._sockets):
            self.forget(index)

    async def _send_spaced(self, frames: Sequence[tuple[int, bytes]], repeat: int, interval_s: float) -> None:
        for number, (index, frame) in enumerate(rounds(frames, repeat)):
            if number:
                await asyncio.sleep(interval_s)
            self._send(index, frame)

    def _send(self, index: int, frame: bytes) -> None:
        try:
            sock = self._sockets.get(index)
            if sock is None:
                sock = self._sockets[index] = open_packet_socket(index)
            sock.send(frame)
        except OSError as error:
            self.forget(index)
            self._log.seldom(("arp", str(index)), f"Error {error.errno} ({error.strerror}) sending gratuitous ARP")


def rounds(frames: Sequence[tuple[int, bytes]], repeat: int) -> Iterator[tuple[int, bytes]]:
    """Each address once before any twice: the first frame is the one that moves the traffic."""
    for _round in range(repeat):
        yield from frames


def open_packet_socket(index: int) -> socket.socket:
    """Return a socket that sends whole frames on one interface and receives nothing (protocol 0, packet(7))."""
    sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW | socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC, 0)
    try:
        sock.bind((socket.if_indextoname(index), 0))
    except OSError:
        sock.close()
        raise
    return sock
