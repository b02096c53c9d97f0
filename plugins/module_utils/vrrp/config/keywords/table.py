# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It is the table of all keywords: block -> keyword -> converter, field of the model, words for the manual.

``field`` names where a value goes: a field of the block's dataclass in :mod:`..model`, or with a dot a field of the
dataclass inside it ("garp.delay_s", "notify.master"). ``global_defs`` holds the defaults of the instances, under the
same names behind "default.". The parts of the table are in files of their own; here they are put together.
"""

from __future__ import annotations

from collections.abc import Iterator

from .global_defs import GLOBAL_DEFS
from .groups import GARP_GROUP, INTERFACE_DELAYS, STATIC, VRRP_SYNC_GROUP
from .keyword import IGNORED, REFUSED, WORKS, Block, Entry, Keyword, table
from .not_supported import ROOT_PROCESS
from .other_daemons import ROOT_FOREIGN
from .track_blocks import TRACK_FILE, VRRP_SCRIPT, VRRP_TRACK_FILE, VRRP_TRACK_PROCESS
from .vrrp_instance import VRRP_INSTANCE

__all__ = ["IGNORED", "REFUSED", "ROOT", "WORKS", "Block", "Entry", "Keyword", "blocks", "blocks_of"]

ROOT = Block(
    "",
    "what a file is made of",
    table(
        GLOBAL_DEFS,
        VRRP_SCRIPT,
        VRRP_TRACK_PROCESS,
        TRACK_FILE,
        VRRP_TRACK_FILE,
        VRRP_INSTANCE,
        VRRP_SYNC_GROUP,
        GARP_GROUP,
        INTERFACE_DELAYS,
        *STATIC,
        *ROOT_PROCESS,
        *ROOT_FOREIGN,
    ),
)


def blocks(block: Block = ROOT) -> Iterator[Block]:
    """Yield ``block`` and every block inside it, the outer one first."""
    yield block
    for entry in block.keywords.values():
        if isinstance(entry, Block):
            yield from blocks(entry)


def blocks_of(keyword: str) -> list[str]:
    """Return the names of the blocks that have ``keyword``; "" is the top of the file."""
    return list(dict.fromkeys(block.name for block in blocks() if keyword in block.keywords))
