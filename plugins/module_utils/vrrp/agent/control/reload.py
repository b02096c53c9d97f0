# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Take a changed configuration file without touching what it does not change."""

from __future__ import annotations

from asyncio import TimerHandle
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Optional

from ...config.diff import compare
from ...config.loader import read_text
from ...config.model.configuration import Configuration
from ...config.syntax.diagnostics import ConfigError
from ..config_source import check, refuse
from ..errors import CommandError
from ..log import Log
from ..parsed_file import parse
from ..preflight.host import misfits
from ..process.fork import Fork
from ..process.systemd import ServiceManager
from .confirmed_reload import CONFIRM_MAX_S, ConfirmedReload
from .plan import Current, dry_run, unpack
from .server import Result

SIGNAL_REST_S = 0.5  # between two reloads on signal
KEPT_S = 10.0  # for the reload after a plan


@dataclass(frozen=True)
class CheckedFile:
    """It keeps the content of a file: configuration, ``digest`` (SHA-256), ``changes`` and ``warnings`` for people."""

    configuration: Configuration
    digest: str
    instances: dict[str, list[str]]  # the names of those that are added, removed, changed
    in_step: list[str]  # the names of those that the peer must change too
    changes: list[str]
    warnings: list[str]


class Reload:
    """It reads the file of the ``current()`` configuration again, and calls ``apply(configuration, digest)``.

    What a plan has parsed is kept for a moment, and a reload of the same text does not parse it again. ``later(delay_s,
    callback)`` calls back.
    """

    def __init__(
        self,
        fork: Fork,
        current: Callable[[], Current],
        apply: Callable[[Configuration, str], None],
        is_stopping: Callable[[], bool],
        service_manager: ServiceManager,
        later: Callable[[float, Callable[[], None]], TimerHandle],
        confirmed: ConfirmedReload,
        log: Log,
    ) -> None:
        self._confirmed = confirmed
        self._fork = fork
        self._current = current
        self._apply = apply
        self._is_stopping = is_stopping
        self._service_manager = service_manager
        self._later = later
        self._log = log
        self._parsed = b""  # a pickle, for children only
        self._forgetting: Optional[TimerHandle] = None

    def reload(self) -> Result:
        """Read the file again and apply what is different. Raises CommandError, and keeps the old one, for a bad file.

        The answer has the names of the instances that were added, removed and changed, and two lists of texts for
        people: ``changes``, and ``warnings`` about the file and what in it does not fit this machine. A child process
        reads and compares the file (:mod:`~..process.fork`), so that the loop only applies it.
        """
        self._refuse_at_the_end()
        return self._fork.run(lambda: look(self._current(), self._parsed), self.take)

    def confirmed(self, request: dict[str, Any]) -> Result:
        """Apply a ``candidate`` (as :func:`.plan.unpack` says) that is not the file yet when the master has it, too.

        Where the master is not heard with it within ``confirm_s`` seconds, nothing changes (:mod:`.confirmed_reload`).
        What the master need not have is applied at once. Raises CommandError for a bad file.
        """
        self._refuse_at_the_end()
        confirm_s, candidate = request.get("confirm_s"), request.get("candidate")
        if not isinstance(confirm_s, (int, float)) or not 0 < confirm_s <= CONFIRM_MAX_S:
            raise CommandError(f"confirm_s is a number of seconds, more than 0 and at most {CONFIRM_MAX_S}")
        return self._fork.run(
            lambda: look(self._current(), self._parsed, unpack(candidate)), lambda found: self._try(found, confirm_s)
        )

    def _try(self, found: CheckedFile, confirm_s: float) -> dict[str, Any]:
        self._refuse_at_the_end()
        self._confirmed.refuse_masters(found.in_step)
        awaited = self._confirmed.awaited(found.configuration, found.in_step)
        if not awaited:
            return self.take(found)
        self._confirmed.begin(awaited, confirm_s, lambda: self._take(found))
        return _answer(found)

    def plan(self, request: dict[str, Any]) -> Result:
        """Return a future of the result of :func:`.plan.dry_run`, which runs in a child process."""
        return self._fork.run(lambda: dry_run(self._current(), request), self._keep)

    def take(self, found: CheckedFile) -> dict[str, Any]:
        """Apply what was found, and return the answer of :meth:`reload`. Raises CommandError when stopping."""
        answer = self._take(found)
        self._confirmed.settle()
        return answer

    def _take(self, found: CheckedFile) -> dict[str, Any]:
        self._refuse_at_the_end()
        words = [f"{', '.join(names)} {kind}" for kind, names in found.instances.items() if names]
        self._service_manager.reloading()
        self._log.info("Reloading")
        try:
            self._apply(found.configuration, found.digest)
        finally:
            self._service_manager.ready()
        for text in found.warnings:
            self._log.info(text)
        self._log.info("Reload complete")
        path = found.configuration.path
        self._log.info(f"Reloaded {path}: {'; '.join(words + found.changes) or 'nothing has changed'}")
        return _answer(found)

    def _keep(self, planned: tuple[dict[str, Any], bytes]) -> dict[str, Any]:
        """Keep the parse of the last plan, which a file with other passwords may be, and return the answer."""
        answer, self._parsed = planned
        if self._forgetting is not None:
            self._forgetting.cancel()
        self._forgetting = self._later(KEPT_S, self._forget)
        return answer

    def _forget(self) -> None:
        self._parsed = b""

    def _refuse_at_the_end(self) -> None:
        if self._is_stopping():
            raise CommandError("the agent is stopping")


