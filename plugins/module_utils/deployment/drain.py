# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It takes a node out of service and back.

A MASTER cannot know whether there is a standby: a BACKUP does not advertise (RFC 9568 section 6.4.2). But a try has
no risk. A demoted MASTER keeps its addresses until it has heard a new one, and stays MASTER where there is none. So a
node is drained in two steps: it hands over the instances of which it is MASTER, and when other nodes serve all of
them, it stops taking part.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Optional

from ..vrrp.client import TOO_OLD, AgentError, AgentUnreachable, Client
from .maintenance import foreseen, same
from .mastership import BACKUP, MASTER, can_be_removed, has_master, is_backup, is_idle, is_master, is_stable
from .node_interfaces import links
from .switchover import SwitchoverError

_POLL_S = 0.02
_VERBS = {"master": "promote", "backup": "demote", None: "release"}
_SHOWN = 3  # instances in a message
NO_STANDBY = "Without a standby a drain takes the service down; force: true does it all the same"

NodeStatus = dict[str, Any]  # what the modules return: ``drained``, ``maintenance`` and ``instances``
DrainTerms = Optional[dict[str, Any]]  # the reason and the end of a drain
InstanceStatuses = Sequence[Mapping[str, Any]]


class Drainer:
    """It drains the node of ``runtime_dir``. Times are in seconds; a ``timeout_s`` of 0 means no wait.

    ``client`` gives the commands: the agent's own where there is none, or the one of keepalived.
    """

    ended = "STOP"  # the state of the instances of a drained node

    def __init__(self, runtime_dir: str, client: Any = None):
        self._client = client or Client(runtime_dir)
        self._version: Optional[str] = None  # of an agent that keeps no reason and no end

    def look(self) -> NodeStatus:
        """Return the node. Raises SwitchoverError where its agent cannot be drained, AgentError, AgentUnreachable."""
        status = self._client.status()
        if "drained" not in status:
            raise SwitchoverError(
                f"the agent {status['version']} that runs here cannot be drained: deploy the pair again"
            )
        self._version = None if "maintenance" in status else status.get("version", "")
        return {
            "drained": status["drained"],
            "maintenance": status.get("maintenance"),
            "instances": status["instances"],
        }

    def predict(self, before: NodeStatus, drained: bool, terms: DrainTerms = None) -> NodeStatus:
        """Return the node as it would be: each instance with the state in which it ends, or begins."""
        maintenance = foreseen(before.get("maintenance"), terms) if drained else None
        if before["drained"] == drained:
            return {**before, "maintenance": maintenance}
        if drained:
            instances = [{**each, "state": self.ended, "addresses_present": []} for each in before["instances"]]
        else:
            instances = [{**each, "state": "FAULT" if each["faults"] else BACKUP} for each in before["instances"]]
        return {"drained": drained, "maintenance": maintenance, "instances": instances}

    def demand_waiting(self, before: NodeStatus) -> None:
        """Raise SwitchoverError where only a wait can show that another node serves what this one gives up."""
        needed = [each for each in before["instances"] if not can_be_removed(each, math.inf)]
        if needed and not before["drained"]:
            text = f"only by waiting can be seen whether a peer takes over {_names(needed)}: wait, or say force: true"
            raise SwitchoverError(text, before=before)

    def drain(self, before: NodeStatus, timeout_s: float, force: bool, terms: DrainTerms = None) -> NodeStatus:
        """Give up everything and take nothing; with ``force`` also where no other node takes over.

        Raises SwitchoverError where that is impossible or takes too long; then the node takes part as before.
        """
        if terms and self._version is not None:
            raise SwitchoverError(f"the agent {self._version} runs here: {TOO_OLD}", before=before)
        asked = [terms] if terms else []
        deadline = time.monotonic() + timeout_s
        try:
            if not before["drained"]:
                if timeout_s and not force:
                    self._hand_over(timeout_s)
                self._client.drain(*asked)
                self._end_holds(before)
            elif not same(before.get("maintenance"), foreseen(before.get("maintenance"), terms)):
                self._client.drain(*asked)
            while timeout_s:
                left = self._left()
                if not left:
                    break
                if time.monotonic() > deadline:
                    raise SwitchoverError(f"this node did not give up everything within {timeout_s:g} s: {left}")
                time.sleep(_POLL_S)
        except (AgentError, AgentUnreachable, SwitchoverError) as error:
            raise SwitchoverError(f"{error}{self._take_back(before)}", before=before) from error
        return self.look()

    def undrain(self, before: NodeStatus, timeout_s: float) -> NodeStatus:
        """Take part again, also where it then raises SwitchoverError: an instance is not MASTER or BACKUP in time."""
        asked_at = time.monotonic()
        if before["drained"]:
            self._client.undrain()
        now = self.look()
        while timeout_s:
            elapsed_s = time.monotonic() - asked_at
            now = self.look()
            # A master that was heard before this node takes part again may be dead by now.
            lately_s = elapsed_s if before["drained"] else math.inf
            if all(is_stable(each) and has_master(each, lately_s) for each in now["instances"]):
                break
            if elapsed_s > timeout_s:
                idle = [each for each in now["instances"] if not _takes_part(each, lately_s)]
                if idle:
                    text = f"this node is drained no more, but within {timeout_s:g} s it came to {_whys(idle)}"
                    raise SwitchoverError(text, before=before, after=now)
                break  # a takeover that is still to come, such as with preempt_delay, is no fault
            time.sleep(_POLL_S)
        return now

    def _hand_over(self, timeout_s: float) -> None:
        """Return when no instance needs this node any more: each has another master that was heard just now."""
        asked_at = time.monotonic()
        asked: set[str] = set()
        while True:
            elapsed_s = time.monotonic() - asked_at
            instances = self.look()["instances"]
            leading = [each for each in instances if each["state"] == MASTER and not each["yielding"]]
            alone = [each for each in leading if each["name"] in asked]
            if alone:
                raise SwitchoverError(f"nobody takes over {_names(alone)}, so this node keeps it. {NO_STANDBY}")
            for each in leading:
                self._client.demote(each["name"])
                asked.add(each["name"])
            needed = [each for each in instances if not can_be_removed(each, elapsed_s)]
            if not needed:
                return
            if elapsed_s > timeout_s:
                text = f"within {timeout_s:g} s nobody was seen to serve what this node would give up"
                raise SwitchoverError(f"{text}: {_whys(needed)}. {NO_STANDBY}")
            time.sleep(_POLL_S)

    def _end_holds(self, before: NodeStatus) -> None:
        """End the demotions of the handover, and promotions: the user who drains a node wants another master."""
        demoted = {each["name"] for each in before["instances"] if each["hold"] == "backup"}
        for each in self.look()["instances"]:
            if each["hold"] is not None and each["name"] not in demoted:
                self._client.release(each["name"])

    @staticmethod
    def _gone(instance: Mapping[str, Any]) -> bool:
        return is_idle(instance)

    def _left(self) -> str:
        """Return what is not given up yet, as the agent reports it, or where it reports nothing, as the kernel does."""
        instances = self.look()["instances"]
        taking_part = [each for each in instances if not self._gone(each)]
        if taking_part:
            return _whys(taking_part)
        ours = {address for each in instances for address in each["addresses"]}
        try:
            found = [(link["name"], entry["address"]) for link in links() for entry in link["addresses"]]
        except OSError as error:
            return f"the kernel does not list its addresses: {error}"
        return ", ".join(f"{address} is on {name}" for name, address in found if address in ours)

    def _take_back(self, before: NodeStatus) -> str:
        """Undo what was begun. Return a text about it for the message."""
        try:
            now = self.look()
            if now["drained"] and not before["drained"]:
                self._client.undrain()
            then = {each["name"]: each for each in before["instances"]}
            for each in now["instances"]:
                was = then.get(each["name"], each)
                if each["hold"] != was["hold"]:
                    terms = [was["maintenance"]] if was.get("maintenance") else []
                    getattr(self._client, _VERBS[was["hold"]])(each["name"], *terms)
        except (AgentError, AgentUnreachable, SwitchoverError) as error:
            return f"; what was begun stays, as the agent does not end it: {error}"
        return "; it takes part again" if now["drained"] and not before["drained"] else ""


class KeepalivedDrainer(Drainer):
    """It drains a node of keepalived, whose instances go on with the lowest priority."""

    ended = BACKUP

    @staticmethod
    def _gone(instance: Mapping[str, Any]) -> bool:
        return can_be_removed(instance, math.inf)


def _takes_part(instance: Mapping[str, Any], lately_s: float) -> bool:
    return (is_master(instance) or is_backup(instance)) and has_master(instance, lately_s)


def _names(instances: InstanceStatuses) -> str:
    return _some(each["name"] for each in instances)


def _whys(instances: InstanceStatuses) -> str:
    return _some((f"{each['name']}: {each['why']}" for each in instances), "; ")


def _some(texts: Iterable[str], separator: str = ", ") -> str:
    texts = list(texts)
    more = len(texts) - _SHOWN
    return separator.join(texts[:_SHOWN]) + (f"{separator}{more} more" if more > 0 else "")
