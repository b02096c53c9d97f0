# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It makes an Instance of one vrrp_instance section, and checks its lines together."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Optional

from ...protocol.constants import (
    ADDRESSES_MAX,
    INTERVAL_DEFAULT_CS,
    INTERVAL_V3_MAX_CS,
    PRIORITY_DEFAULT,
    PRIORITY_OWNER,
)
from ..model.configuration import Globals, GratuitousArp, Instance, NotifyScripts, VirtualAddress, Vmac
from ..model.trackers import Tracking
from ..syntax.diagnostics import Diagnostics, show
from .authentication import auth_hmac, authentication
from .globals import Defaults, spread
from .peers import PeerRules
from .sections import Section, Setting, fields_of
from .strict import StrictRules
from .subnets import judge_ends
from .track_definitions import TrackDefinitions
from .tracking import TrackingRules


@dataclass(frozen=True)
class Context:
    """It holds what an instance needs of the rest of the file. ``groups``: name of a member -> its sync group."""

    globals: Globals
    defaults: Defaults
    track_definitions: TrackDefinitions
    groups: dict[str, Section]
    complete: bool
    findings: Diagnostics


class InstanceRules:
    """It checks and combines the lines of one vrrp_instance."""

    def __init__(self, section: Section, context: Context):
        self.section = section
        self.context = context
        self.complete = context.complete
        self.findings = context.findings
        self.title = f"vrrp_instance {show(section.name)}"
        self.addresses = self._items("virtual_ipaddress")
        self.peers = PeerRules(section, context.globals, context.defaults, context.complete, context.findings)
        self.family = self.addresses[0].value.address.version if self.addresses else self.peers.family or 4

    def build(self) -> Optional[Instance]:
        """Return the instance, or None where its interface or its VRID is missing or bad."""
        section = self.section
        self._required()
        self._families()
        self._counts()
        judge_ends([*self.addresses, *self._items("virtual_ipaddress_excluded")], self.findings)
        speech = self.peers.build(self.family, bool(self.addresses))
        version = self._version()
        advert_int_cs = self._advert_int(version)
        state, priority = self._state_and_priority()
        self._source(priority)
        nopreempt, preempt_delay_s = self._preemption(state, priority)
        tracking = self._tracking(priority)
        proof = authentication(section, version, self.complete, self.findings)
        hmac = auth_hmac(section, advert_int_cs, self.complete, self.findings)
        if proof is not None and proof.auth_type == "AH":
            state = self._ah(state, priority)
        vmac = self._vmac(bool(speech["unicast_peers"]))
        if self.peers.interface is None or "virtual_router_id" not in section.settings:
            return None
        worked_out: dict[str, Any] = {
            "name": section.name,
            "interface": self.peers.interface,
            "line": section.place.line,
            "addresses": self._living(self.addresses, vmac),
            "initial_state": state,
            "priority": priority,
            "advert_int_cs": advert_int_cs,
            "version": version,
            "authentication": None if hmac else proof,
            "nopreempt": nopreempt,
            "preempt_delay_s": preempt_delay_s,
            "notify": self._notify(),
            "garp": GratuitousArp(**{**self.context.defaults.garp, **spread(section.group("garp."))}),
            "track": tracking,
            "hmac": hmac,
            "accept": self._accept() or priority == PRIORITY_OWNER,
            "excluded": self._living(self._items("virtual_ipaddress_excluded"), vmac),
            "routes": tuple(item.value for item in self._items("virtual_routes")),
            "rules": tuple(item.value for item in self._items("virtual_rules")),
            "vmac": vmac,
            **speech,
        }
        # Any other field is taken from the file unchanged; the instance's own line comes before that of global_defs.
        said = {**self.context.defaults.fields, **{name: each.value for name, each in section.settings.items()}}
        instance = Instance(**{**fields_of(Instance, said), **worked_out})
        strict = self._own_or_default("strict_mode")
        return StrictRules(section, self.findings).apply(instance) if strict else instance

    def _source(self, priority: int) -> None:
        """Report a source that is a virtual address of the instance: a BACKUP does not have it, and cannot use it."""
        source = self.peers.source
        own = [item.value.address.ip for name in _VIRTUAL for item in self._items(name)]
        if source is None or priority == PRIORITY_OWNER or source.value not in own:
            return
        keyword = source.statement.keyword
        # To the IPv4 multicast group a node can send from any address, also from one that it does not have.
        if self.peers.peers or self.family == 6 or self.section.has("track_src_ip"):
            self.findings.error(
                source.place,
                f"{keyword} {source.value} is a virtual address of {self.title}: no node has it before it is MASTER",
                "it would be in FAULT on every node",
                "name an address of this node's own",
            )
        else:
            self.findings.warning(
                source.place,
                f"{keyword} {source.value} is a virtual address of {self.title}: a MASTER hears nobody who has it too",
                "the kernel drops what comes from an address of its own, so two masters stay two",
                "name an address of this node's own",
            )

    def _items(self, name: str) -> list[Setting]:
        return [item for block in self.section.inside(name) for item in block.items]

    def _own_or_default(self, name: str) -> Any:
        own = self.section.settings.get(name)
        return self.context.defaults.fields.get(name) if own is None else own.value

    def _required(self) -> None:
        if not self.complete:
            return
        if not self.section.has("virtual_router_id"):
            self.findings.error(
                self.section.place, f"{self.title} has no virtual_router_id", hint="add: virtual_router_id 51"
            )
        blocks = self.section.inside("virtual_ipaddress")
        if (
            not self.addresses
            and not any(block.failed for block in blocks)
            and not self.section.has("no_virtual_ipaddress")
        ):
            place = blocks[0].place if blocks else self.section.place
            self.findings.tolerated(
                place,
                f"{self.title} has no virtual_ipaddress",
                "RFC 9568 5.2.5: at least one address. keepalived runs it, and so do we: MASTER then holds nothing",
                "add: virtual_ipaddress { 192.0.2.1/24 }, or no_virtual_ipaddress where that is meant",
            )
        if self.section.has("native_ipv6") and self.family == 4:
            stands = self.section.settings["native_ipv6"].place if "native_ipv6" in self.section.settings else None
            self.findings.error(
                stands or self.section.place,
                f"native_ipv6, but {self.title} has no IPv6 address",
                hint="the virtual addresses say what it is",
            )

    def _families(self) -> None:
        for item in self.addresses[1:]:
            if item.value.address.version != self.family:
                self.findings.error(
                    item.start,
                    f"{item.value.address} and {self.addresses[0].value.address} are of different families",
                    "RFC 9568 5.2.9: one family in an instance",
                    "put it into virtual_ipaddress_excluded, or use an instance for each family",
                )

    def _counts(self) -> None:
        if len(self.addresses) > ADDRESSES_MAX:
            self.findings.error(
                self.addresses[ADDRESSES_MAX].start,
                f"{self.title} has {len(self.addresses)} addresses",
                "RFC 9568 5.2.5: 1 to 255 addresses in an instance",
                "put the rest into virtual_ipaddress_excluded, or use a second instance",
            )
        # An excluded address may be on two interfaces. An advertisement does not name the interface of an address.
        seen: dict[Any, Setting] = {}
        links: dict[Any, Setting] = {}
        for item in self.addresses:
            self._once(item, seen.setdefault(item.value.address.ip, item))
            links.setdefault(self._link(item), item)
        for item in self._items("virtual_ipaddress_excluded"):
            self._once(item, links.setdefault(self._link(item), item))

    def _link(self, item: Setting) -> tuple[Any, str]:
        return item.value.address.ip, item.value.device or self.peers.interface or ""

    def _once(self, item: Setting, first: Setting) -> None:
        if first is not item:
            self.findings.error(
                item.start,
                f"{item.value.address.ip} is given twice, first in {first.start.seen_from(item.start)}",
                hint="remove one",
            )

    def _version(self) -> int:
        own = self.section.settings.get("version")
        if own is None:
            # keepalived: IPv6 is always VRRPv3; vrrp_version does not count.
            return 3 if self.family == 6 else self.context.globals.vrrp_version
        if own.value == 2 and self.family == 6:
            self.findings.error(
                own.place, "version 2 with IPv6 addresses", "RFC 3768 is IPv4 only: IPv6 needs VRRPv3", "version 3"
            )
        return int(own.value)

    def _advert_int(self, version: int) -> int:
        """Return advert_int in centiseconds (RFC 3768 5.3.7, RFC 9568 5.2.7)."""
        setting = self.section.settings.get("advert_int")
        if setting is None:
            return INTERVAL_DEFAULT_CS
        interval_cs = setting.value * 100
        if version == 2 and setting.value % 1:
            self.findings.error(
                setting.place,
                f"advert_int {setting.value} with VRRPv2",
                "RFC 3768 5.3.7: whole seconds, 1 to 255",
                "for fractions: version 3, or vrrp_version 3 in global_defs, on every node",
            )
        elif version == 3 and interval_cs > INTERVAL_V3_MAX_CS:
            self.findings.error(
                setting.place, f"advert_int {setting.value} with VRRPv3", "RFC 9568 5.2.7: 0.01 to 40.95 seconds"
            )
        elif version == 3 and interval_cs % 1:
            self.findings.error(
                setting.place, f"advert_int {setting.value} with VRRPv3", "RFC 9568 5.2.7: whole centiseconds"
            )
        return int(interval_cs)

    def _state_and_priority(self) -> tuple[str, int]:
        state, priority = self.section.get("initial_state"), self.section.get("priority")
        if priority is None and not self.section.has("priority"):
            if state == "MASTER":
                # keepalived derives the priority from the state.
                self.findings.warning(
                    self.section.settings["initial_state"].place,
                    "state MASTER without a priority means priority 255",
                    "255 is the owner of the addresses (RFC 9568 5.2.4)",
                    "add: priority 100",
                )
            priority = PRIORITY_OWNER if state == "MASTER" else None
        priority = PRIORITY_DEFAULT if priority is None else priority
        if state is None:
            state = "MASTER" if priority == PRIORITY_OWNER else "BACKUP"
        return state, priority

    def _preemption(self, state: str, priority: int) -> tuple[bool, float]:
        """Return nopreempt and preempt_delay (seconds). As in keepalived, one that can have no effect is dropped."""
        delay, nopreempt = self.section.settings.get("preempt_delay_s"), self.section.settings.get("nopreempt")
        preempt = self.section.settings.get("preempt")
        if nopreempt and preempt and preempt.place > nopreempt.place:
            nopreempt = None
        if nopreempt and (state == "MASTER" or priority == PRIORITY_OWNER):
            because = "state MASTER" if state == "MASTER" else "priority 255"
            self.findings.warning(nopreempt.place, f"nopreempt has no effect with {because}", hint="use state BACKUP")
            nopreempt = None
        if delay and delay.value and (nopreempt or state == "MASTER"):
            because = "nopreempt" if nopreempt else "state MASTER"
            self.findings.warning(delay.place, f"preempt_delay has no effect with {because}", hint="remove one")
            delay = None
        return bool(nopreempt), float(delay.value) if delay else 0.0

    def _accept(self) -> bool:
        yes, no = (self.section.settings.get(name) for name in ("accept", "no_accept"))
        return no is None or (yes is not None and yes.start > no.start)

    def _ah(self, state: str, priority: int) -> str:
        """Return the initial state with AH: as in keepalived, BACKUP, as it must hear a sequence number before."""
        if state != "MASTER" or priority == PRIORITY_OWNER:
            return state
        place = self.section.settings["initial_state"].place
        self.findings.warning(place, "state MASTER has no effect with auth_type AH", hint="use state BACKUP")
        return "BACKUP"

    def _notify(self) -> NotifyScripts:
        values = self.section.group("notify.")
        if "deleted" in self.section.settings:
            values["deleted"], values["says_deleted"] = self.section.get("deleted"), True
        if "priority_changes" not in values:
            group = self.context.groups.get(self.section.name)
            of_all = self.context.defaults.fields.get("notify.priority_changes", False)
            values["priority_changes"] = group.get("notify.priority_changes", of_all) if group else of_all
        return NotifyScripts(**values)

    def _tracking(self, priority: int) -> Tracking:
        rules = TrackingRules(self.section, self.context.track_definitions, self.findings)
        tracking = rules.build()
        group = self.context.groups.get(self.section.name)
        if group is not None and not (group.get("tracking_weight") or group.get("global_tracking")):
            return rules.of_member(tracking, group.name)
        return rules.of_owner(tracking) if priority == PRIORITY_OWNER else tracking

    def _vmac(self, unicast: bool) -> Optional[Vmac]:
        line = self.section.settings.get("vmac")
        base = self.section.settings.get("vmac_xmit_base")
        self._vmac_addresses(line is not None)
        if line is None:
            if base is not None:
                self.findings.warning(base.place, "vmac_xmit_base has no effect without use_vmac", hint="remove it")
            return None
        mac = line.value.mac
        if mac is not None and len(mac.split(":")) == 5:
            mac = f"{mac}:{self.section.get('virtual_router_id', 0):02x}"
        if unicast and base is None:
            self.findings.warning(
                line.place, "use_vmac with unicast_peer means vmac_xmit_base", hint="add: vmac_xmit_base"
            )
        return Vmac(line.value.name, mac, xmit_base=unicast or base is not None)

    def _living(self, items: list[Setting], vmac: Optional[Vmac]) -> tuple[VirtualAddress, ...]:
        """Return the addresses. With a macvlan ``dev`` of the instance's own interface is ignored as in keepalived."""
        values = [item.value for item in items]
        if vmac is not None:
            values = [replace(each, device=None) if each.device == self.peers.interface else each for each in values]
        return tuple(values)

    def _vmac_addresses(self, is_there: bool) -> None:
        """Warn of each address that cannot be on the instance's only macvlan as the file wants it."""
        excluded = self._items("virtual_ipaddress_excluded")
        for item in self.addresses + excluded:
            elsewhere = item.value.device not in (None, self.peers.interface)
            if item.value.use_vmac and (elsewhere or not is_there):
                self.findings.warning(
                    item.start,
                    f"use_vmac has no effect behind {item.value.address.ip}",
                    f"it lives on {item.value.device or self.peers.interface} itself, with its own Ethernet address",
                    "an instance of its own on that interface" if elsewhere else "add use_vmac to the instance",
                )
            elif is_there and not elsewhere and item.value.address.version != self.family:
                self.findings.warning(
                    item.start,
                    f"{item.value.address.ip} lives on a macvlan that has the Ethernet address of IPv{self.family}",
                    "RFC 9568 7.3 has one for each family",
                    f"an instance of its own for IPv{item.value.address.version}",
                )


_VIRTUAL = ("virtual_ipaddress", "virtual_ipaddress_excluded")
