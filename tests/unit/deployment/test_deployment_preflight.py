# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that a look at the node runs beside the questions to the segment, and only where it is asked for."""

from __future__ import annotations

import threading
from types import SimpleNamespace

from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment import preflight

ENTRY = {"interface": "lo", "source": "127.0.0.1", "peer": "127.0.0.2", "unicast": True}


def test_without_an_interface_nothing_is_looked_at(monkeypatch):
    monkeypatch.setattr(preflight, "preflight", None)
    assert preflight.Look([], [ENTRY]).result() == {}


def test_it_begins_at_once_and_has_a_result_in_the_end(monkeypatch):
    begun, go = threading.Event(), threading.Event()

    def look(interfaces, attempts):
        begun.set()
        go.wait(10)
        return {"managers": interfaces, "drops": attempts}

    monkeypatch.setattr(preflight, "preflight", look)
    looking = preflight.Look(["lo"], [ENTRY])
    assert begun.wait(10)
    go.set()
    assert looking.result() == {"managers": ["lo"], "drops": [ENTRY]}


def test_the_parts_are_put_together(monkeypatch):
    monkeypatch.setattr(preflight, "Firewall", lambda: SimpleNamespace(drops=list))
    found = preflight.preflight(["lo"], [ENTRY])
    assert found["drops"] == [ENTRY] and set(found["managers"]) == set(found["rp_filter"]) == {"lo"}
    monkeypatch.setattr(preflight, "Firewall", None)
    assert preflight.preflight(["lo"], [])["drops"] == []
