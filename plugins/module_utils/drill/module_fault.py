# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Make a fault on a node for a limited time, and undo it.

Before the fault begins, a timer of systemd on the node itself is set that undoes it: also when the controller dies or
does not reach the node any more. What the fault has changed is in /run and in the kernel, so a boot undoes it as well.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Sequence
from typing import Any, Optional

from ..deployment import paths
from ..deployment.change import DeploymentError
from ..deployment.module_io import CommandRunner
from ..deployment.service import Service
from . import fault

FOLDER = "/run/hotstandby-drill"
UNDO = f"{FOLDER}/undo"
TIMER = "hotstandby-drill"  # the name of the transient units
SECONDS_MAX = 3600
_UNDOES = ("/bin/sh",)  # /run is often mounted noexec, so nothing in it is a program


class UnderWay(DeploymentError):
    """Another drill has a fault on this node, which is not to be undone for this one."""

    result = {"foreign": True}

    def __init__(self) -> None:
        super().__init__(
            "a drill is under way on this node, and its own timer undoes it "
            f"(systemctl list-timers {TIMER}.timer). If it failed to, look at journalctl -u {TIMER} and run: sh {UNDO}"
        )


def run(module: Any) -> dict[str, Any]:
    """Make the fault, or undo the one that there is. Raises DeploymentError where that is impossible."""
    run = CommandRunner(module.run_command)
    if module.params["state"] == "absent":
        return undo(run, module.check_mode)
    return Maker(run, **{name: module.params[name] for name in _TAKEN}).make(module.check_mode)


# What is stopped with a unit: it has Requires=, Requisite=, BindsTo= or PartOf=, or the unit has PropagatesStopTo=.
_STOP_WITH = ("RequiredBy", "RequisiteOf", "BoundBy", "ConsistsOf", "PropagatesStopTo")
_TAKEN = ("kind", "seconds", "service", "interfaces", "addresses")


