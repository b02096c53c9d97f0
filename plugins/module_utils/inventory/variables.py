# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It makes the variables of the role of the table of keywords: how each is read, and how it is written."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from ..vrrp.config.keywords import address_values as addresses
from ..vrrp.config.keywords import auth_values, check_values, command_values, route_values, rule_values
from ..vrrp.config.keywords import track_values as tracking
from ..vrrp.config.keywords import values as to
from ..vrrp.config.keywords.keyword import SAID, WORKS, Block, Entry, Keyword
from ..vrrp.config.keywords.track_options import BuiltInCheck
from ..vrrp.config.keywords.vmac_values import use_vmac
from . import keyword_readers as special
from . import track_lists, value_types, writers
from .auth_hmac import auth_hmac
from .value_types import Read
from .writers import Write


@dataclass(frozen=True)
class Kind:
    """It is a kind of value: ``type``, ``elements`` and ``choices`` are Ansible's, ``write`` makes lines of a file."""

    type: str
    read: Read
    write: Write = writers.word
    elements: str = ""
    choices: tuple[Any, ...] = ()


def _list(read: Read, elements: str = "str", write: Write = writers.block) -> Kind:
    return Kind("list", value_types.listed(read), write, elements)


_MATCHES = ("exact", "initial", "partial")
_LINES = _list(value_types.line)
_SWITCH = Kind("bool", value_types.switch)
_COMMAND = Kind("raw", value_types.command, writers.command)

# The kinds that the table names.
KINDS: Mapping[str, Kind] = {
    "address": Kind("str", value_types.address),
    "addresses": Kind("list", list, writers.block, "raw"),
    "auth_hmac": Kind("dict", auth_hmac, writers.block),
    "delays": _list(special.delay, "dict"),
    "entries": Kind("list", list, elements="dict"),
    "extra_interfaces": Kind("str", special.extra_interfaces),
    "garp_groups": _list(special.garp_group, "dict"),
    "one_word": Kind("str", value_types.one_word),
    "path": Kind("path", value_types.path),
    "track_groups": _list(special.track_group, "dict"),
    "track_interface": _list(track_lists.tracked("interface"), "raw"),
    "track_script": _list(track_lists.tracked("script"), "raw"),
    "track_process": _list(track_lists.tracked("process", tracking.WIDE_WEIGHT), "raw"),
    "track_file": _list(track_lists.tracked("file", tracking.WIDE_WEIGHT), "raw"),
}

# The kind of value in an inventory for each converter of the file.
_BY_CONVERTER: Mapping[Any, Kind] = {
    to.flag: _SWITCH,
    to.boolean: _SWITCH,
    to.text: Kind("str", value_types.name),
    to.interface: Kind("str", value_types.interface),
    to.interfaces: _list(value_types.interface),
    to.names: _list(value_types.name),
    to.state: Kind("str", value_types.one_of(to.STATES)),
    to.lease: Kind("int", value_types.lease),
    addresses.address: Kind("str", value_types.address),
    addresses.peer: _list(special.peer),
    addresses.virtual_address: _LINES,
    addresses.static_address: _LINES,
    route_values.virtual_route: _LINES,
    route_values.static_route: _LINES,
    rule_values.virtual_rule: _LINES,
    rule_values.static_rule: _LINES,
    auth_values.auth_pass: Kind("str", value_types.password, writers.quoted),
    command_values.command: Kind("str", value_types.command_line, writers.quoted),
    command_values.notify: _COMMAND,
    command_values.notify_or_nothing: Kind("raw", special.deleted, writers.command),
    command_values.fifo: Kind("raw", special.fifo, writers.fifo),
    command_values.user_group: Kind("str", value_types.user),
    check_values.url: Kind("str", track_lists.url),
    check_values.status: Kind("str", track_lists.status),
    check_values.body: Kind("str", value_types.text),
    check_values.host_name: Kind("str", value_types.name),
    check_values.unit: Kind("str", value_types.name),
    use_vmac: Kind("raw", special.vmac),
    tracking.process: Kind("str", value_types.process),
    tracking.param_match: Kind("str", value_types.one_of(_MATCHES), choices=_MATCHES),
    tracking.init_file: Kind("int", value_types.limited(tracking.FILE_NUMBER, "the number to begin with")),
}


def variables(block: Block) -> dict[str, Entry]:
    """Return the entries of ``block`` with a variable, by its name; a block without one is replaced by its entries."""
    found: dict[str, Entry] = {}
    for entry in block.keywords.values():
        if entry.variable is not None:
            found[entry.variable.name or entry.name] = entry
        elif isinstance(entry, Block) and entry.standing == WORKS and not entry.named:
            found.update(variables(entry))
    return found


# Words that follow another word on its line in the file, and have a variable of their own in an inventory.
BEHIND = {"weight": "reverse", "init_file": "overwrite"}


def words_of(block: Block) -> dict[str, Read]:
    """Return the reader of each word of an entry, of the variable that defines the named blocks ``block``."""
    found: dict[str, Read] = {"name": value_types.name}
    for word, entry in variables(block).items():
        found[word] = kind_of(entry).read
        if word in BEHIND:
            found[BEHIND[word]] = value_types.switch
    return found


def kind_of(entry: Entry) -> Kind:
    """Return the kind of value of the variable of ``entry``."""
    variable = entry.variable or SAID
    convert = entry.item if isinstance(entry, Block) else entry.convert
    if variable.reader == "whole_seconds" and isinstance(convert, to.Seconds):
        convert = to.WholeSeconds(int(float(convert.low)), int(convert.high))
    elif variable.reader:
        return KINDS[variable.reader]
    if isinstance(convert, BuiltInCheck):
        reads = {word: kind_of(each).read for word, each in (*convert.first.items(), *convert.options.items())}
        return _list(track_lists.check(convert, reads), "raw", writers.each)
    if isinstance(convert, to.OneOf):
        return Kind("str", value_types.one_of(convert.choices), choices=convert.choices)
    if isinstance(convert, (to.Integer, to.WholeSeconds, to.Seconds, tracking.Weighed)):
        read = value_types.limited(convert, _why(entry), variable.least, variable.most)
        kind = Kind("float" if isinstance(convert, (to.WholeSeconds, to.Seconds)) else "int", read)
    else:
        kind = _BY_CONVERTER[convert]
    return replace(kind, choices=kind.choices or _choices(entry, kind.type))


def _choices(entry: Entry, kind: str) -> tuple[Any, ...]:
    """Return the choices that the table has as ``2|3`` or ``MASTER|BACKUP``."""
    values = entry.values if isinstance(entry, Keyword) else ""
    words = values.split("|") if re.fullmatch(r"[\w-]+(\|[\w-]+)+", values) else []
    return tuple(int(word) if kind == "int" else word for word in words)


def _why(entry: Entry) -> str:
    """Return the section of the RFC that sets the limits, else the help of the keyword."""
    section = getattr(getattr(entry, "convert", None), "rule", "").partition(":")[0]
    return section if section.startswith("RFC ") else entry.help
