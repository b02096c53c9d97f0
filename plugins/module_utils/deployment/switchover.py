# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Moving mastership of one instance, seen from one node."""

from __future__ import annotations

import time
from typing import Any, Optional

from ..vrrp.client import AgentError, Client
from .mastership import is_backup, is_master, predict, settled

_POLL_S = 0.02
_HOW_TO_UNDRAIN = "Let it take part again with the module hotstandby.vrrp.vrrp_drain, state: active"
_VERBS = {"master": "promote", "backup": "demote", "auto": "release"}


class SwitchoverError(Exception):
    """It cannot be, or it did not come about in time; the text says why. ``result`` goes with it."""

    def __init__(self, text: str, **result: Any):
        super().__init__(text)
        self.result = result


class Switchover:
    """``name`` may be None where the agent has one instance only."""

    def __init__(self, name: Optional[str], runtime_dir: str):
        self._name = name
        self._client = Client(runtime_dir)
        self._drained = False  # when it was looked at last

    def look(self) -> dict[str, Any]:
        """The instance. Raises MoveError when it is not there, and what the client raises."""
        status = self._client.status()
        self._drained = status.get("drained", False)  # an agent of an older release cannot be
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
        """The instance as it would be; only its state is another. Raises MoveError where the agent would refuse."""
        state = self._expect(before, wanted)
        if state is None:
            raise SwitchoverError(f"{before['name']} cannot become master: {before['why']}", before=before)
        why = before["why"] if state == before["state"] else f"it would become {state}; now it is {before['why']}"
        return {**before, "state": state, "why": why}

    def move(self, before: dict[str, Any], wanted: str, timeout_s: float) -> dict[str, Any]:
        """Ask for it and wait, at most ``timeout_s`` (0: not at all).

        Raises MoveError when that is not enough; the hold is then what it was before.
        """
        expected = self._expect(before, wanted)
        if self._drained:
            timeout_s = 0  # a hold may end; nothing comes of it for now
        getattr(self._client, _VERBS[wanted])(before["name"])
        now = self.look()
        start = time.monotonic()
        # A peer that outbids us and may preempt does so within its Master_Down_Interval; when it does not, it may not.
        down_s = 3 * now["advert_int_s"] + 1
        while timeout_s and not _arrived(now, wanted, expected):
            waited_s = time.monotonic() - start
            if wanted == "auto" and settled(now) and waited_s > min(down_s, timeout_s):
                break
            if waited_s > timeout_s:
                text = f"{before['name']} did not become {wanted if wanted != 'auto' else 'settled'} within"
                ended = self._restore(before, now)
                raise SwitchoverError(f"{text} {timeout_s:g} s: {now['why']}{ended}", before=before, after=self.look())
            time.sleep(_POLL_S)
            now = self.look()
        return now

    def _expect(self, before: dict[str, Any], wanted: str) -> Optional[str]:
        """The state to come, None when it would be refused. Raises MoveError where the node is drained."""
        if not self._drained:
            return predict(before, wanted)
        if wanted == "auto":
            return str(before["state"])
        text = f"{before['name']} cannot become {wanted}: this node is drained. {_HOW_TO_UNDRAIN}"
        raise SwitchoverError(text, before=before)

    def _restore(self, before: dict[str, Any], now: dict[str, Any]) -> str:
        """Leave nothing half applied: a hold that brought about nothing would go on. Returns what to say of it."""
        if now["hold"] == before["hold"]:
            return ""
        was = before["hold"] or "auto"
        try:
            getattr(self._client, _VERBS[was])(before["name"])
        except AgentError as error:
            return f"; its hold stays, as the agent does not end it: {error}"
        return f"; it is {was} again"


def _arrived(instance: dict[str, Any], wanted: str, expected: Optional[str]) -> bool:
    if wanted == "auto":
        # Priorities take their time: the state that follows from them, then quiet.
        return instance["state"] == expected and (settled(instance) or bool(instance["faults"]))
    return {"master": is_master, "backup": is_backup}[wanted](instance)
