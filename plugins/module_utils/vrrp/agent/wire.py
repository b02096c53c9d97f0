# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the configuration of an instance means to the protocol: parameters, packets to send, packets to expect."""

from __future__ import annotations

from typing import Optional

from ..config.model import Instance
from ..protocol import auth
from ..protocol.constants import AUTH_NONE, AUTH_PASS, VERSION_2, VRRP_MULTICAST_IPV4, VRRP_MULTICAST_IPV6, VRRP_TTL
from ..protocol.packet import PSEUDO_HEADER, Address, Advertisement, encode
from ..protocol.reception import Expectation
from ..protocol.states import Parameters
from . import headers

# keepalived 2.2.7 leaves the hop limit of its IPv6 unicast to the kernel: 64, or what a router on the segment says.
KEEPALIVED_UNICAST_HOPS_MIN = 1

Packet = tuple[bytes, str]  # a whole IP packet and its destination


def ip_version(config: Instance) -> int:
    """4 or 6. All addresses of an instance are of one version; it is part of what makes it a virtual router."""
    if config.addresses:
        return config.addresses[0].address.version
    return config.unicast_peers[0].version if config.unicast_peers else 4


def parameters(config: Instance, source: Optional[Address]) -> Parameters:
    """What the state machine needs of the configuration."""
    garp = config.garp
    return Parameters(
        version=config.version,
        vrid=config.virtual_router_id,
        priority=config.priority,
        interval_cs=config.advert_int_cs,
        source=source,
        begins_as_master=config.initial_state == "MASTER",
        preempt=not config.nopreempt,
        preempt_delay_s=config.preempt_delay_s,
        announce_repeat=garp.repeat,
        announce_delay_s=garp.delay_s,
        refresh_s=garp.refresh_s,
        refresh_repeat=garp.refresh_repeat,
        lower_prio_repeat=garp.lower_prio_repeat,
        lower_prio_delay_s=garp.lower_prio_delay_s,
    )


def authentication(config: Instance) -> dict:
    """The authentication fields of an advertisement or an expectation. VRRPv3 has none (RFC 9568 section 9)."""
    if config.authentication is None or config.version != VERSION_2:
        return {"auth_type": AUTH_NONE}
    return {"auth_type": AUTH_PASS, "auth_data": auth.pass_data(config.authentication.auth_pass)}


def expectation(config: Instance, source: Optional[Address]) -> Expectation:
    """What the advertisements of the peer must look like."""
    return Expectation(
        version=config.version,
        vrid=config.virtual_router_id,
        interval_cs=config.advert_int_cs,
        addresses=frozenset(entry.address.ip for entry in config.addresses),
        own_source=source,
        sources=frozenset(config.unicast_peers),
        min_ttl=KEEPALIVED_UNICAST_HOPS_MIN if config.unicast_peers and ip_version(config) == 6 else VRRP_TTL,
        **authentication(config),
    )


def packets(config: Instance, source: Optional[Address], priority: int) -> list[Packet]:
    """One advertisement of this priority, ready to send: to the group, or to each unicast peer."""
    if source is None:
        return []
    advertisement = Advertisement(
        version=config.version,
        vrid=config.virtual_router_id,
        priority=priority,
        addresses=tuple(entry.address.ip for entry in config.addresses),
        interval_cs=config.advert_int_cs,
        checksum_kind=PSEUDO_HEADER,  # as keepalived sends it; our own receiver takes both
        **authentication(config),
    )
    group = VRRP_MULTICAST_IPV6 if source.version == 6 else VRRP_MULTICAST_IPV4
    destinations = config.unicast_peers or (group,)
    return [(headers.write(source, peer, encode(advertisement, source, peer)), str(peer)) for peer in destinations]


def identity(config: Instance) -> tuple[str, int, int]:
    """What makes an instance the same one on the wire. A new name for it moves nothing."""
    return config.interface, config.virtual_router_id, ip_version(config)
