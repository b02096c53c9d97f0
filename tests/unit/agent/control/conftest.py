# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A control server in a directory of its own."""

from __future__ import annotations

import io

import pytest
from control_scene import handle

from vrrp.agent.control.server import ControlServer
from vrrp.agent.log import Log


@pytest.fixture
def server(tmp_path):
    return ControlServer(str(tmp_path / "control.sock"), handle, Log(io.StringIO()))
