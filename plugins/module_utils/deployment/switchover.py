# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It moves mastership of one instance, from one node."""

from __future__ import annotations

import time
from typing import Any, Optional

from ..vrrp.client import TOO_OLD, AgentError, Client
from .mastership import is_backup, is_master, is_stable, predict

_POLL_S = 0.02
_HOW_TO_UNDRAIN = "Let it take part again with the module hotstandby.vrrp.vrrp_drain, state: active"
_VERBS = {"master": "promote", "backup": "demote", "auto": "release"}


class SwitchoverError(Exception):
    """The move is impossible, or was not done in time; the text says why. ``result`` has more for the answer."""

    def __init__(self, text: str, **result: Any):
        super().__init__(text)
        self.result = result


class Switchover:
    """It moves the instance ``name``, which may be None where the agent has only one instance.

    ``client`` gives the commands: the agent's own where there is none, or the one of keepalived.
    """

    def __init__(self, name: Optional[str], runtime_dir: str, client: Any = None):
        self._name = name
        self._client = client or Client(runtime_dir)
        self._drained = False  # as of the last look
        self._version: Optional[str] = None  # of an agent that keeps no reason and no end

    def look(self) -> dict[str, Any]:
        """Return the instance. Raises SwitchoverError where it is not there, AgentError and AgentUnreachable."""
        status = self._client.status()
        self._drained = status.get("drained", False)  # an agent of an older release has no such word
        self._version = None if "maintenance" in status else status.get("version", "")
        instances: list[dict[str, Any]] = status["instances"]
        names = ", ".join(instance["name"] for instance in instances) or "none"
        if self._name is None:
            if len(instances) != 1:
                raise SwitchoverError(f"say which instance; there are: {names}")
            return instances[0]
        for instance in instances:
            if instance["name"] == self._name:
                return instance
        raise SwitchoverError(f"there is no instance {self._name}; there are: {names}")

    def predict(self, before: dict[str, Any], wanted: str) -> dict[str, Any]:
        """Return the instance with the state that it would have. Raises SwitchoverError for what would be refused."""
        state = self._expect(before, wanted)
        if state is None:
            raise SwitchoverError(f"{before['name']} cannot become master: {before['why']}", before=before)
        why = before["why"] if state == before["state"] else f"it would become {state}; now it is {before['why']}"
        return {**before, "state": state, "why": why}

    def move(
        self, before: dict[str, Any], wanted: str, timeout_s: float, terms: Optional[dict[str, Any]] = None
    ) -> dict[str, Any]:
        """Ask for the state ``wanted`` and wait, at most ``timeout_s`` seconds (0: not at all).

        ``terms`` are the reason and the end (:mod:`.maintenance`). Raises SwitchoverError where the time is too short;
        the hold is then the same as before.
        """
        expected = self._expect(before, wanted)
        if self._drained:
            timeout_s = 0  # a hold may end, but that changes nothing while it is drained
        if terms and self._version is not None:
            raise SwitchoverError(f"the agent {self._version} runs here: {TOO_OLD}", before=before)
        getattr(self._client, _VERBS[wanted])(before["name"], *([terms] if terms else []))
        now = self.look()
        start = time.monotonic()
        # A peer of higher priority preempts within its Master_Down_Interval, or not at all.
        down_s = 3 * now["advert_int_s"] + 1 + getattr(self._client, "later_s", 0)
        while timeout_s and not _arrived(now, wanted, expected):
            waited_s = time.monotonic() - start
            if wanted == "auto" and is_stable(now) and waited_s > min(down_s, timeout_s):
                break
            if waited_s > timeout_s:
                text = f"{before['name']} did not become {wanted if wanted != 'auto' else 'settled'} within"
                ended = self._restore(before, now)
                raise SwitchoverError(f"{text} {timeout_s:g} s: {now['why']}{ended}", before=before, after=self.look())
            time.sleep(_POLL_S)
            now = self.look()
        return now

    def _expect(self, before: dict[str, Any], wanted: str) -> Optional[str]:
        """Return the state to come, None where it would be refused. Raises SwitchoverError on a drained node."""
        if not self._drained:
            return predict(before, wanted)
        if wanted == "auto":
            return str(before["state"])
        text = f"{before['name']} cannot become {wanted}: this node is drained. {_HOW_TO_UNDRAIN}"
        raise SwitchoverError(text, before=before)

    def _restore(self, before: dict[str, Any], now: dict[str, Any]) -> str:
        """Restore the hold of before: one that had no effect would stay. Return a text about it for the message."""
        if now["hold"] == before["hold"]:
            return ""
        was = before["hold"] or "auto"
        try:
            terms = before.get("maintenance")
            getattr(self._client, _VERBS[was])(before["name"], *([terms] if terms else []))
        except AgentError as error:
            return f"; its hold stays, as the agent does not end it: {error}"
        return f"; it is {was} again"


def _arrived(instance: dict[str, Any], wanted: str, expected: Optional[str]) -> bool:
    if wanted == "auto":
        # Priorities take time: first the state that follows from them, then no more moves.
        return instance["state"] == expected and (is_stable(instance) or bool(instance["faults"]))
    return {"master": is_master, "backup": is_backup}[wanted](instance)
