# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a host's configuration file says beside its instances and scripts, as lines: its global_defs, trackers, groups.

Pure, and it judges nothing: that :mod:`.derivation` has done. What cannot be read is left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .groups import NOTIFY, VARIABLE, WORDS
from .host import PREFIX
from .settings import SETTINGS
from .tracked import ADDITIONS, NAMED, as_line
from .trackers import FILE, PROCESS

_INDENT = "    "
_BLOCKS = ("static_ipaddress", "static_routes", "static_rules")
_BESIDE = (*_BLOCKS, "interface_up_down_delays", "garp_groups", "track_groups")
_COMMANDS = ("startup_script", "shutdown_script")
_FIFOS = ("notify_fifo", "vrrp_notify_fifo")


def sections(variables: Mapping[str, Any]) -> dict[str, Any]:
    """``global_defs``: further lines of that block. ``blocks``: each with ``head`` and ``lines``.

    ``variables`` are a host's, by their full names.
    """
    settings = _read(_without_prefix(variables), SETTINGS)
    blocks = [{"head": head, "lines": lines} for head, lines in _blocks(settings, variables) if lines]
    return {"global_defs": list(_globals(settings)), "blocks": blocks}


def command_line(word: str, said: Any) -> str:
    """A command as the file has it: in quotes, its user behind it."""
    if isinstance(said, Mapping):
        return f'{word} "{said["command"]}"' + (f" {said['user']}" if said.get("user") else "")
    return f'{word} "{said}"'


def _globals(settings: Mapping[str, Any]) -> Iterator[str]:
    for word, value in settings.items():
        if word == "vip_lease":
            yield f"@hotstandby vip_lease {value}"
        elif word in _COMMANDS:
            yield command_line(word, value)
        elif word in _FIFOS:
            fifo = value if isinstance(value, Mapping) else {"path": value}
            yield f"{word} {fifo['path']}" + (f" {fifo['user']}" if fifo.get("user") else "")
            if fifo.get("script"):
                yield command_line(f"{word}_script", fifo["script"])
        elif value is True:
            yield word
        elif value is not False and word not in _BESIDE:
            yield f"{word} {_plain(value)}"


def _plain(value: Any) -> Any:
    """A number in digits alone: Python writes a small one as 1e-05, which the file does not know."""
    return f"{value:.6f}".rstrip("0") if isinstance(value, float) else value


def _blocks(settings: Mapping[str, Any], variables: Mapping[str, Any]) -> Iterator[tuple[str, list[str]]]:
    delays = settings.get("interface_up_down_delays", ())
    yield "interface_up_down_delays", [" ".join(map(str, delay.values())) for delay in delays]
    for group in settings.get("garp_groups", ()):
        pauses = [f"{word} {_plain(value)}" for word, value in group.items() if word != "interfaces"]
        yield "garp_group", [*_block("interfaces", group["interfaces"]), *pauses]
    for group in settings.get("track_groups", ()):
        yield f"track_group {group['name']}", list(_block("group", group["group"]))
    for word in _BLOCKS:
        yield word, settings.get(word, [])
    for entry in _entries(variables, "track_processes"):
        yield f"vrrp_track_process {entry.get('name')}", _tracker(_read(entry, PROCESS))
    for entry in _entries(variables, "track_files"):
        yield f"track_file {entry.get('name')}", _tracker(_read(entry, FILE))
    for entry in _entries(variables, VARIABLE):
        yield f"vrrp_sync_group {entry.get('name')}", list(_group(_read(entry, WORDS)))


def _tracker(entry: Mapping[str, Any]) -> list[str]:
    reverse = " reverse" if entry.get("reverse") else ""
    lines = []
    for word, value in entry.items():
        if word == "weight":
            lines.append(f"weight {value}{reverse}")
        elif word == "init_file":
            lines.append(f"init_file {value}" + (" overwrite" if entry.get("overwrite") else ""))
        elif word == "param_match":
            lines.append("param_match" if value == "exact" else f"param_match {value}")
        elif word == "full_command":
            lines += [word] if value else []
        elif word not in ("name", "reverse", "overwrite"):
            lines.append(f"{word} {value}")
    if reverse and "weight" not in entry:
        lines.append(f"weight {1 if 'file' in entry else 0}{reverse}")
    return lines


def _group(entry: Mapping[str, Any]) -> Iterator[str]:
    yield from _block("group", entry.get("group", []))
    if entry.get("sync_group_tracking_weight"):
        yield "sync_group_tracking_weight"
    for word in NAMED:
        if entry.get(word):
            yield from _block(word, [as_line(each) for each in entry[word]])
    for word, keyword in ADDITIONS.items():
        yield from (f"@hotstandby {keyword} {as_line(each)}" for each in entry.get(word, ()))
    for word in NOTIFY:
        if word in entry:
            yield command_line(word, entry[word])
    if "notify_priority_changes" in entry:
        yield f"notify_priority_changes {'true' if entry['notify_priority_changes'] else 'false'}"


def _block(head: str, lines: list[str]) -> Iterator[str]:
    yield f"{head} {{"
    yield from (f"{_INDENT}{line}" for line in lines)
    yield "}"


def _entries(variables: Mapping[str, Any], word: str) -> list[Mapping[str, Any]]:
    said = variables.get(PREFIX + word) or ()
    return [each for each in (said if isinstance(said, (list, tuple)) else [said]) if isinstance(each, Mapping)]


def _without_prefix(variables: Mapping[str, Any]) -> dict[str, Any]:
    return {word: variables[PREFIX + word] for word in SETTINGS if variables.get(PREFIX + word) is not None}


def _read(said: Mapping[str, Any], known: Mapping[str, Any]) -> dict[str, Any]:
    """In the order of ``known``."""
    found = {}
    for word, read in known.items():
        if said.get(word) is not None:
            try:
                found[word] = read(said[word])
            except ValueError:
                continue
    return found
