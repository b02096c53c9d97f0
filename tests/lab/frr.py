# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run FRRouting's vrrpd as a peer: an independent implementation of VRRPv3.

It works on macvlan interfaces that exist before it, with the address that the RFC gives to a virtual router; a backup
turns them off (protodown). So the address is always there, and the question is which host *answers* for it.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .host import Host, LabError
from .peers import Peer, poll

PROGRAMS = Path("/usr/lib/frr")
MACVLAN = {4: "vrrp4-1", 6: "vrrp6-1"}


@dataclass(frozen=True)
class Router:
    """It is one virtual router of FRR, over one IP version."""

    vip: str  # with its prefix length
    priority: int = 100
    interval_s: float = 1.0  # in steps of 0.01
    vrid: int = 51

    @property
    def version(self) -> int:
        return 6 if ":" in self.vip else 4

    def text(self) -> str:
        address = self.vip.split("/")[0]
        word = "ipv6" if self.version == 6 else "ip"
        lines = [
            "interface eth0",
            f" vrrp {self.vrid} version 3",
            f" vrrp {self.vrid} priority {self.priority}",
            f" vrrp {self.vrid} advertisement-interval {round(self.interval_s * 1000)}",
            f" vrrp {self.vrid} {word} {address}",
        ]
        return "\n".join([*lines, "exit", ""])


class Frr(Peer):
    """It runs zebra and vrrpd on a host, with the macvlan of its one virtual router."""

    kind = "frr"

    def __init__(self, host: Host, router: Router):
        super().__init__(host, router.text())
        self.router = router
        self.interface = MACVLAN[router.version]
        self._zebra: subprocess.Popen | None = None

    def _program(self, name: str) -> list[str]:
        folder = str(self.folder)
        return [
            *(str(PROGRAMS / name), "--config_file", str(self.config), "--pid_file", f"{folder}/{name}.pid"),
            *("--socket", f"{folder}/zserv.api", "--vty_socket", folder, "--vty_port", "0"),
            *("--log", f"file:{self.log}", "--log-level", "debug"),
        ]

    def arguments(self) -> list[str]:
        return self._program("vrrpd")

    def start(self) -> Frr:
        self._make_interface()
        shutil.chown(self.folder, "frr", "frr")  # both programs give up root and keep what they need
        shutil.chown(self.config, "frr", "frr")
        with self.log.open("ab") as log:
            self._zebra = self.host.popen(
                self._program("zebra"), stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=dict(os.environ)
            )
        poll((self.folder / "zserv.api").exists, 10, f"{self}: zebra does not listen", self.tail)
        super().start()
        return self

    def _make_interface(self) -> None:
        name = self.interface
        if name in self.host.ip("-o", "link"):
            return
        # Linux answers on any interface for an address of any other one: the backup must not.
        self.host.sysctl("net.ipv4.conf.eth0.arp_ignore", 1)
        self.host.sysctl("net.ipv4.conf.all.rp_filter", 0)
        self.host.ip("link", "add", name, "link", "eth0", "type", "macvlan", "mode", "bridge")
        self.host.ip("link", "set", "dev", name, "address", self.mac)
        self.host.ip(*("addr", "add", self.router.vip, "dev", name), *(["nodad"] if self.router.version == 6 else []))
        self.host.ip("link", "set", "dev", name, "up")

    @property
    def mac(self) -> str:
        """Return the address that answers while it is master (RFC 9568 section 7.3)."""
        return f"00:00:5e:00:0{1 if self.router.version == 4 else 2}:{self.router.vrid:02x}"

    def stop(self, timeout_s: float = 10) -> int:
        """Stop vrrpd, which advertises 0, and remove the interface that answered for the address."""
        code = super().stop(timeout_s)
        self.host.ip("link", "del", self.interface)
        return code

    def kill(self) -> None:
        super().kill()
        if self._zebra is not None and self._zebra.poll() is None:
            self._zebra.kill()
            self._zebra.wait(timeout=10)

    def state(self, instance: str = "") -> str:
        """Return the state in ``show vrrp``, in our words; "" while it does not answer."""
        shown = self._show()
        for interface in shown if isinstance(shown, list) else []:
            router = interface.get("v6" if self.router.version == 6 else "v4", {})
            return str(router.get("status", "")).upper()
        return ""

    def _show(self) -> Any:
        done = subprocess.run(
            ["vtysh", "--vty_socket", str(self.folder), "-d", "vrrpd", "-c", "show vrrp json"],
            capture_output=True,
            text=True,
            check=False,
            timeout=10,
        )
        try:
            return json.loads(done.stdout)
        except ValueError:
            return None


def wait_answered_by(client: Host, vip: str, mac: str, timeout_s: float = 10) -> None:
    """Return as soon as the client, asking again, hears only ``mac`` answer for ``vip``. Raises LabError."""
    deadline = time.monotonic() + timeout_s
    while True:
        seen = macs(client, vip)
        if seen == [mac]:
            return
        if time.monotonic() >= deadline:
            raise LabError(f"{vip} is answered for by {seen or 'no host'}, not by {mac} alone, after {timeout_s} s")


def macs(client: Host, vip: str) -> list[str]:
    """Return the Ethernet addresses that answer for ``vip`` when the client asks with an empty table."""
    client.ip("neigh", "flush", "to", vip, "dev", "eth0")
    client.run(["ping", "-c", "1", "-W", "1", vip])
    found = json.loads(client.ip("-j", "neigh", "show", "to", vip, "dev", "eth0") or "[]")
    return sorted({entry["lladdr"] for entry in found if "lladdr" in entry})
