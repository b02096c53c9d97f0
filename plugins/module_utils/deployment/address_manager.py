# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It tells which program manages the addresses of an interface, and whether that keeps addresses of others."""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Iterable
from typing import Any, Callable, Optional

from .commands import output
from .files import read

NETWORKD, NETWORK_MANAGER, IFUPDOWN = "systemd-networkd", "NetworkManager", "ifupdown"
_FOLDERS = (
    "/usr/lib/systemd/network",
    "/usr/local/lib/systemd/network",
    "/run/systemd/network",
    "/etc/systemd/network",
)
_INTERFACES = ("/etc/network/interfaces", "/etc/network/interfaces.d/*")
_NETPLAN = re.compile(r"/\d+-netplan-[^/]*\.network$")
_STATUS = re.compile(r"^\s*([A-Z][A-Za-z ]+): (.*)$")


def manager(interface: str, root: str = "", ask: Callable[[list[str]], Optional[str]] = output) -> dict[str, Any]:
    """Return its ``name``, empty where none is known, and its ``file`` of the interface.

    Of systemd-networkd also KeepConfiguration= as ``keep``, and whether netplan wrote the file.
    """
    found: dict[str, Any] = {"name": "", "file": "", "keep": "", "netplan": False}
    if os.path.isdir(f"{root}/run/systemd/netif"):
        said = network_file(ask(["networkctl", "--no-pager", "status", interface]) or "")
        if said is not None:
            netplan = bool(_NETPLAN.search(said))
            return {"name": NETWORKD, "file": said, "keep": keep_configuration(said, root), "netplan": netplan}
    said = ask(["nmcli", "--terse", "--get-values", "GENERAL.STATE,GENERAL.CONNECTION", "device", "show", interface])
    state, _line, connection = (said or "").strip().partition("\n")
    if state.partition(" ")[0] == "100":
        return {**found, "name": NETWORK_MANAGER, "file": connection.strip()}
    for path in sorted(path for pattern in _INTERFACES for path in glob.glob(root + pattern)):
        if interface in configured(_text(path)):
            return {**found, "name": IFUPDOWN, "file": path[len(root) :]}
    return found


def network_file(status: str) -> Optional[str]:
    """Return the file by which networkd manages a link, of ``networkctl status``; None where it does not."""
    fields = {match[1]: match[2] for match in map(_STATUS.match, status.splitlines()) if match}
    state, path = fields.get("State", ""), fields.get("Network File", "n/a").strip()
    return path if state.rstrip().endswith(("(configured)", "(configuring)")) and path != "n/a" else None


def keep_configuration(path: str, root: str = "") -> str:
    """Return the value of KeepConfiguration= for a file of networkd and its drop-ins; empty where none says it."""
    name = os.path.basename(path)
    drop_ins: dict[str, str] = {}
    for folder in _FOLDERS:  # the last one wins: /etc over /run over /usr
        for drop_in in glob.glob(f"{glob.escape(root + folder)}/{glob.escape(name)}.d/*.conf"):
            drop_ins[os.path.basename(drop_in)] = drop_in
    value = ""
    for file in (root + path, *(drop_ins[each] for each in sorted(drop_ins))):
        value = last_value(_text(file), "Network", "KeepConfiguration", value)
    return value


def last_value(text: str, section: str, key: str, before: str = "") -> str:
    """Return the last value of a key in a section of a systemd file; ``before`` where it is not there."""
    inside = False
    for line in map(str.strip, text.splitlines()):
        if line.startswith("["):
            inside = line == f"[{section}]"
        elif inside and not line.startswith(("#", ";")) and line.partition("=")[0].strip() == key:
            before = line.partition("=")[2].strip()
    return before


def configured(text: str) -> Iterable[str]:
    """Return the interfaces that a file of ifupdown configures (interfaces(5))."""
    return [words[1] for words in map(str.split, text.splitlines()) if len(words) > 1 and words[0] == "iface"]


def _text(path: str) -> str:
    return (read(path) or b"").decode(errors="replace")
