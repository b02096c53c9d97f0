# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tests of an instance share how one is built from the lines of its vrrp_instance."""

from __future__ import annotations

from ipaddress import ip_interface

from vrrp.config.model.configuration import (
    Globals,
    Instance,
    VirtualAddress,
)
from vrrp.config.semantics.globals import Defaults
from vrrp.config.semantics.instance import Context, InstanceRules
from vrrp.config.semantics.sections import read
from vrrp.config.semantics.sync_groups import groups_by_member
from vrrp.config.semantics.track_definitions import TrackDefinitions
from vrrp.config.syntax.diagnostics import Diagnostics
from vrrp.config.syntax.parser import parse

KNOWN = TrackDefinitions((), (), (), {"track_script": (), "track_process": (), "track_file": ()})
LEAST = "interface eth0\nvirtual_router_id 51"
FOUR, SIX = "virtual_ipaddress { 192.0.2.1/24 }", "virtual_ipaddress { fe80::1/64 }"
ADDRESS = VirtualAddress(ip_interface("192.0.2.1/24"))
USUAL = Instance("VI_1", "eth0", 51, 1, addresses=(ADDRESS,))


def built(lines, addresses=FOUR, least=LEAST, group="", complete=True, defaults=None, **settings):
    """Return the instance, errors and warnings. ``lines`` begin in line 5 where ``least`` has two."""
    text = f"vrrp_instance VI_1 {{\n{least}\n{addresses}\n{lines}\n}}\n{group}"
    root = read(parse(text, "f"), Diagnostics())
    findings = Diagnostics()
    context = Context(
        Globals(**settings), defaults or Defaults({}, {}, {}), KNOWN, groups_by_member(root), complete, findings
    )
    found = InstanceRules(root.inside("vrrp_instance")[0], context).build()
    return found, [str(each)[2:] for each in findings.errors], [str(each)[2:] for each in findings.warnings]
