# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The variables of the role, as the table of keywords names them: what each may be, and how the file has it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from ..vrrp.config.vocabulary import converters as to
from ..vrrp.config.vocabulary import converters_addresses as addresses
from ..vrrp.config.vocabulary import converters_auth, converters_commands, converters_routes, converters_rules
from ..vrrp.config.vocabulary import converters_tracking as tracking
from ..vrrp.config.vocabulary.converters_vmac import use_vmac
from ..vrrp.config.vocabulary.entries import SAID, WORKS, Block, Entry, Keyword
from . import keyword_readers as special
from . import readers, tracked, writers
from .hmac import auth_hmac
from .writers import Write

Read = Callable[[Any], Any]


@dataclass(frozen=True)
class Kind:
    """What a value may be: ``type``, ``elements`` and ``choices`` are Ansible's, ``write`` makes lines of a file."""

    type: str
    read: Read
    write: Write = writers.word
    elements: str = ""
    choices: tuple[Any, ...] = ()


def _list(read: Read, elements: str = "str", write: Write = writers.block) -> Kind:
    return Kind("list", readers.listed(read), write, elements)


_MATCHES = ("exact", "initial", "partial")
_LINES = _list(readers.line)
_SWITCH = Kind("bool", readers.switch)
_COMMAND = Kind("raw", readers.command, writers.command)

# The kinds that the table names outright.
KINDS: Mapping[str, Kind] = {
    "address": Kind("str", readers.address),
    "addresses": Kind("list", list, writers.block, "raw"),
    "auth_hmac": Kind("dict", auth_hmac, writers.block),
    "delays": _list(special.delay, "dict"),
    "entries": Kind("list", list, elements="dict"),
    "extra_interfaces": Kind("str", special.extra_interfaces),
    "garp_groups": _list(special.garp_group, "dict"),
    "one_word": Kind("str", readers.one_word),
    "path": Kind("path", readers.path),
    "track_groups": _list(special.track_group, "dict"),
    "track_interface": _list(tracked.tracked("interface"), "raw"),
    "track_script": _list(tracked.tracked("script"), "raw"),
    "track_process": _list(tracked.tracked("process", tracking.WIDE_WEIGHT), "raw"),
    "track_file": _list(tracked.tracked("file", tracking.WIDE_WEIGHT), "raw"),
    "track_gateway": _list(tracked.gateway, "raw", writers.each),
    "track_tcp": _list(tracked.tcp, "raw", writers.each),
    "track_http": _list(tracked.http, "raw", writers.each),
    "track_unit": _list(tracked.unit, "raw", writers.each),
}

# What a converter of the file takes, as an inventory says it.
_BY_CONVERTER: Mapping[Any, Kind] = {
    to.flag: _SWITCH,
    to.boolean: _SWITCH,
    to.text: Kind("str", readers.name),
    to.interface: Kind("str", readers.interface),
    to.interfaces: _list(readers.interface),
    to.names: _list(readers.name),
    to.state: Kind("str", readers.one_of(to.STATES)),
    to.lease: Kind("int", readers.lease),
    addresses.address: Kind("str", readers.address),
    addresses.peer: _list(special.peer),
    addresses.virtual_address: _LINES,
    addresses.static_address: _LINES,
    converters_routes.virtual_route: _LINES,
    converters_routes.static_route: _LINES,
    converters_rules.virtual_rule: _LINES,
    converters_rules.static_rule: _LINES,
    converters_auth.auth_pass: Kind("str", readers.password, writers.quoted),
    converters_commands.command: Kind("str", readers.command_line, writers.quoted),
    converters_commands.notify: _COMMAND,
    converters_commands.notify_or_nothing: Kind("raw", special.deleted, writers.command),
    converters_commands.fifo: Kind("raw", special.fifo, writers.fifo),
    converters_commands.user_group: Kind("str", readers.user),
    use_vmac: Kind("raw", special.vmac),
    tracking.process: Kind("str", readers.process),
    tracking.param_match: Kind("str", readers.one_of(_MATCHES), choices=_MATCHES),
    tracking.init_file: Kind("int", readers.limited(tracking.FILE_NUMBER, "the number to begin with")),
}


def variables(block: Block) -> dict[str, Entry]:
    """Return the entries of ``block`` that have a variable, by its name; of blocks without one those inside."""
    found: dict[str, Entry] = {}
    for entry in block.keywords.values():
        if entry.variable is not None:
            found[entry.variable.name or entry.name] = entry
        elif isinstance(entry, Block) and entry.standing == WORKS and not entry.named:
            found.update(variables(entry))
    return found


# What stands behind another word of a definition in the file, and is a word of its own in an inventory.
BEHIND = {"weight": "reverse", "init_file": "overwrite"}


def words_of(block: Block) -> dict[str, Read]:
    """Return how each word of an entry is read, of the variable that defines blocks with a name."""
    found: dict[str, Read] = {"name": readers.name}
    for word, entry in variables(block).items():
        found[word] = kind_of(entry).read
        if word in BEHIND:
            found[BEHIND[word]] = readers.switch
    return found


def kind_of(entry: Entry) -> Kind:
    """Return what the variable of ``entry`` may be."""
    variable = entry.variable or SAID
    convert = entry.item if isinstance(entry, Block) else entry.convert
    if variable.reader == "whole_seconds" and isinstance(convert, to.Seconds):
        convert = to.WholeSeconds(int(float(convert.low)), int(convert.high))
    elif variable.reader:
        return KINDS[variable.reader]
    if isinstance(convert, to.OneOf):
        return Kind("str", readers.one_of(convert.choices), choices=convert.choices)
    if isinstance(convert, (to.Integer, to.WholeSeconds, to.Seconds, tracking.Weighed)):
        read = readers.limited(convert, _why(entry), variable.least, variable.most)
        kind = Kind("float" if isinstance(convert, (to.WholeSeconds, to.Seconds)) else "int", read)
    else:
        kind = _BY_CONVERTER[convert]
    return replace(kind, choices=kind.choices or _choices(entry, kind.type))


def _choices(entry: Entry, kind: str) -> tuple[Any, ...]:
    """What the table says as ``2|3`` or ``MASTER|BACKUP``."""
    values = entry.values if isinstance(entry, Keyword) else ""
    words = values.split("|") if re.fullmatch(r"[\w-]+(\|[\w-]+)+", values) else []
    return tuple(int(word) if kind == "int" else word for word in words)


def _why(entry: Entry) -> str:
    """The section of the RFC that sets the limits, else what the keyword is for."""
    section = getattr(getattr(entry, "convert", None), "rule", "").partition(":")[0]
    return section if section.startswith("RFC ") else entry.help
