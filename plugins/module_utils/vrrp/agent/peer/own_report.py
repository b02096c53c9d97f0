# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It makes what this node tells the other one about itself and its instances."""

from __future__ import annotations

import hashlib
import os
import socket
from collections.abc import Iterable, Iterator
from typing import Optional

from ... import __version__
from ...config.model.configuration import Instance, VirtualAddress
from ...protocol.peer_report import InstanceReport, NodeReport
from ...protocol.priority import CheckResult
from ..instance import VrrpInstance

FORMAT = 1  # of the digest: another one as soon as it is made of other words, so that nobody compares the two
DIGITS = 16  # of a digest


def release() -> str:
    """Return the name of the folder of the release that this code is of; empty where it is of none."""
    package = os.path.realpath(__file__).rpartition(f"{os.sep}vrrp{os.sep}")[0]
    folder, name = os.path.split(package)
    return name if os.path.basename(folder) == "releases" else ""


def node(router_id: Optional[str], wall: float, drained: bool, stopping: bool) -> NodeReport:
    """Return what is told about this node."""
    return NodeReport(router_id or socket.gethostname(), __version__, release(), wall, drained, stopping)


def digest(config: Instance) -> str:
    """Return a digest of what both nodes must have alike, behind the number of its format.

    Left out are routes and rules, which may differ with the network behind each node. No secret is part of it: a
    listener could try passwords until one fits.
    """
    authentication = config.authentication.auth_type if config.authentication is not None else None
    words = (
        *(config.virtual_router_id, config.version, config.ip_version, config.down_timer_adverts, authentication),
        *(_sorted(config.addresses), _sorted(config.excluded), bool(config.unicast_peers)),
        config.advert_int_cs if config.version == 2 else None,  # VRRPv3 backups learn it from the master
        config.mcast_dst_ip if not config.unicast_peers else None,
        config.hmac is not None and config.hmac.mode,
    )
    return f"{FORMAT}:" + hashlib.sha256("\n".join(map(str, words)).encode()).hexdigest()[:DIGITS]


def _sorted(addresses: Iterable[VirtualAddress]) -> list[str]:
    return sorted(str(each.address.ip) for each in addresses)


class OwnReport:
    """It makes the reports about the instances; their digests are kept."""

    def __init__(self) -> None:
        self._digests: dict[str, tuple[Instance, str]] = {}

    def digest(self, config: Instance) -> str:
        """Return the same as :func:`digest`."""
        known = self._digests.get(config.name)
        if known is None or known[0] is not config:
            known = self._digests[config.name] = config, digest(config)
        return known[1]

    def instances(self, instances: Iterable[VrrpInstance]) -> Iterator[InstanceReport]:
        """Yield what is told about each."""
        for each in instances:
            router = each.router
            yield InstanceReport(
                each.name, router.state.value, router.priority, self.digest(each.config), tuple(_troubles(each))
            )


def _troubles(instance: VrrpInstance) -> Iterator[str]:
    yield from instance.router.faults
    yield from (f"{check.label} fails" for check in instance.tracking.checks if check.weight and _fails(check))


def _fails(check: CheckResult) -> bool:
    """Return whether a check with a weight fails. A number in a file does not: priorities may be steered with one."""
    return check.value is None and check.ok is not None and check.ok is check.reverse
