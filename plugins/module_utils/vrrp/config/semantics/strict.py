# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It applies ``vrrp_strict`` and ``strict_mode``: it resets settings with a warning, and reports forbidden ones.

keepalived resets most of what the RFCs do not have, and so do we; what it refuses is an error here, too.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ...protocol.constants import PRIORITY_OWNER
from ..model.configuration import Instance
from ..syntax.diagnostics import Diagnostics, Location
from .sections import Section

_RULE = "strict mode holds the instance to the RFCs"


class StrictRules:
    """It applies ``vrrp_strict`` or ``strict_mode`` to one instance."""

    def __init__(self, section: Section, findings: Diagnostics):
        self.section = section
        self.findings = findings

    def apply(self, instance: Instance) -> Instance:
        """Return ``instance`` as strict mode allows it, and report what it changes or forbids."""
        self._forbidden(instance)
        instance = self._unauthenticated(instance)
        owner = instance.priority == PRIORITY_OWNER
        instance = self._reset(instance, "initial_state", "state", "MASTER" if owner else "BACKUP")
        instance = self._reset(instance, "preempt_delay_s", "preempt_delay", 0.0)
        instance = self._reset(instance, "down_timer_adverts", "down_timer_adverts", 3)
        instance = self._reset(instance, "lower_prio_no_advert", "lower_prio_no_advert", True)
        for field, keyword, value in (
            ("lower_prio_repeat", "garp_lower_prio_repeat", 0),
            ("lower_prio_delay_s", "garp_lower_prio_delay", 0.0),
        ):
            if getattr(instance.garp, field) != value:
                self._said(f"garp.{field}", keyword)
                changed: dict[str, Any] = {field: value}
                instance = replace(instance, garp=replace(instance.garp, **changed))
        accept = owner if "accept" not in self.section.settings else instance.accept
        if accept and not owner and instance.version == 2:
            self._said("accept", "accept")
            accept = False
        if "no_accept" in self.section.settings:
            accept = False
        return replace(instance, accept=accept, vmac=self._vmac(instance))

    def _forbidden(self, instance: Instance) -> None:
        block = self.section.inside
        if instance.unicast_peers:
            self.findings.tolerated(
                block("unicast_peer")[0].place,
                "unicast_peer in strict mode",
                "the RFCs know multicast only: keepalived runs it all the same, and so do we",
                "remove one of them",
            )
        if not instance.addresses:
            self._error(self.section.place, "no virtual_ipaddress in strict mode", "add one, or remove strict mode")
        if instance.hmac and instance.hmac.mode != "enforce":
            self._error(block("auth_hmac")[0].place, "auth_hmac in strict mode enforces", "mode enforce")
        first = instance.addresses[0].address.ip if instance.addresses else None
        if first is not None and first.version == 6 and not first.is_link_local:
            place = block("virtual_ipaddress")[0].items[0].start
            self._error(place, f"the first address, {first}, is not link-local", "put the fe80:: address first")

    def _unauthenticated(self, instance: Instance) -> Instance:
        if not instance.authentication:
            return instance
        self.findings.tolerated(
            self.section.inside("authentication")[0].place,
            "authentication in strict mode",
            "keepalived ignores the block then, and so do we: a peer that has it is not understood",
            "remove it on all nodes, or use auth_hmac, or strict_mode off",
        )
        return replace(instance, authentication=None)

    def _vmac(self, instance: Instance) -> Any:
        vmac = instance.vmac
        if vmac is not None and vmac.mac is not None:
            self._said("vmac", "a MAC address of use_vmac")
            vmac = replace(vmac, mac=None)
        if vmac is not None and vmac.xmit_base:
            self._said("vmac_xmit_base", "vmac_xmit_base")
            vmac = replace(vmac, xmit_base=False)
        return vmac

    def _reset(self, instance: Instance, field: str, keyword: str, value: Any) -> Instance:
        if getattr(instance, field) == value:
            return instance
        self._said(field, keyword)
        return replace(instance, **{field: value})

    def _said(self, field: str, keyword: str) -> None:
        """Warn where the instance itself sets the keyword; a default is reset without a warning."""
        setting = self.section.settings.get(field)
        if setting is not None:
            self.findings.warning(setting.place, f"{keyword} has no effect in strict mode", _RULE, "strict_mode off")

    def _error(self, place: Location, text: str, hint: str) -> None:
        self.findings.error(place, text, _RULE, hint)
