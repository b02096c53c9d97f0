# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Make parameters, packets and expectations of the protocol from the configuration of an instance."""

from __future__ import annotations

from typing import Any, Optional

from ...config.model.configuration import Instance
from ...ip_types import Address
from ...protocol import simple_password
from ...protocol.auth_hmac import Verifier
from ...protocol.constants import (
    AUTH_AH,
    AUTH_NONE,
    AUTH_PASS,
    VERSION_2,
    VRRP_MULTICAST_IPV4,
    VRRP_MULTICAST_IPV6,
    VRRP_TTL,
)
from ...protocol.packet import MESSAGE_ONLY, PSEUDO_HEADER, Advertisement, encode
from ...protocol.states import Parameters
from ...protocol.validation import Expectation
from . import ip_headers

# Unicast may come through a router, with any unicast_ttl of its sender: keepalived checks it only where min_ttl or
# max_ttl is given. 0 means that the kernel did not tell.
UNICAST_TTL_MIN = 1

AddressedPacket = tuple[bytes, str]  # a whole IP packet and its destination


def parameters(config: Instance, source: Optional[Address]) -> Parameters:
    """Return what the state machine needs of the configuration."""
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
        down_adverts=config.down_timer_adverts,
        answers_lower=not config.lower_prio_no_advert,
    )


def authentication(config: Instance) -> dict[str, Any]:
    """Return the authentication fields of an advertisement or an expectation. VRRPv3 has none (RFC 9568 section 9)."""
    if config.authentication is None or config.version != VERSION_2 or config.hmac is not None:
        return {"auth_type": AUTH_NONE}
    if config.authentication.auth_type == "AH":
        return {"auth_type": AUTH_AH}
    return {"auth_type": AUTH_PASS, "auth_data": simple_password.pass_data(config.authentication.auth_pass)}


def ah_key(config: Instance) -> Optional[bytes]:
    """Return the key of its IPsec Authentication Header; None where there is none."""
    if authentication(config)["auth_type"] != AUTH_AH or config.ip_version != 4 or config.authentication is None:
        return None
    return simple_password.pass_data(config.authentication.auth_pass)


def group(config: Instance) -> Address:
    """Return the multicast group of an instance; it counts only where no unicast_peer is named."""
    if config.mcast_dst_ip is not None:
        return config.mcast_dst_ip
    return VRRP_MULTICAST_IPV6 if config.ip_version == 6 else VRRP_MULTICAST_IPV4


def expectation(config: Instance, source: Optional[Address], verifier: Optional[Verifier] = None) -> Expectation:
    """Return what the advertisements of the peer must look like."""
    return Expectation(
        version=config.version,
        vrid=config.virtual_router_id,
        interval_cs=config.advert_int_cs,
        addresses=frozenset(entry.address.ip for entry in config.addresses),
        own_source=source,
        sources=frozenset(config.unicast_peers),
        min_ttl=UNICAST_TTL_MIN if config.unicast_peers else VRRP_TTL,
        ttl_limits=tuple((limit.peer, limit.min_ttl, limit.max_ttl) for limit in config.ttl_limits),
        group=None if config.unicast_peers else group(config),
        skip_known=config.skip_check_adv_addr,
        verifier=verifier,
        **authentication(config),
    )


def advertisement(config: Instance, priority: int) -> Advertisement:
    """Return the advertisement of an instance."""
    return Advertisement(
        version=config.version,
        vrid=config.virtual_router_id,
        priority=priority,
        addresses=tuple(entry.address.ip for entry in config.addresses),
        interval_cs=config.advert_int_cs,
        checksum_kind=MESSAGE_ONLY if config.v3_checksum_as_v2 else PSEUDO_HEADER,  # our own receiver takes both
        **authentication(config),
    )


def destinations(config: Instance, source: Address) -> tuple[Address, ...]:
    """Return the destinations of an advertisement: the group, or each unicast peer but itself."""
    if not config.unicast_peers:
        return (group(config),)
    return tuple(peer for peer in config.unicast_peers if peer != source)


def ttl(config: Instance) -> int:
    """Return the TTL or hop limit of an advertisement."""
    return config.unicast_ttl if config.unicast_peers else VRRP_TTL


def packets(config: Instance, source: Optional[Address], priority: int) -> list[AddressedPacket]:
    """Return one advertisement of this priority, ready to send. An Authenticator makes those that are signed."""
    if source is None:
        return []
    said, hops = advertisement(config, priority), ttl(config)
    return [
        (ip_headers.write(source, peer, encode(said, source, peer), hops), str(peer))
        for peer in destinations(config, source)
    ]


def identity(config: Instance) -> tuple[str, int, int]:
    """Return what identifies an instance on the wire. A new name for it moves nothing."""
    return f"{config.interface}{_vmac(config)}{_among_others(config)}", config.virtual_router_id, config.ip_version


def _among_others(config: Instance) -> str:
    """Return what tells an instance from those above it that share its virtual router id on its link."""
    if not config.shares_vrid:
        return ""
    return f"/{config.unicast_src_ip or config.mcast_src_ip}/{','.join(map(str, sorted(config.unicast_peers)))}"


def _vmac(config: Instance) -> str:
    """Return the macvlan as a part of the identity: with another one it is another virtual router to its clients."""
    if config.vmac is None:
        return ""
    return f"/{config.lives_on}/{config.vmac.mac or ''}{'/base' if config.vmac.xmit_base else ''}"
