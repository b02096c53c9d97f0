# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It looks at what can be in the way of VRRP on a node: firewall, settings of the kernel, manager of addresses."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from typing import Any

from .address_manager import manager
from .firewall import Firewall
from .kernel_settings import settings


def preflight(interfaces: Sequence[str], attempts: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return what was found for these interfaces; ``drops`` are the firewall's, for the attempts to reach a peer."""
    return {
        **settings(interfaces),
        "managers": {interface: manager(interface) for interface in interfaces},
        "drops": Firewall().drops(attempts) if attempts else [],
    }


class Look(threading.Thread):
    """It looks in the time in which the segment is asked. It begins at once, without an interface never."""

    def __init__(self, interfaces: Sequence[str], attempts: Sequence[Mapping[str, Any]]) -> None:
        super().__init__(daemon=True)
        self._interfaces, self._attempts = interfaces, attempts
        self._found: dict[str, Any] = {}
        if interfaces:
            self.start()

    def run(self) -> None:
        """Look, in a thread."""
        self._found = preflight(self._interfaces, self._attempts)

    def result(self) -> dict[str, Any]:
        """Return what was found, when the look has ended; empty without an interface."""
        if self._interfaces:
            self.join()
        return self._found