def _answer(found: CheckedFile) -> dict[str, Any]:
    return {**found.instances, "changes": found.changes, "warnings": found.warnings}


def look(current: Current, parsed: bytes = b"", candidate: Optional[str] = None) -> CheckedFile:
    """Read the file and compare it with what is in force. Nothing is changed. Raises CommandError for a bad file.

    ``parsed`` is a former parse (:func:`~..parsed_file.parse`). ``candidate`` is a text that is to be the file.
    """
    path = current.configuration.path
    try:
        text = read_text(path) if candidate is None else candidate
        new, digest, warnings = check(parse(text, path, parsed).report)
        refuse(new, current.table, current.installed)
    except ConfigError as error:
        problems = tuple(str(problem) for problem in error.problems)
        raise CommandError(f"{path} is not valid: the old configuration stays in force", problems) from error
    if new == Configuration(new.path):
        raise CommandError(f"{path} says nothing: an empty file is not taken, and the old configuration stays in force")
    plan = compare(current.configuration, new)
    instances: dict[str, list[str]] = {"added": [], "removed": [], "changed": []}
    for entry in plan.instances:
        instances[entry.kind].append(entry.name)
    texts = [str(each) for each in warnings + misfits(new, current.table)]
    in_step = [entry.name for entry in plan.instances if entry.peer_must_follow]
    return CheckedFile(new, digest, instances, in_step, list(plan.texts), texts)


class OnSignal:
    """It reloads on SIGHUP: one reload at a time, and one more after it, for any number of signals meanwhile.

    The second one is needed as the file may have changed after it was read. ``later(delay_s, callback)`` calls back.
    """

    def __init__(
        self, reload: Callable[[], Result], later: Callable[[float, Callable[[], None]], object], log: Log
    ) -> None:
        self._reload = reload
        self._later = later
        self._log = log
        self._wanted = 0
        self._told: tuple[str, ...] = ()

    def signal(self) -> None:
        """Reload now, or after the reload that is under way (SIGHUP)."""
        self._wanted = min(self._wanted + 1, 2)
        if self._wanted == 1:
            self._begin()

    def _begin(self) -> None:
        try:
            result = self._reload()
        except CommandError as error:
            return self._ended(error)
        if isinstance(result, dict):
            return self._ended(None)
        result.add_done_callback(lambda done: self._ended(done.exception()))

    def _ended(self, error: Optional[BaseException]) -> None:
        texts = (str(error), *error.problems) if isinstance(error, CommandError) else ()
        for text in texts[: 1 if texts == self._told else None]:  # the details of the same bad file are logged once
            self._log.error(text)
        self._told = texts
        self._later(SIGNAL_REST_S, self._rested)

    def _rested(self) -> None:
        self._wanted -= 1
        if self._wanted:
            self._begin()
