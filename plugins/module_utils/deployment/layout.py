# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where things live on a node. Everything that ``vrrp_agent`` may touch is named here, and nothing else."""

from __future__ import annotations

USER = "hotstandby"
SERVICE = "hotstandby.service"

LIBRARY = "/usr/local/lib/hotstandby"  # releases/<id>/ and the link ``current``
RELEASES = LIBRARY + "/releases"
CURRENT = LIBRARY + "/current"
COMMAND = "/usr/local/bin/hotstandby"
UNIT = "/etc/systemd/system/" + SERVICE
CONFIG_DIRECTORY = "/etc/hotstandby"
CONFIG = CONFIG_DIRECTORY + "/hotstandby.conf"
RUNTIME_DIRECTORY = "/run/hotstandby"

MINIMUM_PYTHON = (3, 9)
MINIMUM_PYROUTE2 = (0, 9)
