# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It manages the file and the service of keepalived on a node: it tests before it writes, and restores what fails."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
import time
from collections.abc import Sequence
from typing import Any, Optional

from ..keepalived import holds
from ..keepalived.process import CONFIG, PROGRAM
from ..vrrp.client import AgentUnreachable
from ..vrrp.config.diff import Diff, compare
from ..vrrp.config.keywords.keepalived_behaviour import ended_itself
from ..vrrp.config.keywords.keepalived_changes import REFUSED
from ..vrrp.config.keywords.keepalived_releases import UnknownRelease, release
from ..vrrp.config.keywords.table import ROOT
from ..vrrp.config.loader import LoadResult, here, inspect_here, node_config_id
from ..vrrp.config.model.configuration import Configuration, Instance
from ..vrrp.config.syntax.parser import parse
from ..vrrp.config.version_differences import compare as compare_release
from . import files, keepalived_status
from .change import DeploymentError
from .config_file import Refused
from .module_io import CommandRunner
from .service import Service

SERVICE = "keepalived.service"
_MODE = 0o600
_VERSION = re.compile(r"Keepalived v(\d+(?:\.\d+)+)")
_TAKEN_S = 10.0  # keepalived reads a file of 255 instances in less than a second
_POLL_S = 0.1
_NOTHING = Configuration("")