class Maker:
    """It makes one fault. ``command`` runs a command and raises DeploymentError where it fails."""

    def __init__(
        self,
        command: CommandRunner,
        kind: str,
        seconds: float,
        service: Optional[str],
        interfaces: Sequence[str],
        addresses: Sequence[str],
    ) -> None:
        self._command, self._kind, self._seconds = command, kind, seconds
        self._service = fault.unit(service or "")
        self._rules = fault.isolation(interfaces, addresses) if kind == fault.NODE else ""
        self._places = bool(interfaces and addresses)

    def make(self, predict: bool) -> dict[str, Any]:
        """Check that the fault can be made and undone; unless ``predict``, set the timer and make it."""
        self._check()
        if predict:
            return {"changed": True, "msg": f"{self._words()} is possible"}
        services = self._stopped_together()
        try:
            os.mkdir(FOLDER)
        except FileExistsError:  # since it was checked
            raise UnderWay from None
        self._write(UNDO, fault.script(fault.undo(self._kind, services), FOLDER), 0o700)
        try:
            self._set_timer()
        except DeploymentError:
            shutil.rmtree(FOLDER, ignore_errors=True)  # nothing has begun, so nothing is to be undone
            raise
        try:
            began_at = _KINDS[self._kind](self)
        except DeploymentError as error:
            undo(self._command, False)
            raise DeploymentError(f"{self._words()} failed, and was undone: {error}") from error
        return {"changed": True, "began_at": began_at, "msg": f"{self._words()}, for {self._seconds:g} s at most"}

    def _check(self) -> None:
        if not 1 <= self._seconds <= SECONDS_MAX:
            raise DeploymentError(f"seconds must be from 1 to {SECONDS_MAX}")
        Service.demand_systemd()
        if os.path.exists(FOLDER):
            raise UnderWay
        if self._kind == fault.NODE:
            if not self._places:
                raise DeploymentError("kind node needs interfaces and addresses")
            self._nft("--check")
        elif self._kind == fault.AGENT:
            self._running(paths.SERVICE, "the agent")
        else:
            if self._service is None:
                raise DeploymentError("kind service needs the name of the service, for example nginx.service")
            self._running(self._service, self._service)

    def _running(self, unit: str, words: str) -> None:
        said = self._shown(unit, "LoadState", "ActiveState")
        if said.get("LoadState") != "loaded":
            raise DeploymentError(f"there is no service {words} on this node (systemctl status {unit})")
        if said.get("ActiveState") != "active":
            raise DeploymentError(f"{words} is {said.get('ActiveState')} on this node, so it cannot be stopped")

    def _shown(self, unit: str, *names: str) -> dict[str, str]:
        shown = self._command(["systemctl", "show", "--property", ",".join(names), "--", unit])
        return dict(line.split("=", 1) for line in shown.splitlines() if "=" in line)

    def _stopped_together(self) -> list[str]:
        """Return the units that are to be started again: the service, and those that systemd stops with it."""
        if self._service is None or self._kind != fault.SERVICE:
            return []
        found, asked = [self._service], [self._service]
        for unit in asked:  # which grows
            said = self._shown(unit, "ActiveState", "CanStart", *_STOP_WITH)
            if unit not in found and said.get("ActiveState") == "active" and said.get("CanStart") == "yes":
                found.append(unit)
            asked += dict.fromkeys(
                other for name in _STOP_WITH for other in said.get(name, "").split() if other not in asked
            )
        return found

    def _set_timer(self) -> None:
        self._command(
            ["systemd-run", f"--unit={TIMER}", f"--on-active={self._seconds:g}", "--collect", "--quiet",
             "--timer-property=AccuracySec=100ms", "--description=Undo a drill of hotstandby.vrrp",
             "--property=Restart=on-failure", "--property=RestartSec=10", *_UNDOES, UNDO]
        )  # fmt: skip
        self._command(["systemctl", "is-active", "--quiet", f"{TIMER}.timer"])

    def _words(self) -> str:
        return {
            fault.AGENT: "killing the agent",
            fault.NODE: "isolating the node",
            fault.SERVICE: f"stopping {self._service}",
        }[self._kind]

    def _isolate(self) -> float:
        began_at = time.time()
        self._nft()
        return began_at

    def _kill_agent(self) -> float:
        self._write(fault.NO_RESTART, fault.NO_RESTART_TEXT, 0o644)
        self._command(["systemctl", "daemon-reload"])  # this takes up to a second
        began_at = time.time()
        self._command(["systemctl", "kill", "--signal=SIGKILL", paths.SERVICE])
        return began_at

    def _stop_service(self) -> float:
        began_at = time.time()
        self._command(["systemctl", "stop", "--", str(self._service)])
        return began_at

    def _nft(self, *options: str) -> None:
        rules = f"{UNDO}.nft" if not options else f"{FOLDER}.check"
        self._write(rules, self._rules, 0o600)
        try:
            self._command(["nft", *options, "--file", rules])
        except DeploymentError as error:
            needs = "nft 1.0.1 and Linux 5.16 or later, which have a hook for outgoing packets of a device"
            raise DeploymentError(f"isolating the node needs {needs}: {error}") from error
        finally:
            os.unlink(rules)

    @staticmethod
    def _write(path: str, text: str, mode: int) -> None:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "w", encoding="utf-8") as file:
            file.write(text)


# Each returns when the fault itself began.
_KINDS: dict[str, Callable[[Maker], float]] = {
    fault.AGENT: Maker._kill_agent,
    fault.NODE: Maker._isolate,
    fault.SERVICE: Maker._stop_service,
}


def undo(command: CommandRunner, predict: bool) -> dict[str, Any]:
    """Undo the fault that there is, and end its timer. Raises DeploymentError where a part of it stays."""
    if not os.path.exists(UNDO):
        return {"changed": False, "msg": fault.NO_FAULT}
    if predict:
        return {"changed": True, "msg": "the fault of a drill would be undone"}
    ended_at = time.time()
    try:
        command([*_UNDOES, UNDO])
    except DeploymentError as error:
        if os.path.exists(UNDO):  # the timer has not undone it in the meantime
            raise DeploymentError(f"the fault stays, try sh {UNDO} on the node: {error}") from error
    for kind in ("timer", "service"):  # the service where an undo by the timer failed and is tried again
        command(["systemctl", "stop", f"{TIMER}.{kind}"], accepted=(0, 5))  # 5: it has ended
    return {"changed": True, "ended_at": ended_at, "msg": "the fault was undone"}
