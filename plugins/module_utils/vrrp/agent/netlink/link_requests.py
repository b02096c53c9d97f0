# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It encodes requests about links for :meth:`.kernel.Kernel.ask`: make a macvlan, remove it, change settings."""

from __future__ import annotations

import functools
import socket
from collections.abc import Mapping, Sequence
from typing import Any

from .links import IFF_UP
from .messages import NLM_F_ACK, NLM_F_CREATE, NLM_F_EXCL, RTM_DELLINK, RTM_NEWLINK, RTM_SETLINK, encode
from .pyroute2_import import derived_class, message_class

IN_PROC = {"arpfilter": "arp_filter"}  # the name in /proc/sys/net/ipv4/conf, where pyroute2 has another one
IFLA_INET_CONF, IFLA_INET6_ADDR_GEN_MODE, IN6_ADDR_GEN_MODE_NONE = 1, 8, 1  # linux/if_link.h

Attribute = tuple[str, Any]  # its name, and what pyroute2 makes it of


def macvlan(name: str, parent: int, mac: bytes) -> bytes:
    """Return the request that makes a macvlan on the interface with index ``parent``.

    Its mode is private: only then it accepts frames with its own MAC address as source, which the peer has, too.
    """
    kind = [["IFLA_INFO_KIND", "macvlan"], ["IFLA_INFO_DATA", {"attrs": [["IFLA_MACVLAN_MODE", "private"]]}]]
    attributes = [
        ("IFLA_LINK", parent),
        ("IFLA_IFNAME", name),
        ("IFLA_ADDRESS", mac.hex(":")),
        ("IFLA_LINKINFO", {"attrs": kind}),
    ]
    return _request(RTM_NEWLINK, 0, attributes, NLM_F_CREATE | NLM_F_EXCL)


def removed(index: int) -> bytes:
    """Return the request that removes a link."""
    return _request(RTM_DELLINK, index)


def up(index: int) -> bytes:
    """Return the request that sets a link up."""
    return _request(RTM_SETLINK, index, up=True)


def ipv4_settings(index: int, settings: Mapping[str, int]) -> bytes:
    """Return the request that sets some of /proc/sys/net/ipv4/conf/LINK, also where /proc/sys is read-only."""
    return _family_request(index, "AF_INET", "IFLA_INET_CONF", {"attrs": [list(each) for each in settings.items()]})


def without_link_local(index: int) -> bytes:
    """Return the request for a link without automatic IPv6 address (RFC 9568 7.4: all nodes would have the same)."""
    return _family_request(index, "AF_INET6", "IFLA_INET6_ADDR_GEN_MODE", IN6_ADDR_GEN_MODE_NONE)


def _family_request(index: int, family: str, name: str, value: Any) -> bytes:
    return _request(RTM_SETLINK, index, [("IFLA_AF_SPEC", {"attrs": [[family, {"attrs": [[name, value]]}]]})])


def _request(kind: int, index: int, attributes: Sequence[Attribute] = (), flags: int = 0, up: bool = False) -> bytes:
    changed = IFF_UP if up else 0
    fields = {"index": index, "flags": changed, "change": changed}
    return encode(_link_class(), kind, NLM_F_ACK | flags, fields, attributes)


@functools.cache
def _link_class() -> Any:
    """Return pyroute2's message class about a link, with only the attributes that are used here.

    Its own class decodes the IPv4 settings of a link, which are one structure. It cannot set them: that takes one
    attribute for each setting.
    """
    ifinfmsg = message_class("ifinfmsg")
    numbered = enumerate(ifinfmsg.af_spec_inet.inet.field_names)  # IPV4_DEVCONF_*, linux/ip.h
    settings = derived_class(
        "nla", nla_map=tuple((number, IN_PROC.get(name, name), "uint32") for number, name in numbered)
    )
    inet = derived_class("nla", nla_map=((IFLA_INET_CONF, "IFLA_INET_CONF", "settings"),), settings=settings)
    inet6 = derived_class("nla", nla_map=((IFLA_INET6_ADDR_GEN_MODE, "IFLA_INET6_ADDR_GEN_MODE", "uint8"),))
    families = ((socket.AF_INET, "AF_INET", "inet"), (socket.AF_INET6, "AF_INET6", "inet6"))
    return derived_class(
        "nlmsg",
        fields=ifinfmsg.fields,
        nla_map=(
            (1, "IFLA_ADDRESS", "l2addr"),
            (3, "IFLA_IFNAME", "asciiz"),
            (5, "IFLA_LINK", "uint32"),
            (18, "IFLA_LINKINFO", "ifinfo"),
            (26, "IFLA_AF_SPEC", "families"),
        ),
        ifinfo=ifinfmsg.ifinfo,
        families=derived_class("nla", nla_map=families, inet=inet, inet6=inet6),
    )
