# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Notify FIFOs in a directory of their own."""

from __future__ import annotations

import pytest
from fifo_parts import Parts


@pytest.fixture
def parts(tmp_path):
    return Parts(tmp_path)
