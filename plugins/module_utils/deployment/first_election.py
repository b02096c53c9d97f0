# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It makes a new agent master at once where nobody else can be.

An agent that starts waits for Master_Down_Interval (RFC 9568 section 6.4.1), because another router may be master.
A caller that has made sure that there is none need not wait.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Mapping, Sequence
from typing import Any

from ..vrrp.client import AgentError, AgentUnreachable, Client
from .mastership import BACKUP, is_master

WAIT_S = 3.0  # for the first results of checks and for the addresses; then the priorities decide as ever
_POLL_S = 0.02


def become_master(names: Sequence[str], runtime_dir: str) -> list[str]:
    """Become master of these instances and return their names, without those that have a master, or a fault.

    The promotions end before it returns, so the priorities decide from then on.
    """
    client = Client(runtime_dir)
    promoted: list[str] = []
    end = time.monotonic() + WAIT_S
    try:
        while time.monotonic() < end:
            found = {each["name"]: each for each in client.status()["instances"] if each["name"] in names}
            for name in (name for name, each in found.items() if name not in promoted and _is_free(each)):
                with contextlib.suppress(AgentError):  # it has got a fault since
                    client.promote(name)
                    promoted.append(name)
            if not any(_is_open(each, name in promoted) for name, each in found.items()):
                break
            time.sleep(_POLL_S)
    except (AgentError, AgentUnreachable):
        pass  # who looks at the pair next is told why
    finally:
        for name in promoted:
            with contextlib.suppress(AgentError, AgentUnreachable):
                client.release(name)
    return promoted


def _is_free(instance: Mapping[str, Any]) -> bool:
    """Return whether it could be master and hears none."""
    return instance["state"] == BACKUP and instance["master"] is None and instance["hold"] is None


def _is_open(instance: Mapping[str, Any], promoted: bool) -> bool:
    """Return whether it may still become master by this."""
    if promoted:
        return not is_master(instance) and not instance["faults"]
    return instance["state"] == "INIT" or _is_free(instance)
