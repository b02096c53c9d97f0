# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It converts addresses, virtual and others: words -> values."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv4Interface, IPv6Interface, ip_address
from typing import Any, Optional

from ...ip_types import Address, Interface
from ..model.configuration import VirtualAddress
from ..syntax.diagnostics import Invalid, Tolerated, show
from ..syntax.parser import Statement, Word
from ..syntax.suggest import did_you_mean
from .values import NAME_LENGTH, interface_name, only, value_of, whole

SCOPES = ("site", "link", "host", "nowhere", "global")
FOREVER_S = 2**32 - 1  # Linux: INFINITY_LIFE_TIME

#: Options with a value -> field of the model.
_OPTIONS = {
    "brd": "broadcast",
    "broadcast": "broadcast",
    "dev": "device",
    "label": "label",
    "scope": "scope",
    "peer": "peer",
    "preferred_lft": "preferred_lft_s",
}
#: Options without one -> field and its value.
_FLAGS: dict[str, tuple[str, Any]] = {
    "home": ("home", True),
    "-nodad": ("nodad", False),
    "mngtmpaddr": ("mngtmpaddr", True),
    "noprefixroute": ("noprefixroute", True),
    "autojoin": ("autojoin", True),
    "no_track": ("no_track", True),
}


@dataclass(frozen=True)
class Peer:
    """It is one line of ``unicast_peer``."""

    address: Address
    min_ttl: Optional[int] = None
    max_ttl: Optional[int] = None


def address(statement: Statement) -> Any:
    """Return the address of a host. A prefix length is tolerated and dropped, as in keepalived."""
    word = only(statement)
    return _bare(word, host(_without_prefix(word)))


def _without_prefix(word: Word) -> Word:
    return Word(word.text.partition("/")[0], word.place)


def _bare(word: Word, value: Any) -> Any:
    """Return ``value``, read without prefix length; as tolerated where ``word`` has one."""
    if "/" not in word.text:
        return value
    rule = "keepalived takes the address alone, and so do we"
    hint = f"write: {word.text.partition('/')[0]}"
    return Tolerated(value, Invalid(f"{show(word.text)} has a prefix length", rule, hint, word.place))


def multicast(version: int = 0) -> Callable[[Statement], Any]:
    """Return a converter of a multicast address of IP ``version``, 0 for both; IPv6 is link-local (RFC 4291 2.7)."""

    def convert(statement: Statement) -> Any:
        word = only(statement)
        try:
            if "%" in word.text:
                raise ValueError
            parsed = ip_address(_without_prefix(word).text)
        except ValueError:
            raise Invalid(f"{show(word.text)} is not an IP address", place=word.place) from None
        if not parsed.is_multicast or (version and parsed.version != version):
            kind = f"an IPv{version} multicast address" if version else "a multicast address"
            raise Invalid(f"{show(word.text)} is not {kind}", hint="224.0.0.18 or ff02::12", place=word.place)
        if parsed.version == 6 and parsed.packed[1] & 0x0F != 2:
            raise Invalid(
                f"{show(word.text)} is not link-local", "VRRP over IPv6: the group begins with ffX2", place=word.place
            )
        return _bare(word, parsed)

    return convert


def peer(statement: Statement) -> Any:
    """Return a peer, of one line of unicast_peer: ADDRESS [min_ttl N] [max_ttl N]."""
    limits: dict[str, int] = {}
    words = iter(statement.words[1:])
    for option in words:
        if option.text not in ("min_ttl", "max_ttl"):
            hint = did_you_mean(option.text, ("min_ttl", "max_ttl")) or "one address on each line"
            raise Invalid(f"{show(option.text)} follows an address", hint=hint, place=option.place)
        if option.text in limits:
            raise Invalid(f"{option.text} is given twice", hint="remove one", place=option.place)
        limits[option.text] = whole(value_of(option, words), option.text, 0, 255)
    head = statement.words[0]
    found = Peer(host(_without_prefix(head)), limits.get("min_ttl"), limits.get("max_ttl"))
    if (found.min_ttl or 0) > (255 if found.max_ttl is None else found.max_ttl):
        raise Invalid(f"min_ttl {found.min_ttl} is above max_ttl {found.max_ttl}", "every packet would be discarded")
    return _bare(head, found)


