# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Requests about links, as octets for :meth:`.netlink.Kernel.ask`: make a macvlan, remove it, set what it does.

By hand, like what :mod:`.interfaces` reads: six small messages at most, and pyroute2's class for links brings along
every kind of link that there is. Numbers are those of linux/rtnetlink.h, if_link.h and ip.h.
"""

from __future__ import annotations

import socket
import struct
from collections.abc import Mapping

from .interfaces import (
    ATTRIBUTE,
    IFF_UP,
    IFLA_ADDRESS,
    IFLA_IFNAME,
    IFLA_INFO_KIND,
    IFLA_LINK,
    IFLA_LINKINFO,
    LINK_HEADER,
    NETLINK_HEADER,
    NLM_F_ACK,
    NLM_F_REQUEST,
    RTM_DELLINK,
    RTM_NEWLINK,
)

RTM_SETLINK = 19
NLM_F_EXCL, NLM_F_CREATE = 0x200, 0x400
IFLA_AF_SPEC = 26
IFLA_INFO_DATA, IFLA_MACVLAN_MODE, MACVLAN_MODE_PRIVATE = 2, 1, 1
IFLA_INET_CONF, IFLA_INET6_ADDR_GEN_MODE, IN6_ADDR_GEN_MODE_NONE = 1, 8, 1

#: IPV4_DEVCONF_*, by the names of /proc/sys/net/ipv4/conf.
IPV4_SETTINGS = {
    "rp_filter": 8,
    "arp_filter": 13,
    "arp_announce": 18,
    "arp_ignore": 19,
    "promote_secondaries": 20,
    "accept_local": 23,
}


def macvlan(name: str, parent: int, mac: bytes) -> bytes:
    """Make a macvlan on the interface with index ``parent``.

    Private: only so does it take frames that carry its own address as their source, which is that of the peer too.
    """
    mode = _attribute(IFLA_MACVLAN_MODE, struct.pack("=I", MACVLAN_MODE_PRIVATE))
    kind = _attribute(IFLA_INFO_KIND, b"macvlan") + _attribute(IFLA_INFO_DATA, mode)
    attributes = (
        _attribute(IFLA_LINK, struct.pack("=I", parent))
        + _attribute(IFLA_IFNAME, name.encode() + b"\0")
        + _attribute(IFLA_ADDRESS, mac)
        + _attribute(IFLA_LINKINFO, kind)
    )
    return _request(RTM_NEWLINK, 0, attributes, flags=NLM_F_CREATE | NLM_F_EXCL)


def removed(index: int) -> bytes:
    """Remove a link."""
    return _request(RTM_DELLINK, index)


def up(index: int) -> bytes:
    """Turn a link on."""
    return _request(RTM_SETLINK, index, up=True)


def ipv4_settings(index: int, settings: Mapping[str, int]) -> bytes:
    """Set some of /proc/sys/net/ipv4/conf/LINK, also where /proc/sys is read-only."""
    inner = b"".join(_attribute(IPV4_SETTINGS[name], struct.pack("=I", value)) for name, value in settings.items())
    return _request(RTM_SETLINK, index, _family(socket.AF_INET, IFLA_INET_CONF, inner))


def without_link_local(index: int) -> bytes:
    """Have the kernel make no IPv6 address of its own for a link (RFC 9568 section 7.4: all nodes would have it)."""
    return _request(
        RTM_SETLINK, index, _family(socket.AF_INET6, IFLA_INET6_ADDR_GEN_MODE, bytes([IN6_ADDR_GEN_MODE_NONE]))
    )


def _family(family: int, kind: int, value: bytes) -> bytes:
    return _attribute(IFLA_AF_SPEC, _attribute(family, _attribute(kind, value)))


def _attribute(kind: int, value: bytes) -> bytes:
    return ATTRIBUTE.pack(ATTRIBUTE.size + len(value), kind) + value + bytes(-len(value) % 4)


def _request(kind: int, index: int, attributes: bytes = b"", flags: int = 0, up: bool = False) -> bytes:
    body = LINK_HEADER.pack(socket.AF_UNSPEC, 0, index, IFF_UP if up else 0, IFF_UP if up else 0) + attributes
    return NETLINK_HEADER.pack(NETLINK_HEADER.size + len(body), kind, NLM_F_REQUEST | NLM_F_ACK | flags, 0, 0) + body
