# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Words -> values. Each converter takes a statement and returns a value or raises Invalid; nothing looks sideways.

Converters are made by factories, so that the schema's table reads like the manual: ``integer(1, 255)``.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from ipaddress import IPv4Interface, IPv6Interface, ip_address
from typing import Any

from ..protocol.constants import AUTH_DATA_LENGTH
from .model import Address, Interface, NotifyCommand, VirtualAddress
from .problems import Invalid, show
from .spelling import did_you_mean
from .syntax import Statement, Word, split_command

Converter = Callable[[Statement], Any]

#: Linux: IFNAMSIZ less the NUL; interface names and address labels.
NAME_LENGTH = 15

SCOPES = ("site", "link", "host", "nowhere", "global")
_ADDRESS_OPTIONS = {
    "brd": "broadcast",
    "broadcast": "broadcast",
    "dev": "device",
    "label": "label",
    "scope": "scope",
}
_ADDRESS_OPTIONS_UNSUPPORTED = {
    "use_vmac",
    "peer",
    "home",
    "-nodad",
    "mngtmpaddr",
    "noprefixroute",
    "autojoin",
    "no_track",
    "preferred_lft",
    "track_group",
}


def only(statement: Statement) -> Word:
    """The one value of a statement."""
    if len(statement.values) != 1:
        count = "none is" if not statement.values else f"{len(statement.values)} are"
        raise Invalid(f"{show(statement.keyword)} takes one value, {count} given", hint="one keyword on each line")
    return statement.values[0]


def flag(statement: Statement) -> bool:
    """A keyword that means true by being there."""
    if statement.values:
        raise Invalid(f"{show(statement.keyword)} takes no value", place=statement.values[0].place)
    return True


def integer(low: int, high: int, rule: str = "") -> Converter:
    def convert(statement: Statement) -> int:
        return _integer(only(statement), statement.keyword, low, high, rule)

    return convert


def _integer(word: Word, name: str, low: int, high: int, rule: str = "") -> int:
    if not re.fullmatch(r"[-+]?[0-9]{1,10}", word.text):
        raise Invalid(f"{name} {show(word.text)} is not a whole number", rule, place=word.place)
    number = int(word.text)
    if not low <= number <= high:
        raise Invalid(f"{name} {number} is out of range", rule or f"{name} is {low} to {high}", place=word.place)
    return number


def seconds(low: str, high: str, rule: str = "") -> Converter:
    """Seconds, with a fraction where written, as an exact Decimal."""

    def convert(statement: Statement) -> Decimal:
        word = only(statement)
        if not re.fullmatch(r"[0-9]{1,10}(\.[0-9]{0,9})?|\.[0-9]{1,9}", word.text):
            raise Invalid(f"{statement.keyword} {show(word.text)} is not a number of seconds", rule, place=word.place)
        number = Decimal(word.text)
        if not Decimal(low) <= number <= Decimal(high):
            limits = rule or f"{statement.keyword} is {low} to {high} seconds"
            raise Invalid(f"{statement.keyword} {word.text} is out of range", limits, place=word.place)
        return number

    return convert


def lease(statement: Statement) -> int:
    """Seconds: 0, or 2 to 60."""
    word = only(statement)
    if word.text == "1":  # an agent that renews twice a second must be allowed to miss one or two
        raise Invalid("vip_lease 1 is too short", "vip_lease is 0 (none) or 2 to 60 seconds", place=word.place)
    return _integer(word, "vip_lease", 0, 60, "vip_lease is 0 (none) or 2 to 60 seconds")


def whole_seconds(low: int, high: int) -> Converter:
    """Seconds for which keepalived takes no fraction."""

    def convert(statement: Statement) -> Decimal:
        return Decimal(_integer(only(statement), statement.keyword, low, high))

    return convert


def one_of(*choices: str, unsupported: tuple[str, ...] = ()) -> Converter:
    def convert(statement: Statement) -> str:
        word = only(statement)
        if word.text in choices:
            return word.text
        if word.text in unsupported:
            raise Invalid(f"{statement.keyword} {word.text} is not supported yet", place=word.place)
        raise Invalid(
            f"{statement.keyword} {show(word.text)} is unknown",
            f"{statement.keyword} is {' or '.join(choices)}",
            did_you_mean(word.text, choices),
            word.place,
        )

    return convert


def text(statement: Statement) -> str:
    word = only(statement)
    if not word.text:
        raise Invalid(f"{statement.keyword} is empty", place=word.place)
    return word.text


def interface(statement: Statement) -> str:
    return _interface(only(statement))


def _interface(word: Word) -> str:
    if not word.text or re.search(r"[\s/]", word.text) or word.text in (".", ".."):
        raise Invalid(f"{show(word.text)} is not the name of an interface", place=word.place)
    if len(word.text.encode("utf-8", "replace")) > NAME_LENGTH:
        raise Invalid(
            f"the interface name {show(word.text)} is too long",
            f"Linux: at most {NAME_LENGTH} octets",
            place=word.place,
        )
    return word.text


def user_group(statement: Statement) -> tuple[str, ...]:
    """USER [GROUP]."""
    return _user_group(statement, [word.text for word in statement.values])


def _user_group(statement: Statement, names: list[str]) -> tuple[str, ...]:
    if not 1 <= len(names) <= 2 or not all(names):
        raise Invalid(f"{show(statement.keyword)} takes USER or USER GROUP", hint=f"{statement.keyword} nobody nogroup")
    return tuple(names)


