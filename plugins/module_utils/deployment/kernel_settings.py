# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It reads kernel settings of a node that can be in the way of VRRP: rp_filter, ARP, SELinux, missing capabilities."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterable, Mapping
from typing import Any, Optional

from .files import read
from .interpreter import STABLE

_CAPABILITIES = {"NET_ADMIN": 12, "NET_RAW": 13}  # linux/capability.h
_LABEL = "security.selinux"  # the extended attribute with the context of a file


def rp_filter(interface: str, root: str = "/proc/sys/net/ipv4/conf") -> Optional[int]:
    """Return the mode of source validation of an interface: the higher one of its own and of ``all``. None: unknown."""
    values = [_number(f"{root}/{name}/rp_filter") for name in (interface, "all")]
    known = [value for value in values if value is not None]
    return max(known) if known else None


def arp(root: str = "/proc/sys/net/ipv4/conf") -> dict[str, dict[str, int]]:
    """Return ``arp_ignore`` and ``arp_announce`` of each interface: the higher one of its own and of ``all``."""
    names = set(os.listdir(root)) - {"all", "default", "lo"} if os.path.isdir(root) else set()
    found: dict[str, dict[str, int]] = {name: {} for name in sorted(names)}
    for word in ("arp_ignore", "arp_announce"):
        common = _number(f"{root}/all/{word}") or 0
        for name, values in found.items():
            values[word] = max(_number(f"{root}/{name}/{word}") or 0, common)
    return found


def missing_capabilities(status: str = "/proc/self/status") -> list[str]:
    """Return those that no process here can get, as in a container without rights."""
    for line in (read(status) or b"").decode(errors="replace").splitlines():
        name, _colon, value = line.partition(":")
        if name == "CapBnd":
            bits = int(value.strip(), 16)
            return [each for each, number in _CAPABILITIES.items() if not bits >> number & 1]
    return []


def selinux(root: str = "/sys/fs/selinux") -> Mapping[str, Any]:
    """Return whether SELinux is ``enforcing``, and the ``interpreter`` of the agent with its ``type``."""
    path = os.path.realpath(STABLE if os.access(STABLE, os.X_OK) else sys.executable)
    return {"enforcing": _number(f"{root}/enforce") == 1, "interpreter": path, "type": _type(path)}


def _type(path: str) -> str:
    with contextlib.suppress(OSError):  # without SELinux a file has none
        context = os.getxattr(path, _LABEL).decode(errors="replace").rstrip("\0").split(":")
        return context[2] if len(context) > 2 else ""
    return ""


def _number(path: str) -> Optional[int]:
    with contextlib.suppress(OSError, ValueError):
        return int(read(path) or b"")
    return None


def settings(interfaces: Iterable[str]) -> dict[str, Any]:
    """Return all of them; ``rp_filter`` by interface."""
    return {
        "rp_filter": {interface: rp_filter(interface) for interface in interfaces},
        "arp": arp(),
        "missing_capabilities": missing_capabilities(),
        "selinux": dict(selinux()),
    }
