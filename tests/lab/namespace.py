# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Look into a network namespace from this process, which takes a hundredth of the time that ``nsenter ip`` takes.

Nothing of a namespace stays open here: a socket in it would keep its interfaces alive after its host has died.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import fcntl
import ipaddress
import os
import socket
import struct
from collections.abc import Iterator
from typing import NamedTuple

from pyroute2.netlink.rtnl.ifaddrmsg import ifaddrmsg

_CLONE_NEWNET = 0x40000000
_SIOCGIFINDEX = 0x8933
_RTM_GETADDR, _NLM_F_REQUEST_DUMP = 22, 0x301
_NLMSG_ERROR, _NLMSG_DONE = 2, 3
_HEADER = struct.Struct("=IHHII")  # length, type, flags, sequence number, port
_RT_SCOPE_LINK = 253
_LIBC = ctypes.CDLL(None, use_errno=True)


def enter(file: int) -> None:
    """Move the calling thread into the network namespace of this open file. Raises OSError."""
    if _LIBC.setns(file, _CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), "setns")


@contextlib.contextmanager
def entered(path: str) -> Iterator[None]:
    """Have the calling thread in the network namespace ``path``; it comes back in any case. Raises OSError."""
    with open("/proc/thread-self/ns/net") as own, open(path) as other:
        enter(other.fileno())
        try:
            yield
        finally:
            enter(own.fileno())


class KernelAddress(NamedTuple):
    """It is an address as the kernel has it. ``text`` is as in "192.168.8.4/24"."""

    ifindex: int
    text: str
    link_local: bool


def addresses_in(path: str, link: str = "") -> list[KernelAddress]:
    """Return the addresses in a network namespace, of one interface if ``link`` names it. Raises OSError."""
    with entered(path):
        kernel = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, socket.NETLINK_ROUTE)
    with kernel:
        wanted = _ifindex(kernel, link) if link else 0
        kernel.bind((0, 0))
        while True:
            found = _dump(kernel)
            if found is not None:
                return [each for each in found if wanted in (0, each.ifindex)]


def _ifindex(kernel: socket.socket, link: str) -> int:
    answer = fcntl.ioctl(kernel, _SIOCGIFINDEX, struct.pack("16si12x", link.encode(), 0))
    return struct.unpack("16si12x", answer)[1]


def _dump(kernel: socket.socket) -> list[KernelAddress] | None:
    """Ask for all addresses; return None if they changed meanwhile, so that some may be missing."""
    kernel.send(_HEADER.pack(_HEADER.size + 8, _RTM_GETADDR, _NLM_F_REQUEST_DUMP, 1, 0) + bytes(8))
    found, whole = [], True
    while True:
        data = kernel.recv(1 << 17)
        offset = 0
        while offset < len(data):
            length, kind, flags, _unused, _unused = _HEADER.unpack_from(data, offset)
            whole = whole and not flags & 0x10  # NLM_F_DUMP_INTR
            if kind == _NLMSG_DONE:
                return found if whole else None
            if kind == _NLMSG_ERROR:
                number = -struct.unpack_from("=i", data, offset + _HEADER.size)[0]
                raise OSError(number, os.strerror(number))
            found.append(_read(data[offset : offset + length]))
            offset += (length + 3) & ~3


def _read(message: bytes) -> KernelAddress:
    entry = ifaddrmsg(message)
    entry.decode()
    # On an interface to one other host, IFA_ADDRESS is the other host's address.
    text = entry.get_attr("IFA_LOCAL") or entry.get_attr("IFA_ADDRESS")
    if text is None:
        raise OSError(errno.EPROTO, "an address without an address")
    return KernelAddress(
        entry["index"], f"{ipaddress.ip_address(text)}/{entry['prefixlen']}", entry["scope"] == _RT_SCOPE_LINK
    )
