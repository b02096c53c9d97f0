# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It gives keepalived the commands of our agent: it moves mastership by the priorities in its file and a reload.

The new master takes over as soon as it no longer hears a higher priority, and the old one gives up when it hears the
new one: so both moves begin at the node that is to change, and no address is without an owner (docs/engine.md).
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Optional

from ..keepalived import holds
from ..keepalived.holds import Holds
from ..vrrp.client import AgentError, AskedTerms
from ..vrrp.config.loader import inspect_here
from . import keepalived_status
from .change import DeploymentError
from .keepalived_file import KeepalivedFile
from .mastership import BACKUP, MASTER
from .module_io import CommandRunner

_BETWEEN_LOOKS_S = 0.2  # keepalived writes two files for each
_NOT_OURS = "the role has not written it, so it is not changed: run the playbook ha_pair first"


class KeepalivedClient:
    """It has the methods of ``Client`` that moves need. Each raises AgentError where keepalived cannot do it.

    ``later_s``: so much later than with our agent a takeover of the peer may show, as looks are far apart.
    """

    later_s = 2.0

    def __init__(self, run: CommandRunner, path: Optional[str] = None):
        self._file = KeepalivedFile(run, path)
        self._looked_at = 0.0
        self._demoted_at: dict[str, float] = {}

    def status(self) -> dict[str, Any]:
        """Return the status. A master that was told to give up is ``yielding`` while its peer may still take over."""
        time.sleep(max(0.0, self._looked_at + _BETWEEN_LOOKS_S - time.monotonic()))
        status = keepalived_status.read()
        self._looked_at = time.monotonic()
        instances = [{**each, "yielding": self._yields(each)} for each in status["instances"]]
        return {**status, "instances": instances}

    def _yields(self, instance: Mapping[str, Any]) -> bool:
        asked_at = self._demoted_at.get(instance["name"])
        if asked_at is None or instance["state"] != MASTER:
            return False
        down_s = 4 * (instance["advert_int_s"] or 1) + 1  # Master_Down_Interval of the peer, and its own time
        return time.monotonic() - asked_at < down_s

    def promote(self, name: str, terms: Optional[AskedTerms] = None) -> None:
        """Advertise a higher priority than any other node, so that this one becomes master."""
        self._hold(name, "master", terms)

    def demote(self, name: str, terms: Optional[AskedTerms] = None) -> None:
        """Advertise the lowest priority, so that the other node becomes master."""
        self._hold(name, BACKUP.lower(), terms)

    def release(self, name: str) -> None:
        """Let the priorities decide again."""
        self._hold(name, None, None)

    def drain(self, terms: Optional[AskedTerms] = None) -> None:
        """Advertise the lowest priority with every instance, until ``undrain``; that outlives a boot."""
        self._take(replace(holds.read(self._file.text), drained=_reason(terms) or ""))

    def undrain(self) -> None:
        """Let the priorities decide again, except where an instance is held."""
        self._take(replace(holds.read(self._file.text), drained=None))

    def _hold(self, name: str, state: Optional[str], terms: Optional[AskedTerms]) -> None:
        found = holds.read(self._file.text)
        states = dict(found.states)
        for member in self._together(name):
            states.pop(member, None)
            if state is not None:
                states[member] = (state, _reason(terms))
                self._demoted_at[member] = time.monotonic()
        self._take(replace(found, states=states))

    def _together(self, name: str) -> list[str]:
        """Return the instances that move with this one: a sync group becomes master as a whole."""
        configuration = inspect_here(self._file.text, self._file.path).configuration
        groups = configuration.sync_groups if configuration is not None else ()
        return next((list(group.members) for group in groups if name in group.members), [name])

    def _take(self, wanted: Holds) -> None:
        old = self._file.text
        if not holds.is_ours(old):
            raise AgentError(f"{self._file.path}: {_NOT_OURS}")
        new = holds.apply(old, wanted)
        if new == old:
            return
        try:
            self._file.put(new, "restart" if _must_stop(old, new) else "reload")
        except DeploymentError as error:
            raise AgentError(str(error), tuple(getattr(error, "problems", ()))) from error


def _must_stop(old: str, new: str) -> bool:
    """Return whether the node has to stop to give up: a peer with nopreempt does not take over from a lower priority.

    The file of the peer is unknown here; pairs that say nopreempt say it on both nodes.
    """
    before, after = holds.read(old), holds.read(new)
    configuration = inspect_here(new, "").configuration
    waiting = [each.name for each in configuration.instances if each.nopreempt] if configuration is not None else []
    return any(after.state(name) == "backup" != before.state(name) for name in waiting)


def _reason(terms: Optional[AskedTerms]) -> Optional[str]:
    return terms.get("reason") if terms else None
