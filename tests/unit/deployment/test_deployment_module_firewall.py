# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that vrrp_firewall tells its changes, makes them outside of check mode, and warns of rules that do not last."""

from __future__ import annotations

import pytest
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment import module_firewall
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.change import Change, DeploymentError
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.module_entry import Module

TEMPORARY, LASTING = "nftables: chain input of table inet filter", "firewalld: zone public"


@pytest.fixture
def run(monkeypatch):
    """Return a function that runs the module where these subjects have to change; and what was applied."""
    applied = []

    def go(*subjects, state="present", check=False):
        changes = [
            Change(subject, "", "rule\n", lambda subject=subject: applied.append(subject)) for subject in subjects
        ]
        monkeypatch.setattr(module_firewall, "Firewall", lambda: None)
        monkeypatch.setattr(module_firewall, "openings", lambda firewall, reach: changes)
        monkeypatch.setattr(module_firewall, "closings", lambda firewall: changes[:1])
        module = Module({"params": {"state": state, "reach": []}, "check_mode": check})
        return module_firewall.run(module), module._warnings, applied

    return go


def test_changes_are_made_and_told(run):
    result, warnings, applied = run(TEMPORARY, LASTING)
    assert result["changed"] and [entry["after_header"] for entry in result["diff"]] == [TEMPORARY, LASTING] == applied
    assert warnings == [
        f"{TEMPORARY}: the rule 'rule' ends with the next boot: put it into the file that loads the rules"
    ]


def test_check_mode_only_tells(run):
    result, _warnings, applied = run(LASTING, check=True)
    assert (result["changed"], len(result["diff"]), applied) == (True, 1, [])


def test_rules_are_taken_away_without_a_warning(run):
    result, warnings, applied = run(TEMPORARY, LASTING, state="absent")
    assert (result["changed"], warnings, applied) == (True, [], [TEMPORARY])


def test_nothing_to_do_is_no_change(run):
    assert run()[0] == {"changed": False, "diff": []}


def test_a_wrong_address_is_refused():
    reach = [{"interface": "eth0", "source": "x", "peer": "192.168.8.6", "unicast": False}]
    with pytest.raises(DeploymentError, match="reach: 'x' does not appear to be"):
        module_firewall.run(Module({"params": {"state": "present", "reach": reach}, "check_mode": False}))