def command(statement: Statement) -> tuple[str, ...]:
    """The argument vector of ``script``: one word, quoted when it has arguments."""
    words = split_command(statement.raw)
    if len(words) > 2:
        raise Invalid(
            "a command with arguments stands in quotes",
            "keepalived drops what follows the first word",
            f'{statement.keyword} "COMMAND ARGUMENT ..."',
            statement.values[1].place if statement.values[1:] else None,
        )
    return _arguments(statement, words)


def notify(statement: Statement) -> NotifyCommand:
    """COMMAND [USER [GROUP]]; the command is one word, quoted when it has arguments."""
    words = split_command(statement.raw)
    arguments = _arguments(statement, words)
    if len(words) > 4:
        raise Invalid(
            f"{statement.keyword} takes a command, USER and GROUP; more follows",
            "a command with arguments stands in quotes",
            f'{statement.keyword} "COMMAND ARGUMENT ..."',
        )
    names = _user_group(statement, words[2:]) if len(words) > 2 else ()
    return NotifyCommand(arguments, *names)


def _arguments(statement: Statement, words: list[str]) -> tuple[str, ...]:
    arguments = tuple(split_command(words[1])) if len(words) > 1 else ()
    if not arguments or not arguments[0]:
        raise Invalid(f"{show(statement.keyword)} names no command", hint=f"{statement.keyword} /path/to/command")
    return arguments


def auth_pass(statement: Statement) -> str:
    """1 to 8 octets. Messages never repeat the value."""
    word = only(statement)
    octets = len(word.text.encode("utf-8", "replace"))
    if not octets:
        raise Invalid("auth_pass is empty", "RFC 2338 5.3.10: 1 to 8 octets", place=word.place)
    if octets > AUTH_DATA_LENGTH:
        raise Invalid(
            f"auth_pass has {octets} octets, and VRRPv2 carries {AUTH_DATA_LENGTH}; keepalived cuts the rest",
            "RFC 2338 5.3.10: 1 to 8 octets",
            "the first 8 octets work with a peer that runs keepalived with the whole password",
            word.place,
        )
    return word.text


def address(statement: Statement) -> Address:
    return _host(only(statement))


def peer(statement: Statement) -> Address:
    """One line of unicast_peer."""
    for option in statement.words[1:]:
        if option.text in ("min_ttl", "max_ttl"):
            raise Invalid(f"{option.text} is not supported yet", place=option.place)
        raise Invalid(f"{show(option.text)} follows an address", hint="one address on each line", place=option.place)
    return _host(statement.words[0])


def _host(word: Word) -> Address:
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


def virtual_address(statement: Statement) -> VirtualAddress:
    """One line of virtual_ipaddress: ADDRESS[/PREFIX] with its options in any order."""
    head = statement.words[0]
    parsed = _prefixed(head)
    options: dict[str, str] = {}
    words = iter(statement.words[1:])
    for name in words:
        field = _ADDRESS_OPTIONS.get(name.text)
        if field is None:
            raise _unknown_option(name)
        value = next(words, None)
        if value is None:
            raise Invalid(f"{name.text} takes a value, none is given", place=name.place)
        if field in options:
            raise Invalid(f"{name.text} is given twice for one address", place=name.place)
        options[field] = _ADDRESS_VALUES[field](value, parsed)
    return VirtualAddress(parsed, **options)


def _unknown_option(name: Word) -> Invalid:
    if name.text in _ADDRESS_OPTIONS_UNSUPPORTED:
        return Invalid(f"the address option {name.text} is not supported yet", place=name.place)
    try:
        ip_address(name.text.split("/")[0])
    except ValueError:
        hint = did_you_mean(name.text, _ADDRESS_OPTIONS)
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
    if not 1 <= len(word.text.encode("utf-8", "replace")) <= NAME_LENGTH:
        raise Invalid(f"the label {show(word.text)} is too long", f"Linux: 1 to {NAME_LENGTH} octets", place=word.place)
    return word.text


def _scope(word: Word, parsed: Interface) -> str:
    if parsed.version == 6:
        raise Invalid("an IPv6 address has its scope built in", hint="remove scope", place=word.place)
    if word.text in SCOPES or (re.fullmatch(r"[0-9]{1,3}", word.text) and int(word.text) <= 255):
        return word.text
    raise Invalid(
        f"unknown scope {show(word.text)}",
        f"scope is {', '.join(SCOPES)} or 0 to 255",
        did_you_mean(word.text, SCOPES),
        word.place,
    )


_ADDRESS_VALUES: dict[str, Callable[[Word, Interface], str]] = {
    "broadcast": _broadcast,
    "device": lambda word, parsed: _interface(word),
    "label": _label,
    "scope": _scope,
}


def weight(statement: Statement) -> int:
    """The weight of a script; ``reverse`` is not supported yet."""
    if len(statement.values) == 2 and statement.values[1].text == "reverse":
        raise Invalid("weight ... reverse is not supported yet", place=statement.values[1].place)
    return _integer(only(statement), "weight", -253, 253)


def tracked_script(statement: Statement) -> tuple[str, Any]:
    """One line of track_script: NAME [weight N] -> (name, weight or None)."""
    name, options = statement.words[0], statement.words[1:]
    if not options:
        return name.text, None
    if options[0].text != "weight":
        raise Invalid(
            f"{show(options[0].text)} follows a script's name",
            "track_script: NAME [weight N], one on each line",
            did_you_mean(options[0].text, ["weight"]),
            options[0].place,
        )
    if len(options) == 1:
        raise Invalid("weight takes a value, none is given", place=options[0].place)
    if len(options) > 2:
        reverse = options[2].text in ("reverse", "noreverse", "no_reverse")
        text_ = f"{options[2].text} is not supported yet" if reverse else f"{show(options[2].text)} follows the weight"
        raise Invalid(text_, place=options[2].place)
    return name.text, _integer(options[1], "weight", -253, 253)
