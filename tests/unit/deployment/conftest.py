# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tests of what modules do on a node share an agent that answers."""

from __future__ import annotations

import pytest
from answering_agent import AnsweringAgent


@pytest.fixture
def agent(tmp_path):
    found = AnsweringAgent(str(tmp_path))
    yield found
    found.close()
