# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The fixture is a receiver with one instance that has a password."""

from __future__ import annotations

import pytest
from agent_fakes import instance
from receiver_parts import PASSWORD, Line


@pytest.fixture
def line():
    return Line(instance(authentication=PASSWORD))
