# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It converts ``use_vmac``: words -> values."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Optional

from ..syntax.diagnostics import Invalid, show
from ..syntax.parser import Statement, Word
from .values import interface_name, value_of

_RESERVED = re.compile(r"00:00:5e:00:0[12](:|$)")


@dataclass(frozen=True)
class VmacLine:
    """It holds the values of ``use_vmac``. ``mac`` has five octets where the sixth is to be the virtual_router_id."""

    name: Optional[str] = None
    mac: Optional[str] = None


def use_vmac(statement: Statement) -> VmacLine:
    """Return the name and the MAC address of [[name] INTERFACE] [MAC] [netlink_notify_msg]."""
    name = mac = None
    words = iter(statement.values)
    for word in words:
        if ":" in word.text:
            if mac is not None:
                raise Invalid("use_vmac has two MAC addresses", hint="remove one", place=word.place)
            mac = _mac(word)
        elif word.text == "netlink_notify_msg":
            continue  # it has no effect here: the agent does not need these messages
        elif word.text == "group":
            raise Invalid(
                "use_vmac ... group is not supported",
                "the macvlan is in the group of the interface below it",
                'for an interface called "group": use_vmac name group',
                word.place,
            )
        else:
            word = value_of(word, words) if word.text == "name" else word
            if name is not None:
                raise Invalid(f"use_vmac has two names, the second is {show(word.text)}", place=word.place)
            name = interface_name(word)
    return VmacLine(name, mac)


def _mac(word: Word) -> str:
    written = word.text.lower()
    if not re.fullmatch(r"[0-9a-f]{1,2}(:[0-9a-f]{1,2}){4}(:|(:[0-9a-f]{1,2})?)", written):
        rule = "six octets, or five: then virtual_router_id is the sixth"
        raise Invalid(f"{show(word.text)} is not a MAC address", rule, "02:00:5e:10:00:33", word.place)
    mac = ":".join(octet.zfill(2) for octet in written.rstrip(":").split(":"))
    if int(mac[:2], 16) & 1:
        raise Invalid(f"the MAC address {mac} is multicast", hint="02:00:5e:10:00:33", place=word.place)
    if _RESERVED.match(mac):
        raise Invalid(
            f"the MAC address {mac} is one of VRRP's own",
            "RFC 9568 7.3: the last octet is the VRID",
            "leave it out",
            word.place,
        )
    return mac
