# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that the arguments of each module that runs through the release are those of its documentation."""

from __future__ import annotations

import importlib

import pytest
import yaml
from ansible_collections.hotstandby.vrrp.plugins.doc_fragments.attributes import ModuleDocFragment
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment import arguments


def options(documentation):
    """Return the options of a module, with those of its fragments."""
    found = dict(documentation["options"])
    for fragment in documentation["extends_documentation_fragment"]:
        word = fragment.removeprefix("hotstandby.vrrp.attributes").lstrip(".").upper() or "DOCUMENTATION"
        found.update(yaml.safe_load(getattr(ModuleDocFragment, word))["options"])
    return found


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
    documented = options(yaml.safe_load(module.DOCUMENTATION))
    specified = getattr(arguments, name.upper())
    assert set(documented) == set(specified)
    for word, option in specified.items():
        assert (documented[word].get("type", "str"), documented[word].get("default")) == (
            option["type"],
            option.get("default"),
        )
