# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Send VRRP packets at a given rate, from any source address, as every host on the segment can."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from .host import Host, LabError

SENDERS = 2
PACKET = tuple[str, str, int, bytes]  # source and destination address, TTL, VRRP payload

_PROGRAM = """
import json, socket, struct, sys, time
order = json.load(sys.stdin)
sock = socket.socket(socket.AF_INET, socket.SOCK_RAW, order["protocol"])
sock.setsockopt(socket.IPPROTO_IP, socket.IP_HDRINCL, 1)
sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
if order["interface"]:
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, order["interface"].encode())
packets = []
for source, to, ttl, payload in order["packets"]:
    payload = bytes.fromhex(payload)
    addresses = socket.inet_aton(source) + socket.inet_aton(to)
    header = struct.pack("!BBHHHBBH8s", 0x45, 0, 20 + len(payload), 0, 0, ttl, order["protocol"], 0, addresses)
    packets.append((header + payload, (to, 0)))
send, clock = sock.sendto, time.perf_counter
sent = failed = 0
began = clock()
ends, pause = began + order["seconds"], len(packets) / order["rate"]
due = began
while clock() < ends:
    for packet, where in packets:
        try:
            send(packet, where)
        except OSError:  # the queue is full
            failed += 1
    sent += len(packets)
    due += pause
    while clock() < due:
        pass
print(json.dumps({"sent": sent - failed, "seconds": clock() - began}))
"""


@dataclass(frozen=True)
class Sent:
    """It says what a flood sent, by the clocks of its senders."""

    packets: int
    rate: float  # packets a second

    def __str__(self) -> str:
        return f"{self.packets} packets at {self.rate:.0f}/s"


class Flood:
    """Send a flood: ``with Flood(...) as flood`` begins it on entering; ``flood.wait()`` returns what was sent."""

    def __init__(
        self,
        host: Host,
        packets: Sequence[PACKET],
        rate: float = 50_000,
        seconds: float = 3.0,
        interface: str = "eth0",
        protocol: int = 112,
    ):
        self._host = host
        order = {"interface": interface, "seconds": seconds, "rate": rate / SENDERS, "protocol": protocol}
        order["packets"] = [(*where, payload.hex()) for *where, payload in packets]
        self._order = json.dumps(order)
        self._senders: list[subprocess.Popen] = []

    def __enter__(self) -> Flood:
        for _number in range(SENDERS):
            sender = self._host.popen(
                [sys.executable, "-c", _PROGRAM],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            )  # fmt: skip
            self._senders.append(sender)
        for sender in self._senders:
            assert sender.stdin is not None
            sender.stdin.write(self._order)
            sender.stdin.close()
            sender.stdin = None
        return self

    def __exit__(self, *exc: object) -> None:
        for sender in self._senders:
            sender.kill()
            sender.communicate()

    def wait(self) -> Sent:
        """Wait for its end. Raises LabError when a sender failed."""
        packets, rate = 0, 0.0
        for sender in self._senders:
            output, errors = sender.communicate(timeout=60)
            if sender.returncode:
                raise LabError(f"flood from {self._host}: {errors}")
            said: dict[str, Any] = json.loads(output)
            packets += said["sent"]
            rate += said["sent"] / said["seconds"]
        return Sent(packets, rate)