def unicast(word: Word) -> Address:
    """Return the address of a host, which may be a loopback address. Raises Invalid."""
    try:
        if ip_address(word.text).is_loopback:
            return ip_address(word.text)
    except ValueError:
        pass
    return host(word)


def host(word: Word) -> Address:
    """Return the address of one host on a link. Raises Invalid for any other address, and for a prefix length."""
    if "/" in word.text:
        raise Invalid(f"{show(word.text)} has a prefix length", hint="write the address alone", place=word.place)
    return _address(word.text, word)


def _address(written: str, word: Word) -> Address:
    try:
        if "%" in written:
            raise ValueError
        parsed = ip_address(written)
    except ValueError:
        raise Invalid(f"{show(word.text)} is not an IP address", place=word.place) from None
    if parsed.is_multicast or parsed.is_unspecified or parsed.is_loopback or str(parsed) == "255.255.255.255":
        raise Invalid(f"{show(word.text)} is not the address of a host on a link", place=word.place)
    return parsed


def virtual_address(statement: Statement) -> Any:
    """Return one line of virtual_ipaddress: ADDRESS[/PREFIX] with its options in any order."""
    return _virtual_address(statement, "use_vmac")


def static_address(statement: Statement) -> Any:
    """Return one line of static_ipaddress, which may have ``track_group`` but not ``use_vmac``."""
    return _virtual_address(statement, "track_group")


def _virtual_address(statement: Statement, special: str) -> Any:
    head = statement.words[0]
    parsed, passed_over = _with_any_prefix(head)
    options: dict[str, Any] = {}
    words = iter(statement.words[1:])
    for name in words:
        if name.text == "nodad":
            rule = "keepalived knows no such word and passes over it: it never looks for a duplicate, nor do we"
            passed_over = Invalid("nodad says nothing", rule, "remove it; -nodad asks for the detection", name.place)
            continue
        if name.text in _FLAGS:
            field, value = _FLAGS[name.text]
        elif name.text == special == "use_vmac":
            field, value = "use_vmac", True
        elif name.text == special:
            field, value = "track_group", value_of(name, words).text
        elif name.text == "scope" and parsed.version == 6:
            value_of(name, words)
            rule = "an IPv6 address has its scope built in: keepalived passes over the word, and so do we"
            passed_over = Invalid("scope says nothing", rule, "remove scope", name.place)
            continue
        elif name.text in _OPTIONS:
            field = _OPTIONS[name.text]
            value = _VALUES[field](value_of(name, words), parsed)
        else:
            raise _unknown_option(name, special)
        if field in options:
            raise Invalid(f"{name.text} is given twice for one address", place=name.place)
        options[field] = value
    if "peer" in options and "broadcast" in options:
        raise Invalid("an address with a peer has no broadcast address", hint="remove brd", place=head.place)
    found = VirtualAddress(parsed, **options)
    return found if passed_over is None else Tolerated(found, passed_over)


def _with_any_prefix(word: Word) -> tuple[Interface, Optional[Invalid]]:
    """Return the address; with a prefix length that cannot be read, what keepalived makes of it, and the reason."""
    digits = re.match(r"[0-9]+", word.text.partition("/")[2])
    try:
        return _prefixed(word), None
    except Invalid as invalid:
        if not invalid.rule or digits is None:
            raise  # it is no address, or keepalived takes /0
        written = word.text.partition("/")[0]
        longest = _prefixed(_without_prefix(word)).max_prefixlen
        length = int(digits.group()) if int(digits.group()) <= longest else longest
        rule = f"{invalid.rule}. keepalived takes /{length}, and so do we"
        hint = "write the prefix length of the subnet"
        return _prefixed(Word(f"{written}/{length}", word.place)), Invalid(invalid.text, rule, hint, word.place)


