# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that each kind of pair has one master, through takeover, give-back and clean stop, in both directions.

`make network` plays cells with each pair of values once, `make matrix` all of them.
"""

from __future__ import annotations

import os

import pytest
from matrix import Cell, Life, cells, pairwise

TABLE = cells()
STORY = [
    "one master",
    "a third host understands it",
    "takeover on death",
    "give-back after a split",
    "clean stop",
    "give-back",
    "the backup stops",
    "and is back",
]


@pytest.mark.parametrize("cell", TABLE if os.environ.get("MATRIX") == "all" else pairwise(TABLE), ids=str)
def test_a_pair_lives_through_takeover_give_back_and_stop(cell: Cell) -> None:
    assert Life(cell).live() == STORY


def test_the_chosen_cells_cover_every_pair_of_values() -> None:
    def meetings(chosen: list[Cell]) -> set[tuple[object, object]]:
        found = set()
        for cell in chosen:
            for one in (cell.kinds, cell.protocol.name):
                found |= {(one, ("unicast", cell.unicast)), (one, ("vmac", cell.vmac))}
            found |= {(cell.kinds, cell.protocol.name), (("unicast", cell.unicast), ("vmac", cell.vmac))}
        return found

    assert len(TABLE) == 3 * 5 * 2 * 2 + 3 * 2 * 2
    assert meetings(pairwise(TABLE)) == meetings(TABLE)