class KeepalivedFile:
    """It manages the file at ``path``, which the service of keepalived reads. ``run`` runs commands."""

    def __init__(self, run: CommandRunner, path: Optional[str] = None):
        self.path = path or CONFIG
        self.service = Service(run, SERVICE, "keepalived")
        self._run = run
        self.old = self._before = files.read(self.path)

    @property
    def text(self) -> str:
        """Return the file as it is; "" where there is none."""
        return (self.old or b"").decode(errors="replace")

    @property
    def is_ours(self) -> bool:
        """Return whether our role has written the file that is there."""
        return holds.is_ours(self.text)

    def plan(self, text: str) -> Diff:
        """Return what changes from the file that is there to ``text``. Raises Refused where our reader refuses it."""
        new = self._report(text)
        if new.configuration is None:
            raise self._refused(list(map(str, new.problems)))
        old = inspect_here(self.text, self.path).configuration if self.text else None
        return compare(old or _NOTHING, new.configuration)

    def demand_replaceable(self) -> None:
        """Raise Refused where the file has another service of keepalived, which the file of the role would end."""
        if self.is_ours:
            return
        tree = parse(self.text, self.path, node_config_id(), here(self.text))
        others = [each for each in tree.statements if getattr(ROOT.keywords.get(each.keyword), "foreign", False)]
        if others:
            advice = "let another keepalived do that, with a file and pid files of its own, and take these blocks out"
            told = [
                f"{each.place.path}:{each.place.line}: {each.keyword}: the file of the role would end it ({advice})"
                for each in others
            ]
            raise Refused(f"{self.path} is not replaced", tuple(told))

    def _report(self, text: str) -> LoadResult:
        return inspect_here(text, self.path)

    def _refused(self, problems: Sequence[str]) -> Refused:
        return Refused(f"the configuration for {self.path} is not valid", tuple(problems))

    def unlike(self, text: str) -> list[str]:
        """Return what the keepalived that is installed would understand otherwise than it is meant, as sentences.

        Raises Refused for what it would refuse. Nothing is known of a keepalived that is missing or too old.
        """
        try:
            named = release(self.version())
        except UnknownRelease:
            return []
        found = compare_release(text, self.path, named).differences
        refused = [str(each) for each in found if each.effect == REFUSED]
        if refused:
            raise self._refused(refused)
        return [f"keepalived {named}: {each}" for each in found]

    def version(self) -> str:
        """Return the version of the keepalived that is installed; "" where there is none."""
        _status, output, errors = self._run.outcome(["keepalived", "--version"])
        found = _VERSION.search(f"{output}\n{errors}")
        return found[1] if found else ""

    def installed(self) -> bool:
        """Return whether there is a program keepalived."""
        return shutil.which(PROGRAM, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin") is not None

    def test(self, text: str) -> None:
        """Let keepalived read ``text``. Raises Refused with what it complains about, DeploymentError without it."""
        if not self.installed():
            raise DeploymentError("there is no program keepalived on this node: install the package keepalived")
        handle, name = tempfile.mkstemp(prefix=".hotstandby-")  # only root may read it: passwords are in it
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(text.encode())
            # By a shell: keepalived 2.2.7 checks less where it is the child of another program.
            words = ["sh", "-c", 'keepalived --config-test --use-file "$1"; exit $?', "sh", name]
            status, output, errors = self._run.outcome(words)
        finally:
            os.unlink(name)
        said = [line.replace(name, self.path) for line in f"{output}\n{errors}".splitlines() if line.strip()]
        # 5 is a complaint with which keepalived starts, and our file is to have none.
        if status and not ended_itself(status, "\n".join(said)):
            raise self._refused([*said, f"keepalived --config-test ended with status {status}"])

    def needs_write(self, text: str) -> bool:
        """Return whether content, mode or owner differ."""
        return self.old != text.encode() or not files.has_owner(self.path, _MODE, 0, 0)

    def write(self, text: str) -> Optional[str]:
        """Write the file. Return the path of the copy of a file that was not ours. Raises DeploymentError."""
        copy = None
        try:
            os.makedirs(os.path.dirname(self.path), mode=0o755, exist_ok=True)
            if self.old and not self.is_ours:
                copy = self._free_name()
                files.write(copy, self.old, _MODE)
            files.write(self.path, text.encode(), _MODE)
        except OSError as error:
            raise DeploymentError(f"{self.path}: {error}") from error
        return copy

    def _free_name(self) -> str:
        name, number = f"{self.path}.before-hotstandby", 1
        while files.read(name) not in (None, self.old):
            number += 1
            name = f"{self.path}.before-hotstandby.{number}"
        return name

    def put(self, text: str, verb: str = "reload") -> Optional[str]:
        """Write the file, and let the running keepalived take it. Return the path of the copy of a foreign file.

        ``verb`` is "reload" or "restart". Raises Refused where keepalived does not take it: the file before is back.
        """
        self.test(text)
        self._before, copy = self.old, self.write(text)
        try:
            self._run(["systemctl", verb, SERVICE])
            self._wait(text)
        except DeploymentError as error:
            self.take_back(verb)
            raise Refused(f"keepalived did not take the file, so the one before is back: {error}", ()) from error
        self.old = text.encode()
        return copy

    def take_back(self, verb: str = "reload") -> None:
        """Put the file before the last ``put`` in force again."""
        self.old = self._before
        if self.old is None:
            os.unlink(self.path)
        else:
            files.write(self.path, self.old, _MODE)
            self._run(["systemctl", verb, SERVICE])

    def start(self, text: str) -> None:
        """Start the service, and wait until it has ``text`` in force. Raises DeploymentError."""
        self.service.start()
        self._wait(text)

    def _wait(self, text: str) -> None:
        """Wait until keepalived has the instances of ``text``."""
        deadline = time.monotonic() + _TAKEN_S
        while True:
            missing = self.differs(text)
            if not missing:
                return
            if time.monotonic() > deadline:
                raise DeploymentError(f"within {_TAKEN_S:g} s keepalived did not have it in force: {missing}")
            time.sleep(_POLL_S)

    def instances(self, text: str) -> tuple[Instance, ...]:
        """Return the instances of a text; none where it is bad."""
        return (self._report(text).configuration or _NOTHING).instances

    def differs(self, text: str) -> str:
        """Return in what the instances of the running keepalived are not those of ``text``; "" where they are."""
        try:
            status = keepalived_status.read(with_holds=False)
        except AgentUnreachable as error:
            return str(error)
        running = {each["name"]: _identity(each) for each in status["instances"]}
        wanted = self.instances(text)
        for each in wanted:
            addresses = sorted(str(item.address) for item in each.addresses)
            found = (each.virtual_router_id, each.version, each.priority, addresses)
            if running.get(each.name) != found:
                return f"{each.name} is {running.get(each.name, 'not there')} and not {found}"
        extra = set(running) - {each.name for each in wanted}
        return f"it has {', '.join(sorted(extra))}" if extra else ""


def _identity(instance: dict[str, Any]) -> tuple[Any, ...]:
    number, version = instance["virtual_router_id"], instance["version"]
    return (number, version, instance["base_priority"], sorted(instance["addresses"]))