def _unknown_option(name: Word, special: str) -> Invalid:
    if name.text in ("use_vmac", "track_group"):
        other = "static_ipaddress" if name.text == "track_group" else "the addresses of an instance"
        return Invalid(f"the address option {name.text} is for {other}", hint="remove it", place=name.place)
    try:
        ip_address(name.text.split("/")[0])
    except ValueError:
        hint = did_you_mean(name.text, (*_OPTIONS, *_FLAGS, special))
        return Invalid(f"unknown address option {show(name.text)}", hint=hint, place=name.place)
    return Invalid(f"{show(name.text)} follows another address", hint="one address on each line", place=name.place)


def _prefixed(word: Word) -> Interface:
    written, slash, prefix = word.text.partition("/")
    parsed = _address(written, word)
    longest = parsed.max_prefixlen
    if slash and not (re.fullmatch(r"[0-9]{1,3}", prefix) and int(prefix) <= longest):
        raise Invalid(
            f"{show(word.text)} has no valid prefix length", f"IPv{parsed.version}: 0 to {longest}", place=word.place
        )
    kind = IPv4Interface if parsed.version == 4 else IPv6Interface
    return kind((str(parsed), int(prefix) if slash else longest))


def _broadcast(word: Word, parsed: Interface) -> str:
    if parsed.version == 6:
        raise Invalid("IPv6 has no broadcast address", place=word.place)
    if word.text in ("+", "-"):
        if parsed.network.prefixlen > 30:
            raise Invalid(
                f"a /{parsed.network.prefixlen} has no broadcast address",
                hint="write the prefix length of the subnet",
                place=word.place,
            )
        return word.text
    try:
        if ip_address(word.text).version == 4:
            return word.text
    except ValueError:
        pass
    raise Invalid(
        f"{show(word.text)} is not a broadcast address", "brd takes an IPv4 address, + or -", place=word.place
    )


def _label(word: Word, parsed: Interface) -> str:
    if parsed.version == 6:
        raise Invalid("an IPv6 address has no label", place=word.place)
    if not word.text:
        raise Invalid("the label is empty", hint="remove it", place=word.place)
    if len(word.text.encode("utf-8", "replace")) > NAME_LENGTH:
        raise Invalid(f"the label {show(word.text)} is too long", f"Linux: 1 to {NAME_LENGTH} octets", place=word.place)
    return word.text


def scope(word: Word) -> str:
    """Return the scope as it is written. Raises Invalid unless it is one of :data:`SCOPES` or 0 to 255."""
    if word.text in SCOPES or (re.fullmatch(r"[0-9]{1,3}", word.text) and int(word.text) <= 255):
        return word.text
    raise Invalid(
        f"unknown scope {show(word.text)}",
        f"scope is {', '.join(SCOPES)} or 0 to 255",
        did_you_mean(word.text, SCOPES),
        word.place,
    )


def _peer(word: Word, parsed: Interface) -> Interface:
    other = _prefixed(word)
    if other.version != parsed.version:
        raise Invalid(f"peer {show(word.text)} is not of the family of its address", place=word.place)
    if parsed.network.prefixlen != parsed.max_prefixlen:
        raise Invalid(
            f"{parsed} has a prefix length beside a peer",
            "the prefix length belongs to the peer",
            f"{parsed.ip} peer {other.ip}/{parsed.network.prefixlen}",
            word.place,
        )
    return other


def _lifetime(word: Word, parsed: Interface) -> int:
    """Return seconds. Without the option the model has None: for ever, but 0 for an IPv6 /128."""
    if word.text == "forever":
        return FOREVER_S
    return whole(word, "preferred_lft", 0, FOREVER_S)


_VALUES: dict[str, Callable[[Word, Interface], Any]] = {
    "broadcast": _broadcast,
    "device": lambda word, parsed: interface_name(word),
    "label": _label,
    "scope": lambda word, parsed: scope(word),
    "peer": _peer,
    "preferred_lft_s": _lifetime,
}
