# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Find an address owner (priority 255) whose only address is its virtual one."""

from __future__ import annotations

from collections.abc import Iterator

from ...config.model.configuration import Instance
from ...protocol.constants import PRIORITY_OWNER
from ..addresses.desired import installed_by, place_of, source_address
from ..netlink.links import InterfaceTable


def unheard_owner(instance: Instance, table: InterfaceTable) -> Iterator[tuple[str, str]]:
    """Yield a text and a hint: the kernel of a standby that has the address drops what comes from it."""
    if instance.priority != PRIORITY_OWNER or instance.configured_source is not None:
        return
    version = instance.ip_version
    virtual = frozenset(place_of(entry) for entry in installed_by(instance))
    only = source_address(instance.interface, frozenset(), table, version)
    if only is None or source_address(instance.interface, virtual, table, version) is not None:
        return
    text = f"it has no address on {instance.interface} but virtual ones: a standby that took over cannot hear it"
    yield text, f"give {instance.interface} a second address, or the instance priority 254"
