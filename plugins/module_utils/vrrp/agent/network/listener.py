# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A listener tells when the master advertises what an instance of a coming configuration says.

Until then the standby has its old configuration in force. It hears the old master, and takes over from it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Optional

from ...config.model.configuration import Instance
from ...ip_types import Address
from ...protocol.validation import Discard, Expectation, accept
from .authentication import Authenticator

ReceivedParts = tuple[Address, Address, int, bytes]  # source, destination, TTL or hop limit, payload


class Listener:
    """It judges packets by ``config``, which is not in force, and calls ``heard()`` when one proves that config.

    ``marks`` are the last sequences of the senders of ``auth_hmac``: a recording proves nothing.
    """

    def __init__(
        self,
        config: Instance,
        heard: Callable[[], None],
        marks: Mapping[bytes, int],
        wall: Callable[[], float] = time.time,
    ) -> None:
        self.config = replace(config, vmac=None)  # its macvlan is not there yet, and its interface receives the same
        self.virtual_router_id = config.virtual_router_id
        self.authenticator = Authenticator(self.config, wall)
        self.authenticator.restore(dict(marks))
        self._heard = heard

    def hears(self, packet: bytes, inside_ah: bool, received: ReceivedParts, taken_by: Optional[Expectation]) -> bool:
        """Judge a packet, and return whether it proves that its sender has the coming configuration.

        ``taken_by`` is what the instance that has taken it expects; None where no instance has. An instance also takes
        advertisements with other addresses than its own, so one that is taken proves something only by its addresses.
        """
        source, destination, hops, payload = received
        authenticator = self.authenticator
        expected = authenticator.expectation
        try:
            authenticator.check_ah(inside_ah, packet)
            advertisement = accept(payload, source, destination, hops, expected, authenticator.wall())
        except Discard:
            return False
        if taken_by is not None:
            listed = frozenset(advertisement.addresses)
            if listed != expected.addresses or listed == taken_by.addresses:
                return False
        self._heard()
        return True
