# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write the article's pair as configuration files: one instance with the options that tests use.

NODE_A.text("NodeA")                                the file of the article's master, with its missing brace
NODE_B.but(version=3, advert_int=0.1).text("NodeB")
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

ADDRESS_A, ADDRESS_B, CLIENT = "192.168.8.4", "192.168.8.6", "192.168.8.1"
VIP = "192.168.8.100"
PREFIX = "/24"
ADDRESS6_A, ADDRESS6_B, CLIENT6 = "fd00:8::4", "fd00:8::6", "fd00:8::1"
VIP6, VIP6_LINK_LOCAL = "fd00:8::100", "fe80::8:100"
PREFIX6 = "/64"


@dataclass(frozen=True)
class Instance:
    """It is one ``vrrp_instance``; the fields have keepalived's names. ``lines`` are further lines of its block."""

    name: str = "VI_1"
    state: str = "BACKUP"
    interface: str = "eth0"
    virtual_router_id: int = 51
    priority: int = 100
    advert_int: float = 1
    version: int = 2
    auth_pass: str | None = "1111"  # v3 has none (RFC 9568 section 9)
    auth_type: str = "PASS"
    virtual_ipaddress: tuple[str, ...] = (VIP + PREFIX,)
    unicast_src_ip: str | None = None
    unicast_peer: tuple[str, ...] = ()
    nopreempt: bool = False
    preempt_delay: float | None = None
    track_script: tuple[str, ...] = ()
    notify: str | None = None
    lines: tuple[str, ...] = ()

    def but(self, **changes: Any) -> Instance:
        """Return the same with some fields changed."""
        return replace(self, **changes)

    @property
    def master_down_interval_s(self) -> float:
        """Return Master_Down_Interval in seconds (RFC 3768 and RFC 9568, section 6.1): three intervals and the skew."""
        skew_s = (256 - self.priority) / 256
        if self.version == 3:
            skew_s *= self.advert_int
        return 3 * self.advert_int + skew_s

    def block(self) -> str:
        own = [
            f"state {self.state}",
            f"interface {self.interface}",
            f"virtual_router_id {self.virtual_router_id}",
            f"priority {self.priority}",
            f"advert_int {self.advert_int:g}",
        ]
        if self.version == 3:
            own.append("version 3")
        elif self.auth_pass is not None:
            own += ["authentication {", f"    auth_type {self.auth_type}", f"    auth_pass {self.auth_pass}", "}"]
        if self.unicast_src_ip:
            own.append(f"unicast_src_ip {self.unicast_src_ip}")
        own += _block("unicast_peer", self.unicast_peer)
        if self.nopreempt:
            own.append("nopreempt")
        if self.preempt_delay is not None:
            own.append(f"preempt_delay {self.preempt_delay:g}")
        own += _block("virtual_ipaddress", self.virtual_ipaddress)
        own += _block("track_script", self.track_script)
        if self.notify:
            own.append(f"notify {self.notify}")
        own += self.lines
        return "\n".join([f"vrrp_instance {self.name} {{", *("    " + line for line in own), "}"]) + "\n"

    def text(self, router_id: str = "node", *before: str) -> str:
        """Return a whole file; ``before`` are blocks such as :func:`script` ahead of the instance."""
        return whole([self], router_id, *before)


def whole(instances: list[Instance], router_id: str = "node", *before: str) -> str:
    """Return a file with several instances."""
    head = f"global_defs {{\n    router_id {router_id}\n    script_user root\n}}\n"
    return "\n".join([head, *before, *(instance.block() for instance in instances)])


def script(name: str, command: str, **options: Any) -> str:
    """Return one ``vrrp_script`` block."""
    lines = [f'    script "{command}"', *(f"    {key} {value}" for key, value in options.items())]
    return "\n".join([f"vrrp_script {name} {{", *lines, "}"]) + "\n"


def peer_status(peer: str, own: str, key: Path) -> str:
    """Return the block with which two agents tell each other how they do. The key is made where it is not there."""
    if not key.exists():
        key.write_text(f"hex:{secrets.token_hex(32)}\n")
        key.chmod(0o600)
    return f"global_defs {{\n    @hotstandby peer_status {peer} from {own} key {key}\n}}\n"


def _block(keyword: str, entries: tuple[str, ...]) -> list[str]:
    return [f"{keyword} {{", *("    " + entry for entry in entries), "}"] if entries else []


NODE_A = Instance(state="MASTER", priority=100)
NODE_B = Instance(state="BACKUP", priority=90)


def pair(**changes: Any) -> tuple[Instance, Instance]:
    """Return both nodes with the same changes."""
    return NODE_A.but(**changes), NODE_B.but(**changes)


def ipv6_pair(unicast: bool = False, **changes: Any) -> tuple[Instance, Instance]:
    """Return both nodes over IPv6, link-local address first (RFC 9568 section 5.2.9); with ``unicast`` as peers."""
    both = {"version": 3, "virtual_ipaddress": (VIP6_LINK_LOCAL + PREFIX6, VIP6 + PREFIX6), **changes}
    a, b = pair(**both)
    if unicast:
        a = a.but(unicast_src_ip=ADDRESS6_A, unicast_peer=(ADDRESS6_B,))
        b = b.but(unicast_src_ip=ADDRESS6_B, unicast_peer=(ADDRESS6_A,))
    return a, b


def unicast_pair(**changes: Any) -> tuple[Instance, Instance]:
    """Return both nodes, each naming the other."""
    return (
        NODE_A.but(unicast_src_ip=ADDRESS_A, unicast_peer=(ADDRESS_B,), **changes),
        NODE_B.but(unicast_src_ip=ADDRESS_B, unicast_peer=(ADDRESS_A,), **changes),
    )
