# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that kernel settings are read, and that a missing one is no error."""

from __future__ import annotations

import os

import pytest
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment import kernel_settings


def put(folder, **values):
    for name, value in values.items():
        (folder / name).mkdir()
        (folder / name / "rp_filter").write_text(f"{value}\n")


@pytest.mark.parametrize(("own", "every", "mode"), [(0, 1, 1), (1, 0, 1), (1, 2, 2), (0, 0, 0)])
def test_the_higher_rp_filter_counts(tmp_path, own, every, mode):
    put(tmp_path, eth0=own, all=every)
    assert kernel_settings.rp_filter("eth0", str(tmp_path)) == mode
    assert kernel_settings.rp_filter("eth1", str(tmp_path)) == every


def test_without_ipv4_rp_filter_is_unknown(tmp_path):
    assert kernel_settings.rp_filter("eth0", str(tmp_path)) is None


@pytest.mark.parametrize(
    ("bounding", "missing"),
    [
        ("000001ffffffffff", []),
        ("00000000a80425fb", ["NET_ADMIN"]),  # podman's usual set
        ("0000000000000000", ["NET_ADMIN", "NET_RAW"]),
    ],
)
def test_capabilities_that_the_container_has_not_are_named(tmp_path, bounding, missing):
    (tmp_path / "status").write_text(f"Name:\tpython3\nCapEff:\t0000000000000000\nCapBnd:\t{bounding}\n")
    assert kernel_settings.missing_capabilities(str(tmp_path / "status")) == missing


def test_unknown_capabilities_are_not_missing(tmp_path):
    assert kernel_settings.missing_capabilities(str(tmp_path / "status")) == []


def test_selinux_is_told_with_the_type_of_the_interpreter(tmp_path, monkeypatch):
    (tmp_path / "enforce").write_text("1")
    monkeypatch.setattr(os, "getxattr", lambda path, name: b"system_u:object_r:bin_t:s0\0")
    found = kernel_settings.selinux(str(tmp_path))
    assert (found["enforcing"], found["type"]) == (True, "bin_t") and os.path.isabs(found["interpreter"])


def test_a_node_without_selinux_enforces_nothing(tmp_path, monkeypatch):
    def refuse(path, name):
        raise OSError

    monkeypatch.setattr(os, "getxattr", refuse)
    assert kernel_settings.selinux(str(tmp_path))["enforcing"] is False
    assert kernel_settings.selinux(str(tmp_path))["type"] == ""
    monkeypatch.setattr(os, "getxattr", lambda path, name: b"nonsense")
    assert kernel_settings.selinux(str(tmp_path))["type"] == ""


def test_all_of_them_are_told_by_interface():
    found = kernel_settings.settings(["lo"])
    assert set(found) == {"arp", "rp_filter", "missing_capabilities", "selinux"} and list(found["rp_filter"]) == ["lo"]


def test_arp_is_told_by_interface_with_what_is_said_for_all(tmp_path):
    for name, ignore, announce in (("all", 1, 0), ("default", 8, 8), ("lo", 8, 8), ("eth0", 0, 2), ("eth1", 2, 0)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "arp_ignore").write_text(f"{ignore}\n")
        (tmp_path / name / "arp_announce").write_text(f"{announce}\n")
    assert kernel_settings.arp(str(tmp_path)) == {
        "eth0": {"arp_ignore": 1, "arp_announce": 2},
        "eth1": {"arp_ignore": 2, "arp_announce": 0},
    }
    assert kernel_settings.arp(str(tmp_path / "none")) == {}
