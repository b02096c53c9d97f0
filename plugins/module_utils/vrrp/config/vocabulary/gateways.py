# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``@hotstandby track_gateway``: one line -> TrackedGateway."""

from __future__ import annotations

from ..problems import Invalid
from ..text.syntax import Statement
from ..trackers import TrackedGateway
from .converters import interface
from .converters_addresses import host
from .options import TIMES, TIMES_SYNTAX, options

SYNTAX = f"ADDRESS {TIMES_SYNTAX} [interface NAME]"
_OPTIONS = {**TIMES, "interface": ("device", interface)}


def tracked_gateway(statement: Statement) -> TrackedGateway:
    """ADDRESS with its options in any order."""
    if not statement.values:
        raise Invalid("track_gateway names no address", hint="track_gateway 192.0.2.1")
    address = host(statement.values[0])
    return TrackedGateway(address, **options("track_gateway", statement.values[1:], _OPTIONS, SYNTAX))
