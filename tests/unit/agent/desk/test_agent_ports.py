# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The daemon has what the commands are promised of it, and they are promised what they use, and no more."""

from __future__ import annotations

import re
from pathlib import Path

from vrrp.agent.daemon import Agent
from vrrp.agent.desk import ports

DESK = Path(ports.__file__).parent
PROMISED = {name for name in (*vars(ports.Daemon), *ports.Daemon.__annotations__) if not name.startswith("_")}


def test_the_commands_use_what_they_are_promised():
    used = set()
    for file in ("commands", "reload", "foresight", "status"):
        text = (DESK / f"{file}.py").read_text(encoding="utf-8")
        used |= set(re.findall(r"\b_?agent\.([a-z_]+)", text))
    assert used == PROMISED


def test_the_daemon_has_it():
    source = Path(DESK.parent / "daemon.py").read_text(encoding="utf-8")
    assert [
        name
        for name in PROMISED
        if not hasattr(Agent, name) and f"self.{name} = " not in source and f"self.{name}: " not in source
    ] == []
