# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every cell of the interop matrix: one master, takeover on death, give-back, clean stop, in both directions."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from matrix import Cell, Matrix, cells

STORY = [
    "one master",
    "takeover on death",
    "give-back after a split",
    "clean stop",
    "give-back",
    "the backup stops",
    "and is back",
]


@pytest.fixture(scope="module")
def matrix(request: pytest.FixtureRequest) -> Iterator[Matrix]:
    """All selected cells begin at once; each test waits for its own."""
    here = [item for item in request.session.items if item.path == request.path]
    made = Matrix(item.callspec.params["cell"] for item in here if "cell" in item.callspec.params)
    yield made
    made.close()


@pytest.mark.parametrize("cell", cells(), ids=str)
def test_life(matrix: Matrix, cell: Cell) -> None:
    assert matrix.story(cell) == STORY
