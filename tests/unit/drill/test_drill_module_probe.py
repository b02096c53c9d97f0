# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test which options of a probe are refused, and that it ends when its file is gone."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.change import DeploymentError
from ansible_collections.hotstandby.vrrp.plugins.module_utils.drill import module_probe
from ansible_collections.hotstandby.vrrp.plugins.module_utils.drill.probe import Echo


def run(**params):
    given = {"addresses": ["127.0.0.1/8"], "port": None, "interval": 0.01, "seconds": 60, "while_exists": None}
    return module_probe.run(SimpleNamespace(params={**given, **params}))


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"addresses": []}, "addresses: say at least one"),
        ({"addresses": ["web"]}, "addresses: web is not an IP address"),
        ({"interval": 0}, "interval must be 0.001 or more"),
        ({"seconds": 0}, "seconds more than 0"),
        ({"port": 65536}, "port: 65536 is not a TCP port, they are 1 to 65535"),
    ],
)
def test_a_wrong_option_is_refused(params, message):
    with pytest.raises(DeploymentError, match=message):
        run(**params)


def test_it_ends_when_its_file_is_gone(tmp_path):
    found = run(while_exists=str(tmp_path / "gone"))
    assert found["changed"] is False
    assert found["counts"][0]["address"] == "127.0.0.1"
    assert found["clock"]["started"] <= found["started_at"] <= found["clock"]["ended"]


def test_it_tells_that_it_has_begun_when_each_address_got_a_probe(tmp_path, monkeypatch):
    file = tmp_path / "lasts"
    file.touch()
    told = []
    real = Echo.send

    def send(self, now):
        told.append(file.read_text())
        real(self, now)

    monkeypatch.setattr(Echo, "send", send)
    run(addresses=["127.0.0.1", "127.0.0.2"], while_exists=str(file), seconds=0.05)
    assert told[:2] == ["", ""]
    assert set(told[2:]) == {"begun\n"}


def test_a_file_that_is_gone_at_once_is_not_made_again(tmp_path):
    run(while_exists=str(tmp_path / "gone"))
    assert not (tmp_path / "gone").exists()


def test_a_host_that_cannot_probe_fails(monkeypatch):
    def fail(*_arguments):
        raise module_probe.ProbeError("no")

    monkeypatch.setattr(module_probe, "probe", fail)
    with pytest.raises(DeploymentError, match="no"):
        run()
