# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Capture the frames on the wire, as a third host sees them.

tcpdump writes to a pipe and a thread reads the frames as they come, so a test can wait for one. Times are those of the
kernel (CLOCK_REALTIME, seconds).
"""

from __future__ import annotations

import contextlib
import signal
import struct
import subprocess
import threading
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Any, Callable

from .host import Host, LabError

ETHERTYPE_IPV4, ETHERTYPE_ARP, ETHERTYPE_IPV6 = 0x0800, 0x0806, 0x86DD
VRRP_PROTOCOL, ICMPV6, NEIGHBOUR_ADVERTISEMENT = 112, 58, 136
_PCAP_HEADER_LENGTH = 24
_RECORD = struct.Struct("<IIII")  # seconds, nanoseconds, captured length, length on the wire
VRRP_AND_ARP = f"proto 112 or (ip6 proto 112) or arp or (icmp6 and ip6[40] == {NEIGHBOUR_ADVERTISEMENT})"


@dataclass(frozen=True)
class Arp:
    """It has the fields of one ARP packet (RFC 826)."""

    operation: int
    sender_mac: str
    sender: IPv4Address
    target: IPv4Address

    @property
    def gratuitous(self) -> bool:
        return self.sender == self.target


@dataclass(frozen=True)
class NeighbourAdvertisement:
    """It is one neighbour advertisement (RFC 4861 section 4.4); an unsolicited one goes to all nodes."""

    source: IPv6Address
    target: IPv6Address
    mac: str  # the target link-layer address option, the only one that ours and keepalived's have
    router: bool
    solicited: bool
    override: bool


@dataclass(frozen=True)
class Vrrp:
    """It is one VRRP packet, with fields of its IP header."""

    source: IPv4Address | IPv6Address
    destination: IPv4Address | IPv6Address
    ttl: int
    payload: bytes

    @property
    def version(self) -> int:
        return self.payload[0] >> 4

    @property
    def vrid(self) -> int:
        return self.payload[1]

    @property
    def priority(self) -> int:
        return self.payload[2]

    def decoded(self) -> Any:
        """Return the :class:`vrrp.protocol.packet.Advertisement`; its checksum is verified. Raises PacketError."""
        from vrrp.protocol import packet  # the lab itself works without the collection

        return packet.decode(self.payload, self.source, self.destination)


@dataclass(frozen=True)
class Frame:
    """It is one Ethernet frame. ``at`` is CLOCK_REALTIME in seconds."""

    at: float
    data: bytes

    @property
    def source_mac(self) -> str:
        return self.data[6:12].hex(":")

    @property
    def ethertype(self) -> int:
        return int.from_bytes(self.data[12:14], "big")

    @property
    def arp(self) -> Arp | None:
        body = self.data[14:]
        if self.ethertype != ETHERTYPE_ARP or len(body) < 28:
            return None
        operation = int.from_bytes(body[6:8], "big")
        return Arp(operation, body[8:14].hex(":"), IPv4Address(body[14:18]), IPv4Address(body[24:28]))

    @property
    def neighbour_advertisement(self) -> NeighbourAdvertisement | None:
        body = self.data[14:]
        if (
            self.ethertype != ETHERTYPE_IPV6
            or len(body) < 72
            or (body[6], body[40])
            != (
                ICMPV6,
                NEIGHBOUR_ADVERTISEMENT,
            )
        ):
            return None
        flags = body[44]
        return NeighbourAdvertisement(
            IPv6Address(body[8:24]),
            IPv6Address(body[48:64]),
            body[66:72].hex(":"),
            *(bool(flags & bit) for bit in (0x80, 0x40, 0x20)),
        )

    @property
    def vrrp(self) -> Vrrp | None:
        body = self.data[14:]
        if self.ethertype == ETHERTYPE_IPV4 and len(body) >= 20 and body[9] == VRRP_PROTOCOL:
            header, total = (body[0] & 15) * 4, int.from_bytes(body[2:4], "big")
            return Vrrp(ip_address(body[12:16]), ip_address(body[16:20]), body[8], body[header:total])
        if self.ethertype == ETHERTYPE_IPV6 and len(body) >= 40 and body[6] == VRRP_PROTOCOL:
            length = int.from_bytes(body[4:6], "big")
            return Vrrp(ip_address(body[8:24]), ip_address(body[24:40]), body[7], body[40 : 40 + length])
        return None


class Capture:
    """It captures the frames that ``host`` sees, from entering to leaving. For unicast make the segment a hub.

    ``octets`` are kept of each, 0 for all: the kernel has room for a burst of 255 only where they are few.
    """

    def __init__(self, host: Host, expression: str = VRRP_AND_ARP, link: str = "eth0", octets: int = 0):
        self.host, self.expression, self.link, self.octets = host, expression, link, octets
        self._frames: list[Frame] = []
        self._changed = threading.Condition()
        self._process: subprocess.Popen | None = None

    def __enter__(self) -> Capture:
        # Only incoming frames: the capturing host's own ones are not from the others.
        arguments = ["tcpdump", "-i", self.link, "-Q", "in", "-n", "-U", "--immediate-mode", "-Z", "root"]
        arguments += ["-s", str(self.octets), "--time-stamp-precision=nano", "-w", "-", self.expression]
        self._process = self.host.popen(
            arguments, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        assert self._process.stderr is not None
        line = self._process.stderr.readline().decode()
        if "listening on" not in line:
            self._process.kill()
            raise LabError(f"tcpdump in {self.host}: {line}{self._process.communicate()[1].decode()}")
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        return self

    def __exit__(self, *exc: object) -> None:
        assert self._process is not None
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=5)
        self._process.kill()
        self._reader.join(timeout=5)
        for pipe in (self._process.stdout, self._process.stderr):
            pipe.close()

    def _read(self) -> None:
        stream = self._process.stdout
        if len(stream.read(_PCAP_HEADER_LENGTH)) < _PCAP_HEADER_LENGTH:
            return
        while True:
            header = stream.read(_RECORD.size)
            if len(header) < _RECORD.size:
                return
            seconds, nanoseconds, length, _unused = _RECORD.unpack(header)
            frame = Frame(seconds + nanoseconds / 1e9, stream.read(length))
            with self._changed:
                self._frames.append(frame)
                self._changed.notify_all()

    def frames(self) -> list[Frame]:
        """Return the frames until now, oldest first."""
        with self._changed:
            return list(self._frames)

    def adverts(self, vrid: int | None = None, source: str | None = None) -> list[tuple[float, Vrrp]]:
        """Return the VRRP packets with their times, of one virtual router or one sender if asked."""
        return [
            (frame.at, vrrp)
            for frame, vrrp in _with(self.frames(), "vrrp")
            if vrid in (None, vrrp.vrid) and source in (None, str(vrrp.source))
        ]

    def gratuitous_arps(self, address: str | None = None, mac: str | None = None) -> list[tuple[float, Arp]]:
        """Return the gratuitous ARP packets with their times, for one address or of one sender if asked."""
        return [
            (frame.at, arp)
            for frame, arp in _with(self.frames(), "arp")
            if arp.gratuitous and address in (None, str(arp.sender)) and mac in (None, arp.sender_mac)
        ]

    def unsolicited_advertisements(
        self, address: str | None = None, mac: str | None = None
    ) -> list[tuple[float, NeighbourAdvertisement]]:
        """Return the unsolicited neighbour advertisements with their times, for one address or sender if asked."""
        return [
            (frame.at, seen)
            for frame, seen in _with(self.frames(), "neighbour_advertisement")
            if not seen.solicited and address in (None, str(seen.target)) and mac in (None, seen.mac)
        ]

    def wait(self, condition: Callable[[Capture], Any], timeout_s: float, what: str = "") -> Any:
        """Return the first true ``condition(self)``, asked after every frame. Raises TimeoutError."""
        deadline = time.monotonic() + timeout_s
        while True:
            value = condition(self)
            if value:
                return value
            left = deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError(f"not seen on the wire within {timeout_s} s: {what or condition}; {self.summary()}")
            with self._changed:
                self._changed.wait(min(left, 0.1))

    def summary(self) -> str:
        """Return the last frames as text, for the message of a test that failed."""
        last = self.frames()[-8:]
        texts = [f"{each.at:.3f} {each.vrrp or each.arp or each.neighbour_advertisement}" for each in last]
        return "; ".join(texts) or "no frame"


def _with(frames: list[Frame], kind: str) -> Iterator[tuple[Frame, Any]]:
    for frame in frames:
        content = getattr(frame, kind)
        if content is not None:
            yield frame, content


def intervals(times: list[float]) -> list[float]:
    """Return the seconds between consecutive times."""
    return [after - before for before, after in zip(times, times[1:])]


def assert_in_time(gaps: Iterable[float], interval_s: float) -> None:
    """Assert that at most one gap is more than half an interval late, which this machine itself may cause.

    A virtual machine stands still for some 50 ms now and then. A loop that is kept busy is late again and again, or by
    intervals.
    """
    late = sorted(gap for gap in gaps if gap > 1.5 * interval_s)
    assert len(late) <= 1 and max(late, default=0.0) < 2.5 * interval_s, f"seconds without an advertisement: {late}"
