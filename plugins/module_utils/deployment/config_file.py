# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It manages the configuration file on a node: it checks before it writes, and restores what the agent refuses."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Collection
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, Optional

from ..vrrp.agent.netlink.links import InterfaceTable, dump
from ..vrrp.agent.network import hmac_keys
from ..vrrp.agent.preflight.host import misfits, refusals, unsupported
from ..vrrp.agent.preflight.host_addresses import last_seen
from ..vrrp.agent.process.script_security import unrunnable
from ..vrrp.client import AgentError, AgentUnreachable, Client
from ..vrrp.config.diff import Diff, as_values, compare
from ..vrrp.config.loader import LoadResult, digest_of, inspect_here
from ..vrrp.config.model.configuration import Configuration
from ..vrrp.config.semantics.programs import Programs
from ..vrrp.config.syntax.diagnostics import ERROR, Problem
from ..vrrp.config.syntax.redact import mask_secrets
from ..vrrp.ip_types import Address
from . import files, paths, release, running_release, unit
from .change import DeploymentError

_MODE = 0o600
_NOTHING = Configuration("")


class Refused(DeploymentError):
    """The file is bad, or the agent refuses it. ``problems`` are the single problems."""

    def __init__(self, text: str, problems: tuple[str, ...]):
        super().__init__("\n".join([text, *problems]))
        self.problems = problems
        self.result = {"problems": problems}


@dataclass(frozen=True)
class RunningConfig:
    """It holds the path and digest of the running agent's configuration, and whether its release is current."""

    config: str
    digest: str
    release_is_current: bool
    is_tried: bool = False  # its configuration is not the file yet: it waits for the master (confirmed reload)


