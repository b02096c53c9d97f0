# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Send what no router would send: any bytes as IP protocol 112, with any TTL, from a host on the segment."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence

from .host import Host, LabError

_PROGRAM = """
import json, socket, sys
order = json.load(sys.stdin)
if ":" in order["source"]:
    scope = socket.if_nametoindex("eth0")
    sock = socket.socket(socket.AF_INET6, socket.SOCK_RAW, 112)
    sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, order["ttl"])
    sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_UNICAST_HOPS, order["ttl"])
    sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_IF, scope)
    sock.bind((order["source"], 0, 0, scope if order["source"].startswith("fe80") else 0))
    to = (order["destination"], 0, 0, scope)
else:
    sock = socket.socket(socket.AF_INET, socket.SOCK_RAW, 112)
    sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, order["ttl"])
    sock.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, order["ttl"])
    sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(order["source"]))
    sock.bind((order["source"], 0))
    to = (order["destination"], 0)
for payload in order["payloads"]:
    sock.sendto(bytes.fromhex(payload), to)
"""

_REPLAY = """
import json, socket, sys
sock = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
sock.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"eth0")
for packet in map(bytes.fromhex, json.load(sys.stdin)):
    sock.sendto(packet, (socket.inet_ntoa(packet[16:20]), 0))
"""


def replay(host: Host, packets: Sequence[bytes]) -> None:
    """Send whole IPv4 packets once more, header and all, with any source. Raises LabError."""
    done = host.run([sys.executable, "-c", _REPLAY], input=json.dumps([packet.hex() for packet in packets]))
    if done.returncode:
        raise LabError(f"replay in {host}: {done.stderr}")


def send_vrrp(host: Host, *payloads: bytes, source: str, destination: str = "224.0.0.18", ttl: int = 255) -> None:
    """Send each payload once, in order; the kernel adds only the IP header (the source's version). Raises LabError."""
    order = {"source": source, "destination": destination, "ttl": ttl, "payloads": [p.hex() for p in payloads]}
    done = host.run([sys.executable, "-c", _PROGRAM], input=json.dumps(order))
    if done.returncode:
        raise LabError(f"raw sender in {host}: {done.stderr}")
