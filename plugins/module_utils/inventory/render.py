# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It writes a host's variables and instances as lines of its configuration file, in the order of the table.

Pure. It checks nothing, as :mod:`.instances` has done that. A value that cannot be read is left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ..vrrp.config.keywords.global_defs import GLOBAL_DEFS
from ..vrrp.config.keywords.table import ROOT, Block, Entry
from ..vrrp.config.keywords.track_blocks import TRACK_FILE
from ..vrrp.config.keywords.vrrp_instance import AUTHENTICATION, VRRP_INSTANCE
from . import takeover, writers
from .host import PREFIX
from .host_variables import SETTINGS
from .value_types import Read
from .variables import kind_of, words_of

# The template writes these: script_user and script security only where there are scripts.
_OF_THE_TEMPLATE = ("router_id", "script_user", "enable_script_security")


def sections(variables: Mapping[str, Any], instances: Sequence[Mapping[str, Any]] = ()) -> dict[str, Any]:
    """Return ``global_defs``, further lines of that block, and ``blocks``, each with ``head`` and ``lines``.

    ``variables`` are a host's, by their full names; ``instances`` are its own, as :mod:`.instances` returns them.
    """
    said = {word: variables.get(PREFIX + word) for word in SETTINGS if word not in _OF_THE_TEMPLATE}
    settings = _read(said, SETTINGS)
    blocks = list(_blocks(settings, variables))
    for instance in instances:
        told = takeover.told(instance)
        comment = [f"# {told}"] if told else []
        head = f"vrrp_instance {instance['name']}"
        blocks.append({"head": head, "lines": [*comment, *lines(VRRP_INSTANCE, instance)]})
    return {"global_defs": list(lines(GLOBAL_DEFS, settings)), "blocks": blocks}


def lines(block: Block, said: Mapping[str, Any]) -> Iterator[str]:
    """Yield the lines in ``block``. ``said`` has values that have been read, by the names of their variables."""
    for entry in block.keywords.values():
        if entry.variable is not None:
            # Instances have their addresses under keepalived's word.
            value = said.get(entry.name if entry.variable.name == "vips" else entry.variable.name or entry.name)
            if value is not None:
                yield from _lines(entry, value)
        elif entry is AUTHENTICATION and "auth_pass" in said:
            yield from writers.block(entry.name, list(lines(entry, {"auth_type": "PASS", **said})))


def _lines(entry: Entry, value: Any) -> Iterator[str]:
    if value is not False:
        yield from kind_of(entry).write(f"@hotstandby {entry.name}" if entry.addition else entry.name, value)
    elif entry.variable is not None and entry.variable.off:
        yield entry.variable.off


def _blocks(settings: Mapping[str, Any], variables: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the blocks other than global_defs and the instances."""
    for entry in ROOT.keywords.values():
        if entry.variable is None or not isinstance(entry, Block) or entry is VRRP_INSTANCE:
            continue
        word = entry.variable.name or entry.name
        values = _defined(entry, variables) if entry.variable.reader == "entries" else settings.get(word, ())
        if entry.keywords:
            for each in values:
                head = f"{entry.name} {each.get('name')}" if entry.named else entry.name
                yield {"head": head, "lines": list(lines(entry, each))}
        elif values:
            yield {"head": entry.name, "lines": [_item(each) for each in values]}


def _item(value: Any) -> str:
    """Return a line as it is, or an interface and its delays as a line."""
    return " ".join(map(str, value.values())) if isinstance(value, Mapping) else value


def _defined(block: Block, variables: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the definitions of ``block``; words such as ``reverse`` are put behind the word that they follow."""
    found = []
    for entry in _entries(variables, block):
        said = _read(entry, words_of(block))
        if said.get("reverse"):
            said["weight"] = f"{said.get('weight', 1 if block is TRACK_FILE else 0)} reverse"
        if said.get("overwrite") and "init_file" in said:
            said["init_file"] = f"{said['init_file']} overwrite"
        if said.get("param_match") == "exact":
            said["param_match"] = True  # the word alone
        found.append(said)
    return found


def _entries(variables: Mapping[str, Any], block: Block) -> list[Mapping[str, Any]]:
    said = variables.get(PREFIX + block.variable.name) if block.variable else None
    return [each for each in (said if isinstance(said, (list, tuple)) else [said]) if isinstance(each, Mapping)]


def _read(said: Mapping[str, Any], known: Mapping[str, Read]) -> dict[str, Any]:
    """Return the values that can be read, in the order of ``known``."""
    found = {}
    for word, read in known.items():
        if said.get(word) is not None:
            try:
                found[word] = read(said[word])
            except ValueError:
                continue
    return found