class ConfigFile:
    """It manages the file at ``path``, with the agent of ``runtime_dir``, which may be running or not."""

    def __init__(self, path: str, runtime_dir: str):
        self.path = path
        self._runtime_dir = runtime_dir
        self._client = Client(runtime_dir)
        self.old = files.read(path)
        self._reports: dict[str, LoadResult] = {}

    def _report(self, text: str) -> LoadResult:
        """Return this node's report on ``text``. Each text is parsed once."""
        if text not in self._reports:
            self._reports[text] = inspect_here(text, self.path)
        return self._reports[text]

    def validate(self, text: str, hosts: Collection[Address] = ()) -> tuple[Configuration, list[str]]:
        """Return the configuration of ``text`` and warnings about it. Raises Refused with all problems.

        ``hosts`` are virtual addresses that another program has set and will take away.
        """
        report = self._report(text)
        problems: tuple[Problem, ...] = report.problems
        doubtful: tuple[Problem, ...] = ()
        fit: tuple[Problem, ...] = ()
        if report.configuration is not None:
            problems += unsupported(report.configuration) + hmac_keys.resolve(report.configuration)[1]
            bad, doubtful = self._unrunnable(report.programs)
            problems += bad
            with contextlib.suppress(OSError):  # without the kernel's answer these checks are left out
                table = dump(InterfaceTable())
                held = [(each.index, each.address) for host in hosts for each in table.entries(host)]
                problems += refusals(report.configuration, table, last_seen(self._runtime_dir), held)
                fit = misfits(report.configuration, table)
        if report.configuration is None or problems:
            raise self._not_valid(problems)
        return report.configuration, list(map(str, [*report.warnings, *doubtful, *fit]))

    def judge_programs(self, programs: Programs) -> list[str]:
        """Return warnings about the programs of a text that the agent accepts. Raises Refused for what cannot run.

        Only root can look everywhere and at everybody's rights.
        """
        bad, doubtful = self._unrunnable(programs)
        if bad:
            raise self._not_valid(bad)
        return list(map(str, doubtful))

    def _unrunnable(self, programs: Programs) -> tuple[tuple[Problem, ...], tuple[Problem, ...]]:
        """Return errors and warnings."""
        found = unrunnable(programs, paths.USER, hidden=unit.hidden(), writable=unit.writable())
        errors = tuple(each for each in found if each.severity == ERROR)
        return errors, tuple(each for each in found if each.severity != ERROR)

    def _not_valid(self, problems: tuple[Problem, ...]) -> Refused:
        return Refused(f"the configuration for {self.path} is not valid", tuple(map(str, problems)))

    def plan(self, new: Configuration) -> Diff:
        """Return the changes from the present file; everything is new where that is missing or bad."""
        old = None
        if self.old is not None:
            with contextlib.suppress(UnicodeDecodeError):
                old = self._report(self.old.decode()).configuration
        return compare(old or _NOTHING, new)

    def dry_run(self, text: str, agent: Optional[RunningConfig]) -> Optional[dict[str, Any]]:
        """Return what a reload would do, as the running agent foresees it; None without an agent that knows it.

        The agent then parses the text, and there is no need to do it here. An agent that has it in force is not asked.
        """
        if agent is None or not self._can_ask(agent):
            return None
        nothing: dict[str, Any] = {"plan": as_values(Diff()), "mastership": []}
        # What it includes may have changed, and its environment may be the agent's alone: only a parse tells.
        if digest_of(text) == agent.digest and not self._report(text).problems and not self.needs_reload(text, agent):
            return {**nothing, "warnings": []}
        try:
            answer = self._client.plan(text, self.path, programs=True)
        except AgentError as error:
            if error.problems:
                raise Refused(f"the agent would not take the file: {error}", tuple(error.problems)) from error
            return None  # it is of a release that does not have the command
        except (AgentUnreachable, UnicodeEncodeError):
            return None
        return {**answer, **nothing} if answer.get("config_sha256") == agent.digest else answer

    def masked(self) -> str:
        """Return the present file without its passwords."""
        return mask_secrets((self.old or b"").decode(errors="replace"))

    def marked(self, text: str) -> str:
        """Return ``text`` without passwords; a line in which only a password changes is marked."""
        return mask_secrets(text) if self.old is None else marked(self.old.decode(errors="replace"), text)

    def agent(self) -> Optional[RunningConfig]:
        """Return the running agent, or None. Raises DeploymentError where it runs but does not tell its status."""
        try:
            status = self._client.status()
        except AgentUnreachable:
            return None
        except AgentError as error:
            raise DeploymentError(f"the agent does not tell its status: {error}") from error
        started_from = running_release.release_of(status["pid"])
        return RunningConfig(
            status["config"],
            status["config_sha256"],
            started_from in (None, release.current()),
            status.get("confirm_s") is not None,
        )

    def needs_write(self, text: str, owner: tuple[int, int]) -> bool:
        """Return whether content, mode or owner differ."""
        return self.old != text.encode() or not files.has_owner(self.path, _MODE, *owner)

    def needs_reload(
        self, text: str, agent: Optional[RunningConfig], foreseen: Optional[dict[str, Any]] = None
    ) -> bool:
        """Return whether the running agent has another configuration in force.

        False for an agent of an older release: it is restarted later, and may not know new keywords.
        """
        if agent is None or not self._can_ask(agent):
            return False
        digest = (foreseen or {}).get("config_sha256")
        return agent.is_tried or agent.digest != (self._report(text).digest if digest is None else digest)

    def _can_ask(self, agent: RunningConfig) -> bool:
        """Return whether this is the file of the agent, and its release is ours."""
        return agent.release_is_current and os.path.realpath(agent.config) == os.path.realpath(self.path)

    def write(self, text: str, owner: tuple[int, int]) -> None:
        """Write the file. Raises DeploymentError."""
        directory = os.path.dirname(self.path)
        if not os.path.isdir(directory):
            raise DeploymentError(f"there is no directory {directory}: run hotstandby.vrrp.vrrp_agent first")
        try:
            files.write(self.path, text.encode(), _MODE, *owner)
        except OSError as error:
            raise DeploymentError(f"{self.path}: {error}") from error

    def confirmed_reload(self, text: str, confirm_s: float) -> None:
        """Make the agent take ``text`` for a while, without writing it. Raises Refused."""
        try:
            self._client.confirmed_reload(text, confirm_s)
        except (AgentError, AgentUnreachable) as error:
            raise Refused(f"the agent did not take the file: {error}", tuple(getattr(error, "problems", ()))) from error

    def reload(self, owner: tuple[int, int]) -> dict[str, Any]:
        """Make the agent read the file. Where it refuses, restore the file before. Raises Refused then."""
        try:
            return self._client.reload()
        except (AgentError, AgentUnreachable) as error:
            if self.old is None:
                os.unlink(self.path)
            else:
                files.write(self.path, self.old, _MODE, *owner)
            problems = tuple(getattr(error, "problems", ()))
            raise Refused(f"the agent did not take the file, so the one before is back: {error}", problems) from error


def marked(old: str, new: str) -> str:
    """Return ``new`` without passwords; a line that differs from ``old`` only in a password is marked."""
    was, shown = mask_secrets(old).split("\n"), mask_secrets(new).split("\n")
    before, after = old.split("\n"), new.split("\n")
    # Without autojunk the lines that all of 255 instances have take seconds. Ansible's own diff has it, too.
    equal = [(0, 0, len(shown))] if was == shown else SequenceMatcher(None, was, shown).get_matching_blocks()
    for first, second, size in equal:
        for offset in range(size):
            if before[first + offset] != after[second + offset]:
                shown[second + offset] += " (changed)"
    return "\n".join(shown)
