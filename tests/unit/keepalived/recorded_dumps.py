# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Give dumps that keepalived 2.2.7 wrote, two routers 192.168.8.4 and 192.168.8.6 on one segment."""

from __future__ import annotations

from pathlib import Path

from ansible_collections.hotstandby.vrrp.plugins.module_utils.keepalived.dump import Dump, parse

FOLDER = Path(__file__).parent / "dumps"


def text(name: str) -> str:
    return (FOLDER / f"{name}.txt").read_text(encoding="utf-8")


def recorded(name: str) -> Dump:
    return parse(text(name))
