# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that the unit of the metrics has the outlets that are wanted, and the rights that they need and no more."""

from __future__ import annotations

import pytest
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment import exporter_unit, paths, unit
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.exporter_unit import Outlets

ALL = Outlets("192.168.8.4:9165", True, "/var/lib/node/hotstandby.prom")


def settings(text):
    """Return the settings of a unit, each with all its values."""
    found: dict[str, str] = {}
    for line in text.splitlines():
        if line and not line.startswith(("#", "[")):
            word, value = line.split("=", 1)
            found[word] = f"{found[word]} {value}" if word in found else value
    return found


@pytest.mark.parametrize(
    ("outlets", "options"),
    [
        (ALL, "--listen 192.168.8.4:9165 --socket /run/hotstandby-metrics/metrics.sock "
              "--textfile /run/hotstandby-metrics/hotstandby.prom"),
        (Outlets(listen="[fe80::4%eth0]:9165"), "--listen [fe80::4%%eth0]:9165"),
        (Outlets(socket=True), "--socket /run/hotstandby-metrics/metrics.sock"),
        (Outlets(textfile="/a.prom"), "--textfile /run/hotstandby-metrics/hotstandby.prom"),
    ],
)  # fmt: skip
def test_the_command_has_the_outlets_that_are_wanted(outlets, options):
    said = settings(exporter_unit.text(outlets))["ExecStart"]
    assert said == f"/usr/local/bin/hotstandby metrics --runtime-dir /run/hotstandby {options}"


def test_nothing_wanted_is_no_outlet():
    assert not Outlets() and all([ALL, Outlets("a"), Outlets(socket=True), Outlets(textfile="a")])


def test_only_tcp_needs_a_network():
    assert "PrivateNetwork" not in settings(exporter_unit.text(ALL))
    assert settings(exporter_unit.text(ALL))["RestrictAddressFamilies"] == "AF_UNIX AF_INET AF_INET6"
    inside = settings(exporter_unit.text(Outlets(socket=True)))
    assert (inside["PrivateNetwork"], inside["RestrictAddressFamilies"]) == ("yes", "AF_UNIX")


def test_it_may_look_at_the_agent_and_has_no_other_right():
    section = settings(exporter_unit.text(ALL))
    assert (section["User"], section["Group"]) == (paths.METRICS_USER, paths.USER) != (paths.USER, paths.USER)
    assert section["CapabilityBoundingSet"] == "" and "AmbientCapabilities" not in section
    assert {"ReadWritePaths", "StateDirectory", "CPUSchedulingPolicy"} & set(section) == set()
    assert f"/run/{section['RuntimeDirectory']}" == paths.METRICS_DIRECTORY


def test_the_sandbox_of_the_agent_holds_for_it_too():
    mine, agents = settings(exporter_unit.text(ALL)), settings(unit.text())
    hardening = [
        word for word in agents if word.startswith(("Protect", "Private", "Restrict", "NoNew", "System", "Lock"))
    ]
    weaker = {word: mine.get(word) for word in hardening if mine.get(word) != agents[word]}
    assert weaker == {"RestrictAddressFamilies": "AF_UNIX AF_INET AF_INET6"}
    assert settings(exporter_unit.text(ALL, homes=True))["ProtectHome"] == "read-only"


def test_the_installed_unit_names_its_link(tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "METRICS_UNIT", str(tmp_path / "hotstandby-metrics.service"))
    assert exporter_unit.link() is None
    (tmp_path / "hotstandby-metrics.service").write_text(exporter_unit.text(ALL))
    assert exporter_unit.link() == "/var/lib/node/hotstandby.prom"
    (tmp_path / "hotstandby-metrics.service").write_text(exporter_unit.text(Outlets(socket=True)))
    assert exporter_unit.link() is None
