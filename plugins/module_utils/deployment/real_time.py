# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It finds out whether the kernel of a node grants real-time scheduling, which most containers do not have."""

from __future__ import annotations

import os
from typing import Optional


def granted() -> Optional[bool]:
    """Return whether root may have SCHED_RR here; None for another user. The own scheduling is restored at once."""
    if os.geteuid() != 0:
        return None
    policy, parameters = os.sched_getscheduler(0), os.sched_getparam(0)
    try:
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))
    except OSError:
        return False
    os.sched_setscheduler(0, policy, parameters)
    return True
