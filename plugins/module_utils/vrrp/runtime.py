# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Find the agent of a runtime directory: its control socket, the name that it holds, and who is at the other end."""

from __future__ import annotations

import os
import socket
import struct

RUNTIME_DIR = "/run/hotstandby"
STATE_DIR = "/var/lib/hotstandby"
CONTROL_SOCKET = "control.sock"
NAME_MAX = 107  # octets of a socket's path or abstract name, unix(7)
_CREDENTIALS = struct.Struct("=iII")


def name_of(directory: str) -> bytes:
    """Return the abstract name of the agent of a directory: its parent and its own name, for any file there."""
    above, own = os.path.split(os.path.abspath(directory))
    parent = os.stat(above)
    return (f"\0hotstandby/{parent.st_dev}/{parent.st_ino}/".encode() + os.fsencode(own))[:NAME_MAX]


def credentials(sock: socket.socket) -> tuple[int, int, int]:
    """Return the process, user and group ids of the process at the other end (unix(7), SO_PEERCRED)."""
    return _CREDENTIALS.unpack(sock.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size))
