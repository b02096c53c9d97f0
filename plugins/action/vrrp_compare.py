# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It is the controller's part of vrrp_compare: a node with the release of this collection answers through that."""

from __future__ import annotations

from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.arguments import VRRP_COMPARE
from ansible_collections.hotstandby.vrrp.plugins.plugin_utils.release_action import ReleaseAction


class ActionModule(ReleaseAction):
    """It sends one question to a node with the release, with the file on its standard input."""

    name = "vrrp_compare"
    specification = VRRP_COMPARE
