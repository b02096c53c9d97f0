# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Say how a hold, which an operator asked for, changes the priority.

A promoted router advertises 254 and a demoted one 1 until it is released; any peer that speaks VRRP understands this.
The address owner (255) cannot be outbid, and only the owner may advertise 255 for long.
"""

from __future__ import annotations

from typing import Optional

from .constants import PRIORITY_MAX, PRIORITY_MIN, PRIORITY_OWNER
from .states import Initialize, Master, MasterSeen, Stopped, Yielding
from .transition import RouterView

HOLD_MASTER = "master"
HOLD_BACKUP = "backup"


class CommandRefused(Exception):
    """It is raised when a promotion or demotion is impossible. The message says why and what to do instead."""


def priority(hold: Optional[str], tracked: int) -> int:
    """Return the priority that a router advertises. ``tracked`` is its configured one as its checks change it."""
    if hold == HOLD_MASTER:
        return PRIORITY_OWNER if tracked == PRIORITY_OWNER else PRIORITY_MAX
    if hold == HOLD_BACKUP:
        return PRIORITY_MIN
    return tracked


def check_running(router: RouterView) -> None:
    """Raise :class:`CommandRefused` unless ``router`` takes part and goes on doing so."""
    if router.drained:
        raise CommandRefused("this node is drained. Undrain it first")
    condition = router.condition
    if isinstance(condition, (Initialize, Stopped)) or (isinstance(condition, Yielding) and condition.stopping):
        raise CommandRefused("it is not running")


def check_promotable(router: RouterView) -> None:
    """Raise :class:`CommandRefused` when ``router`` cannot become, or stay, MASTER at an operator's request."""
    check_running(router)
    if router.faults:
        raise CommandRefused(f"it is in FAULT: {'; '.join(router.faults)}. Mend that first")
    rival = master_to_outbid(router)
    if rival is not None and rival.priority == PRIORITY_OWNER and router.priority != PRIORITY_OWNER:
        raise CommandRefused(
            f"{rival.address} advertises priority {PRIORITY_OWNER}, the owner of the address: no priority "
            "is higher. Demote it there instead"
        )


def master_to_outbid(router: RouterView) -> Optional[MasterSeen]:
    """Return the master that a promotion takes over from, None when there is none."""
    return None if isinstance(router.condition, Master) else router.master
