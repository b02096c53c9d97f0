# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that the arguments of each module that runs through the release are those of its documentation."""

from __future__ import annotations

import importlib

import pytest
import yaml
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment import arguments


@pytest.mark.parametrize(
    "name",
    [
        "vrrp_agent",
        "vrrp_compare",
        "vrrp_config",
        "vrrp_drain",
        "vrrp_firewall",
        "vrrp_info",
        "vrrp_peer_key",
        "vrrp_state",
    ],
)
def test_the_documentation_says_the_same(name):
    module = importlib.import_module(f"ansible_collections.hotstandby.vrrp.plugins.modules.{name}")
    documented = yaml.safe_load(module.DOCUMENTATION)["options"]
    # A fragment of the documentation has these.
    shared = {*arguments.RUNTIME_DIR, *(() if name == "vrrp_info" else arguments.PROGRAM)}
    specified = {word: option for word, option in getattr(arguments, name.upper()).items() if word not in shared}
    assert set(documented) == set(specified)
    for word, option in specified.items():
        assert (documented[word].get("type", "str"), documented[word].get("default")) == (
            option["type"],
            option.get("default"),
        )
