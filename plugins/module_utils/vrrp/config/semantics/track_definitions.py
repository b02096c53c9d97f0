# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It makes Script, Process and File of the sections that define what can be tracked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Optional

from ..model.trackers import File, Process, Script, TrackedGateway, TrackedHttp, TrackedTcp
from ..syntax.diagnostics import Diagnostics, show
from .sections import Section, Setting, floats

FILES = ("track_file", "vrrp_track_file")
_COMM = 15  # linux/sched.h: TASK_COMM_LEN less the NUL


@dataclass(frozen=True)
class TrackDefinitions:
    """It holds the definitions of a file. ``names``: list keyword -> defined names, with those that are not usable."""

    scripts: tuple[Script, ...]
    processes: tuple[Process, ...]
    files: tuple[File, ...]
    names: dict[str, tuple[str, ...]]

    def get(self, kind: str, name: str) -> Optional[Any]:
        """Return what ``kind``, such as ``track_script``, calls ``name``; None where the file has no usable one."""
        every: dict[str, tuple[Any, ...]] = {
            "track_script": self.scripts,
            "track_process": self.processes,
            "track_file": self.files,
        }
        return next((item for item in every[kind] if item.name == name), None)


def sections_of(root: Section, *names: str) -> list[Section]:
    """Return the blocks of the file that have one of these keywords, in the order of the file."""
    return [section for section in root.sections if section.block.name in names]


def track_definitions(root: Section, complete: bool, findings: Diagnostics) -> TrackDefinitions:
    """Return the definitions. ``complete`` is False where braces are missing: then no missing line is reported."""
    kinds = {
        "track_script": (sections_of(root, "vrrp_script"), _script),
        "track_process": (sections_of(root, "vrrp_track_process"), _process),
        "track_file": (sections_of(root, *FILES), _file),
    }
    built: dict[str, tuple[Any, ...]] = {
        kind: tuple(item for section in sections if (item := build(section, complete, findings)) is not None)
        for kind, (sections, build) in kinds.items()
    }
    names = {kind: tuple(section.name for section in sections) for kind, (sections, _build) in kinds.items()}
    _said_or_used(root, kinds, findings)
    return TrackDefinitions(built["track_script"], built["track_process"], built["track_file"], names)


def _said_or_used(root: Section, kinds: dict[str, Any], findings: Diagnostics) -> None:
    """Warn of each definition that no instance and no group tracks: it has no effect."""
    users = sections_of(root, "vrrp_instance", "vrrp_sync_group")
    for kind, (sections, _build) in kinds.items():
        lines = [item for user in users for block in user.inside(kind) for item in block.items]
        used = {item.value.name for item in lines}
        for section in sections:
            if section.name and section.name not in used:
                what = "runs" if kind == "track_script" else "counts"
                findings.warning(
                    section.place,
                    f"{section.block.name} {show(section.name)} is tracked by no instance, so it never {what}",
                    hint=f"add: {kind} {{ {section.name} }}",
                )


def pair(names: Optional[tuple[str, ...]]) -> tuple[Optional[str], Optional[str]]:
    """Return user and group of (USER,) or (USER, GROUP); None for each one that is missing."""
    user, group = ((*names, None, None) if names else (None, None))[:2]
    return user, group


def _values(section: Section) -> dict[str, Any]:
    values = floats({name: setting.value for name, setting in section.settings.items()})
    if "weight" in values:
        values["weight"], values["reverse"] = values["weight"]
    return values


def _lacks(section: Section, field: str, keyword: str, hint: str, complete: bool, findings: Diagnostics) -> bool:
    if not section.has(field) and complete:
        findings.error(section.place, f"{section.block.name} {show(section.name)} has no {keyword}", hint=hint)
    return field not in section.settings


def _script(section: Section, complete: bool, findings: Diagnostics) -> Optional[Script]:
    if _lacks(section, "command", "script", "add: script /path/to/command", complete, findings):
        return None
    for name in ("interval_s", "timeout_s"):
        if name in section.settings and section.settings[name].value % 1:
            setting = section.settings[name]
            findings.warning(
                setting.place,
                f"{setting.statement.keyword} {setting.value} is a fraction",
                "keepalived before 2.3.2 takes whole seconds and ignores the line",
                "fine where only hotstandby or a newer one reads it",
            )
    values = _values(section)
    values["user"], values["group"] = pair(values.pop("user", None))
    values.setdefault("timeout_s", values.get("interval_s", 1.0))
    return Script(section.name, **values)


