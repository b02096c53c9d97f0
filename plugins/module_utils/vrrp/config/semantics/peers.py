# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It checks how one vrrp_instance sends: interface, source addresses, peers, multicast group, TTL."""

from __future__ import annotations

from typing import Any, Optional

from ..keywords.address_values import Peer
from ..model.configuration import Globals, TtlLimit
from ..syntax.diagnostics import Diagnostics, show
from .globals import Defaults
from .sections import Section, Setting

LOOPBACK = "lo"


class PeerRules:
    """It checks and combines the lines about interface, source and destination of one vrrp_instance."""

    def __init__(self, section: Section, globals_: Globals, defaults: Defaults, complete: bool, findings: Diagnostics):
        self.section = section
        self.globals = globals_
        self.defaults = defaults
        self.complete = complete
        self.findings = findings
        self.title = f"vrrp_instance {show(section.name)}"
        self.source = self._source()
        every = [item for block in section.inside("unicast_peer") for item in block.items]
        own = self.source.value if self.source else None
        self.selves = [item for item in every if item.value.address == own]
        self.peers = [item for item in every if item.value.address != own]

    @property
    def family(self) -> int:
        """Return the IP version of the peers, 4 or 6; 0 without peers."""
        return self.peers[0].value.address.version if self.peers else 0

    @property
    def interface(self) -> Optional[str]:
        """Return the interface; None where the file names none although one is needed."""
        own = self.section.get("interface")
        return self.globals.default_interface if own is None and self._may_have_none() else own

    def build(self, family: int, certain: bool) -> dict[str, Any]:
        """Return fields of Instance. ``certain`` is False where no virtual address shows the IP version."""
        self._interface()
        if certain:
            self._families(family)
        self._peers()
        unicast = bool(self.peers)
        peers: list[Peer] = [item.value for item in self.peers]
        limits = [peer for peer in peers if peer.min_ttl is not None or peer.max_ttl is not None]
        source = self.source.value if self.source else None
        named = "unicast_src_ip" in self.section.settings
        return {
            "unicast_src_ip": source if unicast or named else None,
            "mcast_src_ip": None if unicast else source,
            "unicast_peers": tuple(dict.fromkeys(peer.address for peer in peers)),
            "mcast_dst_ip": self._group(family, unicast),
            "track_src_ip": self._track_src_ip(),
            "unicast_ttl": self._ttl(unicast),
            "ttl_limits": tuple(
                TtlLimit(peer.address, peer.min_ttl or 0, 255 if peer.max_ttl is None else peer.max_ttl)
                for peer in limits
            ),
            "unicast_fault_no_peer": self.section.get("unicast_fault_no_peer", False),
        }

    def _source(self) -> Optional[Setting]:
        """Return the last line of unicast_src_ip and mcast_src_ip: for keepalived both set the same source."""
        found = [
            self.section.settings[name] for name in ("unicast_src_ip", "mcast_src_ip") if name in self.section.settings
        ]
        if len(found) == 2:
            found.sort(key=lambda setting: setting.start)
            if found[0].value != found[1].value:
                keyword = found[0].statement.keyword
                self.findings.warning(
                    found[0].place,
                    f"{keyword} has no effect beside {found[1].statement.keyword} below",
                    "both name the source of advertisements, unicast or not, and the last one counts",
                    "remove one",
                )
        return found[-1] if found else None

    def _may_have_none(self) -> bool:
        return not self.section.has("interface") and bool(self.peers)

    def _interface(self) -> None:
        if self.interface == LOOPBACK:
            own = self.section.settings.get("interface")
            self.findings.error(
                self.section.place if own is None else own.place,
                f"{self.title} cannot speak on the loopback interface {LOOPBACK}: nobody else hears it",
                hint=f"name the interface to the other nodes; addresses that belong there: dev {LOOPBACK}",
            )
        if self.section.has("interface") or not self.complete:
            return
        if not self._may_have_none():
            self.findings.error(self.section.place, f"{self.title} has no interface", hint="add: interface eth0")
            return
        default = self.globals.default_interface
        if self.source is None:
            self.findings.error(
                self.section.place,
                f"{self.title} has neither interface nor unicast_src_ip",
                "one of them says from where it speaks",
                f"add: interface {default}",
            )
            return
        self.findings.warning(
            self.section.place,
            f"{self.title} has no interface: it speaks and holds its addresses on {default}",
            "default_interface in global_defs, eth0 where it is not set",
            f"add: interface {default}",
        )

    def _families(self, family: int) -> None:
        settings = self.section.settings
        sources = [settings[name] for name in ("unicast_src_ip", "mcast_src_ip") if name in settings]
        for item, address in [(item, item.value) for item in sources] + [
            (item, item.value.address) for item in self.peers
        ]:
            if address.version != family:
                self.findings.error(
                    item.place,
                    f"{address} is not of the family of the virtual addresses",
                    f"the virtual addresses are IPv{family}",
                )

    def _peers(self) -> None:
        fault = self.section.get("unicast_fault_no_peer", False)
        source = self.section.settings.get("unicast_src_ip")
        if source and not self.section.inside("unicast_peer") and not fault:
            self.findings.warning(
                source.place,
                "unicast_src_ip without unicast_peer: advertisements go to the multicast group",
                hint="add: unicast_peer { ADDRESS }",
            )
        for item in self.selves:
            name = self.source.statement.keyword if self.source else ""
            text = f"unicast_peer {item.value.address} is this node's own {name}"
            if self.peers:
                rule = "keepalived has it in one list for all nodes; here it is left out"
                self.findings.tolerated(item.start, text, rule, "name the other nodes")
            else:
                self.findings.error(item.start, text, hint="name the other nodes")
        seen: set[Any] = set()
        for item in self.peers:
            address = item.value.address
            if address in seen:
                text = f"unicast_peer {address} is given twice"
                self.findings.tolerated(item.start, text, "keepalived takes it; here it is one peer", "remove one")
            seen.add(address)
        for block in self.section.inside("unicast_peer"):
            if not block.items and not block.failed and self.complete and not fault:
                text, rule = f"{self.title} has an empty unicast_peer", "keepalived goes to multicast, and so do we"
                self.findings.tolerated(block.place, text, rule, "name the other nodes, or remove the block")

    def _group(self, family: int, unicast: bool) -> Any:
        own = self.section.settings.get("mcast_dst_ip")
        if own is None:
            return None if unicast else self.defaults.groups.get(family)
        if unicast:
            self.findings.warning(own.place, "mcast_dst_ip has no effect with unicast_peer", hint="remove one")
            return None
        if own.value.version != family:
            self.findings.error(own.place, f"{own.value} is not of the family of the virtual addresses")
        return own.value

    def _track_src_ip(self) -> bool:
        setting = self.section.settings.get("track_src_ip")
        if setting is not None and self.source is None:
            text = "track_src_ip has no effect without unicast_src_ip or mcast_src_ip"
            self.findings.warning(setting.place, text, hint="remove it")
            return False
        return setting is not None

    def _ttl(self, unicast: bool) -> int:
        setting = self.section.settings.get("unicast_ttl")
        if setting is None:
            return 255
        if not unicast:
            self.findings.warning(setting.place, "unicast_ttl has no effect without unicast_peer", hint="remove it")
            return 255
        return int(setting.value)
