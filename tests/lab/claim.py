# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Let a host say that an address is its own: gratuitous ARP, or an unsolicited neighbour advertisement."""

from __future__ import annotations

import json
import sys
from ipaddress import ip_address

from .host import Host, LabError

_PROGRAM = """
import json, socket, sys
sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
sock.bind(("eth0", 0))
for frame in json.load(sys.stdin):
    sock.send(bytes.fromhex(frame))
"""


def claim(host: Host, address: str, times: int = 1, mac: str = "") -> None:
    """Announce ``address`` from the host's hardware address, or from ``mac``. Raises LabError."""
    from vrrp.protocol.arp_ndp import gratuitous_arp, unsolicited_na  # the lab itself works without the collection

    octets, wanted = bytes.fromhex((mac or host.mac()).replace(":", "")), ip_address(address)
    frame = gratuitous_arp(octets, wanted) if wanted.version == 4 else unsolicited_na(octets, wanted)
    done = host.run([sys.executable, "-c", _PROGRAM], input=json.dumps([frame.hex()] * times))
    if done.returncode:
        raise LabError(f"claim in {host}: {done.stderr}")
