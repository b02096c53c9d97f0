# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read the address and the port at which metrics are served. Pure."""

from __future__ import annotations

from ipaddress import ip_address

PORTS = range(1024, 65536)  # without a capability


def endpoint(text: str) -> tuple[str, int]:
    """Return the address and the port of ``192.168.8.4:9165`` or ``[fd00::4]:9165``. Raises ValueError."""
    host, _colon, port = text.rpartition(":")
    brackets = host.startswith("[") and host.endswith("]")
    try:
        address = ip_address(host[1:-1] if brackets else host)
        if not port.isdecimal() or int(port) not in PORTS or (address.version == 6) is not brackets:
            raise ValueError
    except ValueError:
        raise ValueError(
            f"'{text}' is not an address with a port of {PORTS[0]} or above, such as 192.168.8.4:9165 or [fd00::4]:9165"
        ) from None
    return str(address), int(port)
