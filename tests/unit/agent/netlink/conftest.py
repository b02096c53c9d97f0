# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A kernel whose sockets are bound as usual, while the test gives what they receive."""

from __future__ import annotations

import pytest
from netlink_scripts import ScriptedSocket, Sockets

from vrrp.agent.netlink import kernel as kernel_module
from vrrp.agent.netlink.messages import open_socket


@pytest.fixture
def kernel(monkeypatch):
    """A kernel whose ``sockets`` are for events, requests and renewals; each has a ``script``."""
    opened = []

    def scripted(kind=0):
        opened.append(ScriptedSocket(fileno=open_socket(kind).detach()))
        return opened[-1]

    monkeypatch.setattr(kernel_module, "dump", lambda filled: filled)
    monkeypatch.setattr(kernel_module, "open_socket", scripted)
    # A busy machine may stop a test for longer than a turn may read. Tests of that limit set it, or the clock.
    monkeypatch.setattr(kernel_module, "PORTION_S", 60.0)
    made = kernel_module.Kernel()
    made.sockets = Sockets(*opened)
    yield made
    made.close()


@pytest.fixture
def clock(monkeypatch):
    """Time stands still until a test moves it."""
    now = [100.0]
    monkeypatch.setattr(kernel_module.time, "monotonic", lambda: now[0])
    return now
