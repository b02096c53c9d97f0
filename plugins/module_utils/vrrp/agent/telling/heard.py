# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Log an accepted advertisement where keepalived logs it.

Senders decide how many there are, so each line is rate limited.
"""

from __future__ import annotations

from ...config.model import Instance
from ...protocol.packet import Address, Advertisement
from ...protocol.router import VirtualRouter
from ...protocol.states import State
from . import wording
from .log import Log

OF_MASTER_S, OF_OTHERS_S = 1.0, 60.0  # between two lines of priority 0


def log_advertisement(
    log: Log, config: Instance, router: VirtualRouter, advertisement: Advertisement, source: Address, of_master: bool
) -> None:
    """Log priority 0, and a lower priority that a BACKUP will take over from.

    ``of_master``: it comes from the master that we follow. Priority 0 of others, and lower priorities of all together,
    are logged once a minute, so that forged sources make no difference.
    """
    name = config.name
    if not advertisement.priority:
        text = wording.priority_zero(name, source, router.holds_addresses)
        log.seldom(("zero", name, str(of_master)), text, OF_MASTER_S if of_master else OF_OTHERS_S)
    elif advertisement.priority < router.priority and router.state is State.BACKUP and not config.nopreempt:
        log.seldom(("lower", name), wording.lower(name, advertisement, source))
