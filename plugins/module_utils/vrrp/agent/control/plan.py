# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The command ``plan`` tells what a reload of a file would do to this agent, without doing it.

It requires the right to reload: the answer would confirm a guessed password. It runs in a child process
(:mod:`~..process.fork`), which has a copy of all data.
"""

from __future__ import annotations

import base64
import binascii
import zlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any, Optional

from ...config.diff import as_values, compare
from ...config.model.configuration import Configuration, Instance
from ...config.syntax.diagnostics import ConfigError
from ...protocol.priority import verdict
from ...protocol.states import State
from ..config_source import check, refuse
from ..errors import CommandError
from ..instance import VrrpInstance
from ..netlink.links import InterfaceTable
from ..netlink.ownership import InterfaceAddress
from ..network import advertisement
from ..parsed_file import parse
from ..preflight.host import misfits

TEXT_MAX = 1 << 20  # octets; 255 instances are less than 100,000


@dataclass(frozen=True)
class Current:
    """It keeps what is in force: the ``instances`` of the configuration, the addresses ``installed`` by this agent."""

    configuration: Configuration
    digest: str
    instances: Collection[VrrpInstance]
    installed: frozenset[InterfaceAddress]
    drained: bool
    table: InterfaceTable


def dry_run(current: Current, request: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    """Return what would change if ``candidate`` were the file ``path`` (default: our own file), and its pickled parse.

    The candidate is packed as :func:`unpack` says. With ``programs`` the answer has those that the file runs. Raises
    CommandError with everything that is wrong with the candidate.
    """
    path = request.get("path") or current.configuration.path
    if not isinstance(path, str):
        raise CommandError("path is the name of a file")
    text = unpack(request.get("candidate"))
    try:
        parsed = parse(text, path)
        new, digest, warnings = check(parsed.report)
        refuse(new, current.table, current.installed)
    except ConfigError as error:
        raise CommandError(f"{path} is not valid", tuple(str(problem) for problem in error.problems)) from error
    found = compare(current.configuration, new)
    answer = {
        "path": path,
        "config_sha256": digest,
        "changed": bool(found),
        "plan": as_values(found),
        "texts": found.texts,
        "mastership": list(_mastership(current, new)),
        "warnings": [str(each) for each in warnings + misfits(new, current.table)],
    }
    if request.get("programs"):
        answer["programs"] = parsed.report.programs
    return answer, parsed.pickled()


def unpack(candidate: Any) -> str:
    """Return the text of base64 of zlib of UTF-8: many files are longer than a line of the control protocol may be."""
    try:
        octets = zlib.decompressobj()
        text = octets.decompress(base64.b64decode(candidate, validate=True), TEXT_MAX)
        if not octets.eof:
            raise CommandError(f"the file is longer than {TEXT_MAX} octets, or cut off")
        return text.decode("utf-8")
    except (TypeError, ValueError, binascii.Error, zlib.error) as error:
        raise CommandError("candidate is a file as base64 of zlib of UTF-8") from error


def _mastership(current: Current, new: Configuration) -> Iterator[dict[str, Any]]:
    """Yield for each instance whether mastership would move: True, False, or None where this node cannot know."""
    wanted = {advertisement.identity(config): config for config in new.instances}
    running = {advertisement.identity(instance.config) for instance in current.instances}
    # A MASTER of the same name goes on with another interface or virtual router id.
    following = {config.name: identity for identity, config in wanted.items() if identity not in running}
    for instance in current.instances:
        config = wanted.pop(advertisement.identity(instance.config), None)
        if config is None and instance.router.state is State.MASTER:
            config = wanted.pop(following.get(instance.name, ("", 0, 0)), None)
        moves, why = _moves(instance, config, current.drained)
        yield {"instance": instance.config.name, "state": instance.router.state.value, "moves": moves, "why": why}
    for config in wanted.values():
        why = "it is new: it begins as BACKUP, and the priorities of both nodes decide"
        yield {"instance": config.name, "state": None, "moves": None, "why": why}


def _moves(instance: VrrpInstance, config: Optional[Instance], drained: bool) -> tuple[Optional[bool], str]:
    router, state = instance.router, instance.router.state
    if config is None:
        if state is State.MASTER:
            return True, "it is MASTER, and goes: its addresses are released when a peer has taken over"
        return False, "it goes, and is not MASTER"
    if drained:
        return False, "this node is drained"
    if router.hold is not None:
        return False, f"it is held as {router.hold.upper()}"
    if state not in (State.MASTER, State.BACKUP):
        return False, f"it is {state.value}"
    if config.track != instance.config.track:
        return None, "it tracks something else, and what comes of that is not known yet"
    now, then = router.priority, verdict(config.priority, instance.tracking.checks).priority
    if state is State.MASTER:
        if then >= now:
            return False, f"it is MASTER with priority {now}, and would have {then}"
        return None, f"its priority falls from {now} to {then}: a peer with more than that, which preempts, takes over"
    if router.master is None:
        return False, "it hears no master"
    theirs = router.master.priority
    if then > theirs >= now and not config.nopreempt:
        return True, f"its priority rises from {now} to {then}, above the {theirs} of {router.master.address}"
    if then > theirs and instance.config.nopreempt and not config.nopreempt:
        return True, f"without nopreempt it takes over from {router.master.address}, which has {theirs} against {then}"
    return False, f"{router.master.address} is MASTER with {theirs}, against {then}"
