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

from .runtime import RUNTIME_DIR
from .streams import say

if TYPE_CHECKING:
    from .config.keywords.keepalived_releases import KeepalivedRelease
    from .config.syntax.diagnostics import Problem
    from .config.version_differences import Comparison

GOOD, BAD = 0, 1


@dataclass
class Findings:
    """It is what a check has found. ``notes`` are about the check itself. ``compared`` is None without a release."""

    instances: tuple[str, ...] = ()
    errors: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()
    notes: list[str] = field(default_factory=list)
    compared: Optional[Comparison] = None


def release(text: str) -> KeepalivedRelease:
    """Return the release of keepalived that a word of the command line names. Raises ArgumentTypeError."""
    from .config.keywords.keepalived_releases import UnknownRelease
    from .config.keywords.keepalived_releases import release as known

    try:
        return known(text)
    except UnknownRelease as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def run(path: str, named: Optional[KeepalivedRelease], as_json: bool) -> int:
    """Print what is wrong with the file; return the exit status."""
    found = _look(path, named)
    if as_json:
        say(sys.stdout, json.dumps(_as_json(path, found), indent=2))
    else:
        _tell(path, found)
    return BAD if found.errors or (found.compared and found.compared.differences) else GOOD


def _look(path: str, named: Optional[KeepalivedRelease]) -> Findings:
    from .agent import config_source
    from .agent.netlink.links import InterfaceTable, dump
    from .agent.netlink.messages import DumpError
    from .agent.preflight.host import misfits, refusals
    from .agent.preflight.host_addresses import last_seen
    from .agent.process.script_security import unrunnable
    from .config.keywords.keepalived_releases import RELEASES, number
    from .config.loader import here, inspect_here, node_config_id, read_text
    from .config.syntax.diagnostics import WARNING, ConfigError, in_order
    from .config.version_differences import Comparison, compare

    found = Findings()
    if named is not None:
        found.compared = Comparison(named)
        if str(named) not in RELEASES:
            before = max(each for each in map(number, RELEASES) if each < named)
            found.notes.append(f"keepalived {named} is not known here: it was compared like {before}")
    try:
        text = read_text(path)
        if named is not None:
            found.compared = compare(text, path, named, node_config_id(), here(text))
        report = inspect_here(text, path)
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


def _tell(path: str, found: Findings) -> None:
    say(sys.stderr, *found.notes, *map(str, found.errors), *map(str, found.warnings))
    if not found.errors:
        names = ", ".join(found.instances)
        counted = f"{len(found.instances)} instance{'' if len(found.instances) == 1 else 's'}"
        say(sys.stdout, f"{path}: ok, {counted}{f' ({names})' if names else ''}")
    if found.compared is not None:
        for place, note in found.compared.not_compared:
            say(sys.stderr, f"{place.path}:{place.line}:{place.column}: note: {note}")
        say(sys.stderr, *map(str, found.compared.differences))
        say(sys.stdout, f"{path}: keepalived {found.compared.release} {_verdict(found, found.compared)}")


def _verdict(found: Findings, compared: Comparison) -> str:
    """Return what the release makes of the file; nothing good is said while there are errors."""
    from .config.keywords.keepalived_changes import EFFECTS
    from .config.keywords.keepalived_releases import NEWEST

    counts = [(effect, sum(each.effect == effect for each in compared.differences)) for effect in EFFECTS]
    counted = ", ".join(f"{count} {effect}" for effect, count in counts if count)
    if counted:
        return f"does not take it as it is meant: {counted}"
    if found.errors:
        return "is not judged: the file has errors"
    what = "all that was compared" if compared.not_compared else "every line"
    good = f"knows {what}" if compared.release == NEWEST else f"takes {what} as {NEWEST} does"
    return f"{good}, see the warnings too" if found.warnings else good


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
            "ok": not compared.differences and not found.errors,
            "differences": [asdict(each) for each in compared.differences],
            "not_compared": [
                {"path": place.path, "line": place.line, "text": note} for place, note in compared.not_compared
            ],
        },
    }


def _problem(problem: Problem) -> dict[str, Any]:
    keys = ("path", "line", "column", "text", "rule", "hint")
    return {key: getattr(problem, key) for key in keys}
