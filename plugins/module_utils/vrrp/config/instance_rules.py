# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One vrrp_instance section -> Instance: what its lines mean together."""

from __future__ import annotations

from typing import Any, Optional

from ..protocol.constants import (
    ADDRESSES_MAX,
    INTERVAL_DEFAULT_CS,
    INTERVAL_V3_MAX_CS,
    PRIORITY_DEFAULT,
    PRIORITY_OWNER,
)
from .gateways import tracked_gateways
from .model import Authentication, Globals, GratuitousArp, Instance, Notify
from .problems import Findings, show
from .reader import Section, Setting
from .spelling import did_you_mean
from .trackers import Script, Tracked, Tracking


class InstanceRules:
    """One vrrp_instance: what its lines mean together."""

    def __init__(
        self,
        section: Section,
        globals_: Globals,
        garp: dict[str, Any],
        scripts: list[Script],
        script_names: list[str],
        complete: bool,
        findings: Findings,
    ):
        self.section = section
        self.globals = globals_
        self.garp = garp
        self.scripts = {script.name: script for script in scripts}
        self.script_names = script_names
        self.complete = complete
        self.findings = findings
        self.title = f"vrrp_instance {show(section.name)}"
        self.addresses = [item for block in section.inside("virtual_ipaddress") for item in block.items]
        self.peers = [item for block in section.inside("unicast_peer") for item in block.items]
        self.family = self.addresses[0].value.address.version if self.addresses else 4

    def build(self) -> Optional[Instance]:
        section = self.section
        self._required()
        self._families()
        self._counts()
        self._unicast()
        version = self._version()
        advert_int_cs = self._advert_int(version)
        authentication = self._authentication(version)
        state, priority = self._state_and_priority()
        nopreempt, preempt_delay_s = self._preemption(state, priority)
        tracked = self._tracked()
        if "interface" not in section.settings or "virtual_router_id" not in section.settings:
            return None
        return Instance(
            name=section.name,
            interface=section.get("interface"),
            virtual_router_id=section.get("virtual_router_id"),
            line=section.place.line,
            addresses=tuple(item.value for item in self.addresses),
            initial_state=state,
            priority=priority,
            advert_int_cs=advert_int_cs,
            version=version,
            authentication=authentication,
            unicast_src_ip=section.get("unicast_src_ip"),
            unicast_peers=tuple(item.value for item in self.peers),
            nopreempt=nopreempt,
            preempt_delay_s=preempt_delay_s,
            notify=Notify(**section.group("notify.")),
            garp=GratuitousArp(**{**self.garp, **section.group("garp.")}),
            track=Tracking(scripts=tracked, gateways=tracked_gateways(section, self.findings)),
        )

    def _required(self) -> None:
        if not self.complete:
            return
        for name, example in (("interface", "eth0"), ("virtual_router_id", "51")):
            if not self.section.has(name):
                self.findings.error(self.section.place, f"{self.title} has no {name}", hint=f"add: {name} {example}")
        blocks = self.section.inside("virtual_ipaddress")
        if not self.addresses and not any(block.failed for block in blocks):
            place = blocks[0].place if blocks else self.section.place
            self.findings.error(
                place,
                f"{self.title} has no virtual_ipaddress",
                "RFC 9568 5.2.5: at least one address",
                "add: virtual_ipaddress { 192.0.2.1/24 }",
            )

    def _families(self) -> None:
        for item in self.addresses[1:]:
            if item.value.address.version != self.family:
                self.findings.error(
                    item.start,
                    f"{item.value.address} and {self.addresses[0].value.address} are of different families",
                    "RFC 9568 5.2.9: one family in an instance",
                    "use an instance for each family",
                )
        source = self.section.settings.get("unicast_src_ip")
        for item in ([source] if source else []) + self.peers:
            if self.addresses and item.value.version != self.family:
                self.findings.error(
                    item.place,
                    f"{item.value} is not of the family of the virtual addresses",
                    f"the virtual addresses are IPv{self.family}",
                )

    def _counts(self) -> None:
        if len(self.addresses) > ADDRESSES_MAX:
            self.findings.error(
                self.addresses[ADDRESSES_MAX].start,
                f"{self.title} has {len(self.addresses)} addresses",
                "RFC 9568 5.2.5: 1 to 255 addresses in an instance",
                "use a second instance",
            )
        seen: dict[Any, Setting] = {}
        for item in self.addresses:
            first = seen.setdefault(item.value.address.ip, item)
            if first is not item:
                self.findings.error(
                    item.start,
                    f"{item.value.address.ip} is given twice, first in line {first.start.line}",
                    hint="remove one",
                )

    def _unicast(self) -> None:
        source = self.section.settings.get("unicast_src_ip")
        if source and not self.section.inside("unicast_peer"):
            self.findings.warning(
                source.place,
                "unicast_src_ip without unicast_peer: advertisements go to the multicast group",
                hint="add: unicast_peer { ADDRESS }",
            )
        seen: set[Any] = set()
        for item in self.peers:
            if source and item.value == source.value:
                self.findings.error(
                    item.place,
                    f"unicast_peer {item.value} is this node's own unicast_src_ip",
                    hint="name the other nodes",
                )
            elif item.value in seen:
                self.findings.error(item.place, f"unicast_peer {item.value} is given twice", hint="remove one")
            seen.add(item.value)
        for block in self.section.inside("unicast_peer"):
            if not block.items and not block.failed and self.complete:
                self.findings.error(block.place, f"{self.title} has an empty unicast_peer", hint="name the other nodes")

    def _version(self) -> int:
        own = self.section.settings.get("version")
        if own is None:
            # keepalived: IPv6 is VRRPv3, whatever vrrp_version says.
            return 3 if self.family == 6 else self.globals.vrrp_version
        if own.value == 2 and self.family == 6:
            self.findings.error(
                own.place, "version 2 with IPv6 addresses", "RFC 3768 is IPv4 only: IPv6 needs VRRPv3", "version 3"
            )
        return own.value

    def _advert_int(self, version: int) -> int:
        """In centiseconds."""
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

    def _authentication(self, version: int) -> Optional[Authentication]:
        sections = self.section.inside("authentication")
        if not sections:
            return None
        place = sections[0].place
        if version == 3:
            self.findings.error(
                place,
                "authentication with VRRPv3",
                "RFC 5798 9 removed it: keepalived ignores it",
                "remove the block, or use version 2 (IPv4)",
            )
            return None
        values = {name: setting for section in sections for name, setting in section.settings.items()}
        failed = {name for section in sections for name in section.failed}
        if self.complete:
            for name, example in (("auth_type", "auth_type PASS"), ("auth_pass", "auth_pass PASSWORD")):
                if name not in values and name not in failed:
                    self.findings.error(
                        place,
                        f"authentication has no {name}",
                        "keepalived would use no authentication",
                        f"add: {example}",
                    )
        password = values.get("auth_pass")
        if password is None or "auth_type" not in values:
            return None
        if password.statement.comment_follows:
            self.findings.warning(
                password.place,
                "a comment begins right behind auth_pass",
                "# and ! begin a comment anywhere in a line",
                "if it is part of the password, put the password in double quotes",
            )
        return Authentication(values["auth_type"].value, password.value)

    def _state_and_priority(self) -> tuple[str, int]:
        state, priority = self.section.get("initial_state"), self.section.get("priority")
        if priority is None and not self.section.has("priority"):
            if state == "MASTER":
                # keepalived derives one from the other.
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
        """nopreempt and preempt_delay as they are in force: keepalived drops them where they cannot work."""
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

    def _tracked(self) -> tuple[Tracked, ...]:
        tracked: dict[str, Tracked] = {}
        for item in (item for block in self.section.inside("track_script") for item in block.items):
            name, weight = item.value
            place = item.start
            if name not in self.script_names:
                self.findings.error(
                    place,
                    f"track_script names the unknown script {show(name)}",
                    "each needs its vrrp_script block",
                    did_you_mean(name, self.script_names),
                )
                continue
            if name in tracked:
                self.findings.error(place, f"track_script {show(name)} is given twice", hint="remove one")
                continue
            script = self.scripts.get(name)
            if weight is None:
                weight = script.weight if script else 0
            tracked[name] = Tracked(name, weight)
        return tuple(tracked.values())
