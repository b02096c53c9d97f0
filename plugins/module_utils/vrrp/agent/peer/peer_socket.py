# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It opens the UDP socket between the two nodes of a pair.

The socket is connected: the kernel discards what other hosts send, and says when nobody listens at the other end.
"""

from __future__ import annotations

import errno
import socket
from typing import Optional

from ...ip_types import Address

BUFFER = 1 << 16  # octets that may wait to be read, and no more: a flood has to be read, too
MESSAGE_MAX = 4096  # octets
NOBODY = errno.ECONNREFUSED


class PeerSocket:
    """It sends datagrams to ``peer``, and receives those that come from there, from the same ``port``.

    ``own`` is the address of this end; None lets the kernel choose. Raises OSError.
    """

    def __init__(self, own: Optional[Address], peer: Address, port: int) -> None:
        family = socket.AF_INET if peer.version == 4 else socket.AF_INET6
        kind = socket.SOCK_DGRAM | socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC
        self._socket = socket.socket(family, kind)
        try:
            if family == socket.AF_INET6:
                self._socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)
            self._socket.bind((str(own) if own is not None else "", port))
            self._socket.connect((str(peer), port))
            self.address: str = self._socket.getsockname()[0]  # of this end
        except OSError:
            self._socket.close()
            raise

    def fileno(self) -> int:
        """Return the file descriptor, for the event loop."""
        return self._socket.fileno()

    def send(self, message: bytes) -> None:
        """Send a datagram. Raises OSError, also for what the kernel heard of the one before."""
        self._socket.send(message)

    def receive(self) -> Optional[bytes]:
        """Return a datagram, or None where none waits. Raises OSError for what the kernel heard of a former one."""
        try:
            return self._socket.recv(MESSAGE_MAX)
        except BlockingIOError:
            return None

    def close(self) -> None:
        """Close the socket."""
        self._socket.close()
