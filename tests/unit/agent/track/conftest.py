# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Gateways and processes that are made up."""

from __future__ import annotations

import pytest
from watched_machine import Machine

from vrrp.agent.track import checks as checks_module


@pytest.fixture
def gateways(monkeypatch):
    """Gateways that answer unless they are in the set ``dead``; ``asked`` has every question."""

    class Neighbours:
        dead: set = set()
        asked: list = []

    async def ask(check):
        Neighbours.asked.append(check.gateway)
        return "no answer" if str(check.gateway.address) in Neighbours.dead else ""

    Neighbours.dead, Neighbours.asked = set(), []
    monkeypatch.setattr(checks_module.GatewayCheck, "ask", ask)
    return Neighbours


@pytest.fixture
def machine(monkeypatch):
    return Machine(monkeypatch)