def _process(section: Section, complete: bool, findings: Diagnostics) -> Optional[Process]:
    if _lacks(section, "process", "process", "add: process haproxy", complete, findings):
        return None
    values = _values(section)
    command, parameters = values.pop("process")
    match = values.pop("param_match", None)
    delay = values.pop("delay", None)
    if delay is not None:
        # It sets both. In keepalived the last line counts; here fork_delay and terminate_delay come before it.
        values.setdefault("fork_delay_s", delay)
        values.setdefault("terminate_delay_s", delay)
    most = values.get("quorum_max")
    if most == 0:
        if "quorum" in values:
            findings.error(section.settings["quorum_max"].place, "quorum_max 0 beside a quorum", hint="remove quorum")
        values["quorum"] = 0
    elif most is not None and most < values.get("quorum", 1):
        findings.error(section.settings["quorum_max"].place, "quorum_max is below quorum", hint="at least quorum")
    if parameters or match:
        values["full_command"] = True
    if not (parameters and any(char.isspace() for char in command)):  # else the quotes are on purpose
        _findable(section, command, bool(values.get("full_command")), findings)
    return Process(
        section.name,
        command,
        parameters=parameters if parameters or match else None,
        param_match=None if match == "exact" else match,
        **values,
    )


def _findable(section: Section, command: str, full: bool, findings: Diagnostics) -> None:
    """Warn where no process can have that name: the kernel keeps 15 octets, and no directory."""
    place, octets = section.settings["process"].place, command.encode("utf-8", "replace")
    whole = "or full_command and its command line, each argument a word of its own"
    if any(char.isspace() for char in command) and (full or command.startswith("/")):
        text, rule = f"no process is called {show(command)}", "each argument is a word of its own"
        findings.warning(
            place, text, rule, f"process {command}, and full_command; quotes around a path with blanks alone"
        )
    elif command.startswith("/") and not full:
        name = octets.rpartition(b"/")[2][:_COMM].decode("utf-8", "ignore")
        text, rule = f"no process is called {show(command)}", "the name of a process has no directory"
        findings.warning(place, text, rule, f"process {_written(name)}, {whole}")
    elif len(octets) > _COMM and not full:
        text, rule = f"no process is called {show(command)}", f"the name of a process has at most {_COMM} octets"
        name = octets[:_COMM].decode("utf-8", "ignore")
        findings.warning(place, text, rule, f"process {_written(name)}, {whole}")


def _written(word: str) -> str:
    """Return a word for the file: in quotes where it has a blank, a brace, or a character that begins a comment."""
    return f'"{word}"' if any(char.isspace() or char in "#!{}" for char in word) else word


def _file(section: Section, complete: bool, findings: Diagnostics) -> Optional[File]:
    if _lacks(section, "path", "file", "add: file /path", complete, findings):
        return None
    path = section.get("path")
    if not path.startswith("/"):
        place = section.settings["path"].place
        findings.error(place, f"the file {show(path)} is not an absolute path", hint="file /run/NAME")
    values = _values(section)
    values["init"], values["init_overwrite"] = values.pop("init", (None, False))
    return File(section.name, **values)


def tracked_gateways(section: Section, findings: Diagnostics) -> tuple[TrackedGateway, ...]:
    """Return the gateways of one vrrp_instance or vrrp_sync_group, and report each that is given twice."""
    own = section.get("interface")
    first: dict[Any, Setting] = {}
    for item in section.many.get("track.gateways", ()):
        gateway: TrackedGateway = item.value
        before = first.setdefault((gateway.address, gateway.device or own), item)
        if before is not item:
            text = f"track_gateway {gateway.address} is given twice, first in {before.start.seen_from(item.start)}"
            findings.error(item.start, text, hint="remove one")
        elif gateway.device is None and section.block.name == "vrrp_sync_group":
            findings.error(
                item.start,
                f"track_gateway {gateway.address} of a group names no interface",
                "a group has no interface of its own",
                f"track_gateway {gateway.address} interface eth0",
            )
    return tuple(item.value for item in first.values())


def no_virtual_gateways(root: Section, findings: Diagnostics) -> None:
    """Report a gateway that is a virtual address: the MASTER has that, and a check of it shows nothing."""
    sections = root.inside("vrrp_instance")
    virtual = {
        item.value.address.ip: item
        for section in sections
        for name in ("virtual_ipaddress", "virtual_ipaddress_excluded")
        for block in section.inside(name)
        for item in block.items
    }
    trackers = sections + root.inside("vrrp_sync_group")
    for item in (item for section in trackers for item in section.many.get("track.gateways", ())):
        owner = virtual.get(item.value.address)
        if owner is not None:
            findings.error(
                item.start,
                f"track_gateway {item.value.address} is a virtual address, in {owner.start.seen_from(item.start)}",
                "a gateway is a machine that is none of the pair",
                "name the router of the segment",
            )


def once_each(section: Section, field: str, findings: Diagnostics) -> tuple[Any, ...]:
    """Return the tracked things of ``field``; the same thing twice is an error."""
    first: dict[Any, Any] = {}
    for item in section.many.get(field, ()):
        before = first.setdefault(_what(item.value), item)
        if before is not item:
            text = f"{item.statement.keyword} asks for the same thing as {before.start.seen_from(item.start)}"
            findings.error(item.start, text, hint="remove one")
    return tuple(item.value for item in first.values())


def _what(value: Any) -> tuple[Any, ...]:
    """Return what identifies a check: it leaves out times and weight."""
    if isinstance(value, TrackedTcp):
        return value.host, value.port
    if isinstance(value, TrackedHttp):
        return value.url, value.host, value.body, value.status
    return (value.unit,)
