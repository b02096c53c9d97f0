# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The announcer sends bursts of gratuitous ARP and unsolicited neighbour advertisements.

Switches and neighbours learn from them where an address is now. They go through packet sockets, as whole frames.
"""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Callable, Collection, Hashable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ...config.model.configuration import GarpGroup
from ...protocol.arp_ndp import gratuitous_arp, unsolicited_na
from ..log import Log
from ..netlink.address_request import DesiredAddress
from ..netlink.links import InterfaceTable, Link
from ..netlink.local_table import LocalRoutes
from ..netlink.ownership import InterfaceAddress
from .garp_pacing import Burst, Frame, Pacer, Pauses

ETHERTYPE_IPV6 = b"\x86\xdd"
FORWARDING = "/proc/sys/net/ipv6/conf/%s/forwarding"
ROUTE_LATE_S, ROUTE_TRIES = 0.001, 500  # seconds between tries, as a busy kernel adds the route of a new address late
LOOK_AGAIN_S = 0.005  # a master that hands over keeps its address for 50 ms after it has heard us
AT_ONCE_MAX = 4096  # frames: a longer burst gives the loop its turn in between


@dataclass(frozen=True)
class Waiting:
    """It is what is left of a burst: frames of addresses that the kernel has not begun to use."""

    frames: dict[InterfaceAddress, bytes]
    repeat: int
    pauses: Pauses


class Announcer:
    """The announcer sends bursts, and repeats them where :meth:`keep` asks for it.

    A burst without spacing is sent before :meth:`burst` returns. A spaced one (:mod:`.garp_pacing`), and one of more
    than AT_ONCE_MAX frames, is sent in the background.

    The kernel finishes a new IPv6 address in a thread of its own, and takes no packets for it until then. So the
    frames of such an address wait until the kernel has told of it and has its route.
    """

    def __init__(self, log: Log) -> None:
        self._log = log
        self._sockets: dict[int, socket.socket] = {}
        self._frames: dict[tuple[bytes, DesiredAddress, bool], bytes] = {}
        self._endless: dict[Hashable, set[asyncio.Task[Any]]] = {}
        self._pacer = Pacer(self._send)
        self._kept: dict[Hashable, asyncio.TimerHandle] = {}
        self._waiting: dict[Hashable, Waiting] = {}
        self._routes = LocalRoutes()
        self._asked_at = 0.0
        self._names: dict[int, str] = {}  # of the interfaces, by index

    def arrange(self, groups: Collection[GarpGroup]) -> None:
        """Let the interfaces of each of these groups share their pauses from now on."""
        self._pacer.arrange(groups)

    def burst(
        self,
        key: Hashable,
        wanted: Sequence[DesiredAddress],
        repeat: int,
        interval_s: float,
        table: InterfaceTable,
        gna_interval_s: float = 0.0,
    ) -> None:
        """Announce each address ``repeat`` times.

        ``interval_s`` is the time in seconds between two gratuitous ARP frames, ``gna_interval_s`` that between two
        neighbour advertisements, of all instances on one interface. A ``garp_group`` may set other times.

        ``key`` is the instance itself, not its name: after a reload its successor may have the same one. Its next
        burst replaces one that is still under way.
        """
        self._drop(key)
        pauses = Pauses(interval_s, gna_interval_s)
        self._look_meanwhile()
        frames = []
        waiting: dict[InterfaceAddress, bytes] = {}
        forwards: dict[int, bool] = {}
        for want in wanted:
            link = table.links.get(want.index)
            if link is None or link.loopback or len(link.mac) != 6:
                continue
            router = False
            if want.address.version == 6:
                if want.index not in forwards:
                    forwards[want.index] = is_router(link.name)
                router = forwards[want.index]
            frame = self._frame(link, want, router)
            self._names[link.index] = link.name
            entry = table.addresses.get(want.index, {}).get(want.address)
            if entry is None or entry.usable:
                frames.append((want.index, frame))
            else:
                waiting[want.index, want.address] = frame
            what = "gratuitous ARP" if want.address.version == 4 else "unsolicited Neighbour Advert"
            self._log.info(f"Sending {what} on {link.name} for {want.address.ip}")
        if waiting:
            if not self._waiting:
                self._asked_at = time.monotonic()
            self._waiting[key] = Waiting(waiting, repeat, pauses)
        self._begin(key, frames, repeat, pauses)

    def repeat_every(self, key: Hashable, first_s: float, every_s: float, announce: Callable[[], None]) -> None:
        """Call ``announce`` again and again, until ``key`` is cancelled: switches forget silent hosts."""
        self.cancel(key)
        loop = asyncio.get_running_loop()

        def again() -> None:
            self._kept[key] = loop.call_later(every_s, again)
            announce()

        self._kept[key] = loop.call_later(first_s, again)

    def usable(self, places: Collection[InterfaceAddress], tries: int = ROUTE_TRIES) -> None:
        """Send the frames of addresses that the kernel has reported: interface index and address."""
        asked = self._waited_for() & set(places)
        late = self._send_ready(asked) if tries else set()
        if late:
            asyncio.get_running_loop().call_later(ROUTE_LATE_S, self.usable, late, tries - 1)
        elif asked and not tries:
            self._send_waiting(asked)

    def _look_meanwhile(self) -> None:
        """Send what has become ready: while many instances take over, the kernel's messages are not read."""
        if self._waiting and time.monotonic() - self._asked_at >= LOOK_AGAIN_S:
            self._send_ready(self._waited_for())

    def _waited_for(self) -> set[InterfaceAddress]:
        return {place for waiting in self._waiting.values() for place in waiting.frames}

    def _send_ready(self, asked: set[InterfaceAddress]) -> set[InterfaceAddress]:
        """Begin the bursts of addresses that work now; return the other addresses."""
        late = self._routes.missing(asked) if asked else set()
        self._asked_at = time.monotonic()
        self._send_waiting(asked - late)
        return late

    def _send_waiting(self, places: set[InterfaceAddress]) -> None:
        for key, waiting in list(self._waiting.items()):
            ready = [place for place in waiting.frames if place in places]
            frames = [(place[0], waiting.frames.pop(place)) for place in ready]
            if not waiting.frames:
                del self._waiting[key]
            self._begin(key, frames, waiting.repeat, waiting.pauses)

    def cancel(self, key: Hashable) -> None:
        """Cancel every burst of this instance: its addresses have gone."""
        self._drop(key)
        if key in self._kept:
            self._kept.pop(key).cancel()

    def _drop(self, key: Hashable) -> None:
        self._waiting.pop(key, None)
        self._pacer.drop(key)
        for task in self._endless.pop(key, ()):
            task.cancel()

    def forget(self, index: int) -> None:
        """Close the socket of an interface that has gone or has come back as another one."""
        sock = self._sockets.pop(index, None)
        if sock is not None:
            sock.close()

    def close(self) -> None:
        """Cancel every burst, and close all sockets."""
        for key in [*self._endless, *self._waiting, *self._kept]:
            self.cancel(key)
        self._pacer.close()
        for index in list(self._sockets):
            self.forget(index)
        self._routes.close()

    def _begin(self, key: Hashable, frames: Sequence[Frame], repeat: int, pauses: Pauses) -> None:
        if not self._pacer.may_pause(pauses):
            self._send_at_once(key, frames, repeat)
            return
        at_once: list[Frame] = []
        spaced: dict[tuple[str, int], list[Frame]] = {}
        for index, frame in frames:
            place = self._names.get(index, ""), 6 if frame[12:14] == ETHERTYPE_IPV6 else 4
            (spaced.setdefault(place, []) if self._pacer.pause_s(*place, pauses) else at_once).append((index, frame))
        for place, some in spaced.items():
            self._pacer.add(*place, Burst(key, rounds(some, repeat), self._pacer.pause_s(*place, pauses)))
        self._send_at_once(key, at_once, repeat)

    def _send_at_once(self, key: Hashable, frames: Sequence[Frame], repeat: int) -> None:
        if len(frames) * repeat > AT_ONCE_MAX:
            task = asyncio.get_running_loop().create_task(self._send_in_turns(frames, repeat))
            self._endless.setdefault(key, set()).add(task)
            task.add_done_callback(lambda done: self._ended(key, done))
        else:
            for index, frame in rounds(frames, repeat):
                self._send(index, frame)

    def _ended(self, key: Hashable, task: asyncio.Task[Any]) -> None:
        tasks = self._endless.get(key, set())
        tasks.discard(task)
        if not tasks:
            self._endless.pop(key, None)

    def _frame(self, link: Link, want: DesiredAddress, router: bool) -> bytes:
        frame = self._frames.get((link.mac, want, router))
        if frame is None:
            if want.address.version == 4:
                frame = gratuitous_arp(link.mac, want.address.ip, reply=link.kind == "macvlan")
            else:
                frame = unsolicited_na(link.mac, want.address.ip, router)
            self._frames[link.mac, want, router] = frame
        return frame

    async def _send_in_turns(self, frames: Sequence[Frame], repeat: int) -> None:
        for number, (index, frame) in enumerate(rounds(frames, repeat)):
            if number:
                await asyncio.sleep(0)
            self._send(index, frame)

    def _send(self, index: int, frame: bytes) -> None:
        try:
            sock = self._sockets.get(index)
            if sock is None:
                sock = self._sockets[index] = open_packet_socket(index)
            sock.send(frame)
        except OSError as error:
            self.forget(index)
            what = "unsolicited Neighbour Advert" if frame[12:14] == ETHERTYPE_IPV6 else "gratuitous ARP"
            self._log.rate_limited((what, str(index)), f"Error {error.errno} ({error.strerror}) sending {what}")


def rounds(frames: Sequence[Frame], repeat: int) -> Iterator[Frame]:
    """Yield each address once before any twice: the first frame is the one that moves the traffic."""
    for _round in range(repeat):
        yield from frames


def is_router(interface: str) -> bool:
    """Return whether this node forwards IPv6 packets that come in there: the R flag (RFC 4861 section 4.4).

    A neighbour that hears the flag missing from the gateway of its default route drops that route (section 7.2.5).
    """
    try:
        with open(FORWARDING % interface, encoding="ascii") as file:
            return file.read().strip() not in ("", "0")
    except OSError:
        return False


def open_packet_socket(index: int) -> socket.socket:
    """Return a socket that sends whole frames on one interface and receives nothing (protocol 0, packet(7))."""
    sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW | socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC, 0)
    try:
        sock.bind((socket.if_indextoname(index), 0))
    except OSError:
        sock.close()
        raise
    return sock
