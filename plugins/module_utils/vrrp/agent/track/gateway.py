# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ask a neighbour on the segment again and again whether it is there (``track_gateway``).

A node that is cut off cannot tell its own isolation from the death of its peer, and stays MASTER beside the new one. A
third host decides: the node that gets no answer from it is the one that is cut off.

The question is ARP or neighbour discovery, which no firewall of the gateway drops and which needs no route. The socket
is a packet socket, with a filter in the kernel that lets nothing pass but answers of this very address: a busy segment
costs nothing.
"""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple, Optional

from ...config.model.configuration import Instance
from ...config.model.trackers import TrackedGateway
from ...ip_types import Address, Interface
from ...protocol.arp_ndp import ADVERTISEMENT, ETHERTYPE_ARP, ETHERTYPE_IPV6, ICMPV6, REPLY, question, read_answer
from ..addresses.subnets import Subnets
from ..log import Log
from ..netlink.bpf import LOAD_HALF, LOAD_OCTET, LOAD_WORD, Instruction, attach, only
from ..netlink.links import ActualAddress, InterfaceTable, Link
from .check import AskedWatch

DRAIN_MAX = 64  # frames in one go: a flood of forged answers must not keep the loop busy
FRAME_MAX = 2048  # octets
RECEIVE_BUFFER = 16384  # octets: one answer is what we wait for
PRIORITY_INTERACTIVE = 6  # linux/pkt_sched.h: before the bulk traffic of this node; needs no privilege
ETHERNET = 14  # octets of the header before what a filter looks at


class GatewayCheck(AskedWatch):
    """It asks one gateway on one interface. ``virtual`` are the addresses from which it must never ask."""

    kind = "gateway"

    def __init__(
        self,
        gateway: TrackedGateway,
        table: Callable[[], InterfaceTable],
        virtual: Callable[[], frozenset[Interface]],
        changed: Callable[[], None],
        log: Log,
    ) -> None:
        subject = ("gateway", str(gateway.address), gateway.device)
        counts = (gateway.rise, gateway.fall)
        super().__init__(str(gateway.address), subject, (gateway,), counts, gateway.interval_s, changed, log)
        self.answer_within_s = gateway.interval_s + gateway.timeout_s
        self.gateway = gateway
        self._table = table
        self._virtual = virtual
        self._socket: Optional[NeighbourSocket] = None
        self._source: Optional[Address] = None
        self._known: Optional[bytes] = None  # the hardware address that answered last

    async def ask(self) -> str:
        """Ask once. Return why there was no answer, "" when there was one.

        It asks the hardware address that answered last first, as broadcasts cost every host of the segment, and after
        half of the time all hosts. So one frame may be lost, and the gateway may have moved.
        """
        gateway = self.gateway
        link, source, why = probe_source(gateway, self._virtual(), self._table())
        if link is None or source is None:
            self._known = None
            return why
        self._source = source
        try:
            sock = self._open(link)
        except OSError as error:
            return f"cannot ask on {link.name}: {error.strerror or error}"
        sock.discard()
        error_text = ""
        for known in (self._known, None):
            error_text = sock.send(question(link.mac, source, gateway.address, known))
            if await self._answered(sock, gateway.timeout_s / 2):
                return ""
        if error_text:
            self._close()  # perhaps the interface has been replaced
            return f"cannot ask on {link.name}: {error_text}"
        self._known = None
        return f"no answer on {link.name}"

    def observe(self, outcome: str) -> None:
        """Count one answer of :meth:`ask`: "" is a success, any other text says why it failed."""
        how = f"failed ({outcome})" if outcome else "succeeded"
        self.take(not outcome, outcome, f"Gateway({self.name}) {how}")

    async def stop(self) -> None:
        """End the check, and close its socket."""
        await super().stop()
        self._close()

    async def _answered(self, sock: NeighbourSocket, within_s: float) -> bool:
        loop = asyncio.get_running_loop()
        heard = loop.create_future()

        def readable() -> None:
            if self._read(sock) and not heard.done():
                heard.set_result(None)

        loop.add_reader(sock.fileno(), readable)
        try:
            await asyncio.wait([heard], timeout=within_s)
        finally:
            loop.remove_reader(sock.fileno())
        # Drain the socket before reporting a timeout: the process may have been paused.
        return heard.done() or self._read(sock)

    def _read(self, sock: NeighbourSocket) -> bool:
        for _count in range(DRAIN_MAX):
            frame = sock.receive()
            if frame is None:
                return False
            answer = read_answer(frame)
            if answer is not None and (answer.address, answer.asker) == (self.gateway.address, self._source):
                self._known = answer.mac
                return True
        return False

    def _open(self, link: Link) -> NeighbourSocket:
        if self._socket is not None and self._socket.index != link.index:
            self._close()  # another interface with the same name
        if self._socket is None:
            self._socket = NeighbourSocket(link.index, self.gateway.address)
        return self._socket

    def _close(self) -> None:
        self._known = None
        if self._socket is not None:
            self._socket.close()
            self._socket = None


class NeighbourSocket:
    """It sends whole frames, and receives only the answers of one address. It never blocks."""

    def __init__(self, index: int, address: Address) -> None:
        self.index = index
        kind = socket.SOCK_RAW | socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC
        # With protocol 0 nothing arrives before the filter is there.
        self._socket = socket.socket(socket.AF_PACKET, kind, 0)
        try:
            attach(self._socket, *answers_of(address))
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_PRIORITY, PRIORITY_INTERACTIVE)
            ethertype = ETHERTYPE_ARP if address.version == 4 else ETHERTYPE_IPV6
            self._socket.bind((socket.if_indextoname(index), ethertype))
        except OSError:
            self._socket.close()
            raise

    def fileno(self) -> int:
        """Return the file descriptor, for the event loop."""
        return self._socket.fileno()

    def send(self, frame: bytes) -> str:
        """Send one frame. Return why it was not possible, "" when it was."""
        try:
            self._socket.send(frame)
        except OSError as error:
            return error.strerror or str(error)
        return ""

    def receive(self) -> Optional[bytes]:
        """Return one frame, or None when none is waiting."""
        try:
            return self._socket.recv(FRAME_MAX)
        except OSError:
            return None  # nothing there, or the interface went down: the next question reports that

    def discard(self) -> None:
        """Forget answers to earlier questions."""
        for _count in range(DRAIN_MAX):
            if self.receive() is None:
                return

    def close(self) -> None:
        """Close the socket."""
        self._socket.close()


def answers_of(address: Address) -> tuple[Instruction, ...]:
    """Return the filter for answers of ``address`` itself; RFC 826 and RFC 4861 section 4.4 have the offsets."""
    if address.version == 4:
        return only((LOAD_HALF, ETHERNET + 6, REPLY), (LOAD_WORD, ETHERNET + 14, int(address)))
    target = [(LOAD_WORD, ETHERNET + 48 + at, word) for at, word in zip(range(0, 16, 4), _words(address))]
    return only((LOAD_OCTET, ETHERNET + 6, ICMPV6), (LOAD_OCTET, ETHERNET + 40, ADVERTISEMENT), *target)


def _words(address: Address) -> tuple[int, ...]:
    return struct.unpack("!4I", address.packed)


class ProbeSource(NamedTuple):
    """It is where to ask from. Without ``link`` or ``source`` it says ``why`` not."""

    link: Optional[Link]
    source: Optional[Address]
    why: str = ""


def probe_source(gateway: TrackedGateway, virtual: Iterable[Interface], table: InterfaceTable) -> ProbeSource:
    """Return the interface of a gateway, and the host's own address on it.

    A gateway learns the sender's address from a question, so an address that may be the peer's in the next moment is
    not used. An address in the gateway's subnet is best.
    """
    name, target = gateway.device or "", gateway.address  # the configuration puts the instance's interface in
    link = table.names.get(name)
    if link is None:
        return ProbeSource(None, None, f"interface {name} does not exist")
    if not link.usable:
        return ProbeSource(
            link, None, f"interface {name} is down" if not link.up else f"interface {name} has no carrier"
        )
    if link.loopback or len(link.mac) != 6:
        return ProbeSource(link, None, f"interface {name} is not an Ethernet")
    hosts = {entry.ip for entry in virtual}
    own = [entry for entry in _own(name, target, table) if entry.address.ip not in hosts]
    if not own:
        return ProbeSource(link, None, f"interface {name} has no IPv{target.version} address of its own")
    best = min(own, key=lambda entry: (target not in entry.address.network, entry.scope, entry.secondary))
    return ProbeSource(link, best.address.ip)


def gateway_misfits(instance: Instance, table: InterfaceTable, subnets: Subnets) -> Iterator[tuple[str, str]]:
    """Yield warnings, with hints: tracked gateways that are this machine itself, or no neighbours of it."""
    for gateway in instance.track.gateways:
        name, target = gateway.device or instance.interface, gateway.address
        if name not in table.names:
            continue  # another problem reports that
        own = [each.network for each in subnets.own(name) if each.version == target.version]
        if table.has(target):
            yield f"track_gateway {target} is this machine itself, which never answers", "name another one"
        elif not any(target in network for network in own):
            known = ", ".join(dict.fromkeys(map(str, own)))
            hint = f"{name}: {known or f'it has no IPv{target.version} address'}"
            yield f"track_gateway {target} is outside every subnet of {name}: it may never answer", hint


def _own(name: str, target: Address, table: InterfaceTable) -> list[ActualAddress]:
    """Return the addresses on the interface from which ``target`` can be asked."""
    return [entry for entry in table.on(name) if entry.address.version == target.version and entry.usable]
