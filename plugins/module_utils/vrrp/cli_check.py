# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check a file for the command ``check``: what is wrong with it, here and for a release of keepalived.

The imports are in the functions, so that every other command starts faster.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Optional

from .client import RUNTIME_DIR
from .streams import say

if TYPE_CHECKING:
    from .config.keywords.keepalived_releases import Release
    from .config.syntax.diagnostics import Location, Problem
    from .config.version_differences import Difference

GOOD, BAD = 0, 1


@dataclass
class Findings:
    """It is what a check has found. ``notes`` are about the check itself. ``compared`` is None without a release."""

    instances: tuple[str, ...] = ()
    errors: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()
    notes: list[str] = field(default_factory=list)
    compared: Optional[Compared] = None


@dataclass
class Compared:
    """It is what a release of keepalived does not take as it is meant, and what was not compared."""

    release: Release
    differences: tuple[Difference, ...]
    notes: tuple[tuple[Location, str], ...]


def release(text: str) -> Release:
    """Return the release of keepalived that a word of the command line names. Raises ArgumentTypeError."""
    from .config.keywords.keepalived_releases import UnknownRelease
    from .config.keywords.keepalived_releases import release as known

    try:
        return known(text)
    except UnknownRelease as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def run(path: str, named: Optional[Release], as_json: bool) -> int:
    """Print what is wrong with the file; return the exit status. Raises ConfigError where it cannot be read at all."""
    found = _look(path, named)
    if as_json:
        say(sys.stdout, json.dumps(_as_json(path, found), indent=2))
    else:
        _tell(path, found)
    return BAD if found.errors or (found.compared and found.compared.differences) else GOOD


def _look(path: str, named: Optional[Release]) -> Findings:
    from .agent import config_source
    from .agent.netlink.links import InterfaceTable, dump
    from .agent.netlink.messages import DumpError
    from .agent.preflight.host import misfits, refusals
    from .agent.preflight.host_addresses import last_seen
    from .agent.process.script_security import unrunnable
    from .config.loader import inspect_here, read_text
    from .config.syntax.diagnostics import WARNING, ConfigError, in_order

    text = read_text(path)
    report = inspect_here(text, path)
    found = Findings(compared=None if named is None else _compare(text, path, named))
    try:
        configuration, _digest, warnings = config_source.check(report)
        try:
            table = dump(InterfaceTable())
            refused = refusals(configuration, table, last_seen(RUNTIME_DIR))
            if refused:
                raise ConfigError(refused)
            warnings += misfits(configuration, table)
        except (DumpError, OSError) as error:
            found.notes.append(f"the interfaces of this machine were not compared: {error}")
        found.warnings = in_order(warnings + unrunnable(report.programs, severity=WARNING))
        found.instances = tuple(instance.name for instance in configuration.instances)
    except ConfigError as error:
        found.errors = error.problems
    return found


def _compare(text: str, path: str, named: Release) -> Compared:
    from .config.loader import here, node_config_id
    from .config.version_differences import differences, not_compared

    node = node_config_id()
    return Compared(
        named,
        differences(text, path, named, node, here(text)),
        not_compared(text, path, node, here(text)),
    )


def _tell(path: str, found: Findings) -> None:
    say(sys.stderr, *found.notes, *map(str, found.errors), *map(str, found.warnings))
    if not found.errors:
        names = ", ".join(found.instances)
        counted = f"{len(found.instances)} instance{'' if len(found.instances) == 1 else 's'}"
        say(sys.stdout, f"{path}: ok, {counted}{f' ({names})' if names else ''}")
    if found.compared is not None:
        _tell_compared(path, found.compared)


def _tell_compared(path: str, compared: Compared) -> None:
    from .config.keywords.keepalived_values import EFFECTS

    for place, note in compared.notes:
        say(sys.stderr, f"{place.path}:{place.line}:{place.column}: note: {note}")
    say(sys.stderr, *map(str, compared.differences))
    counts = [(effect, sum(each.effect == effect for each in compared.differences)) for effect in EFFECTS]
    counted = ", ".join(f"{count} {effect}" for effect, count in counts if count)
    rest = " of what was compared" if compared.notes else ""
    verdict = f"does not take it as it is meant: {counted}" if counted else f"takes all{rest} as it is meant"
    say(sys.stdout, f"{path}: keepalived {compared.release} {verdict}")


def _as_json(path: str, found: Findings) -> dict[str, Any]:
    compared = found.compared
    return {
        "file": path,
        "ok": not found.errors,
        "instances": list(found.instances),
        "errors": [_problem(each) for each in found.errors],
        "warnings": [_problem(each) for each in found.warnings],
        "notes": found.notes,
        "keepalived": None
        if compared is None
        else {
            "release": str(compared.release),
            "ok": not compared.differences,
            "differences": [asdict(each) for each in compared.differences],
            "not_compared": [{"path": place.path, "line": place.line, "text": note} for place, note in compared.notes],
        },
    }


def _problem(problem: Problem) -> dict[str, Any]:
    keys = ("path", "line", "column", "text", "rule", "hint")
    return {key: getattr(problem, key) for key in keys}
