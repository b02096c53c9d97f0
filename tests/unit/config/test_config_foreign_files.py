# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that files like those of users get the expected verdict; keepalived reads them too."""

from __future__ import annotations

import subprocess

import pytest
from foreign_files import FILES, Refused

from vrrp.config.keywords.keepalived_behaviour import FATAL, judged
from vrrp.config.keywords.keepalived_releases import release
from vrrp.config.loader import inspect


@pytest.fixture(scope="module")
def here():
    """Return the release of this machine's keepalived."""
    said = subprocess.run(["keepalived", "--version"], capture_output=True, text=True, check=True).stderr
    return release(said.split(" (")[0])


@pytest.mark.parametrize(("text", "verdict"), FILES.values(), ids=FILES.keys())
def test_each_file_gets_the_verdict_beside_it(text, verdict):
    report = inspect(text, "f")
    if isinstance(verdict, Refused):
        assert verdict.text in report.problems[0].text
        return
    assert report.problems == ()
    assert len(report.tolerated) == len(verdict)
    assert all(piece in warning.text for piece, warning in zip(verdict, report.tolerated))
    assert all(warning.rule for warning in report.tolerated)


def test_there_are_at_least_40_files():
    assert len(FILES) >= 40


def keepalived_starts(named, text, folder):
    (folder / "conf").write_text(text, encoding="utf-8", errors="surrogateescape")
    commands = (
        "ip link add eth0 type veth peer name eth1 && ip addr add 192.168.8.4/24 dev eth0 && ip link set eth0 up &&"
        ' exec keepalived --config-test="$1/log" -f "$1/conf" -p "$1/pid" -r "$1/vrrp"'
    )
    done = subprocess.run(
        ["unshare", "--net", "sh", "-c", commands, "sh", str(folder)], capture_output=True, timeout=20, check=False
    )
    said = (folder / "log").read_text(errors="replace") if (folder / "log").exists() else ""
    return judged(named, done.returncode, said) != FATAL and "conflict" not in said and "both use VRID" not in said


@pytest.mark.parametrize(("text", "verdict"), FILES.values(), ids=FILES.keys())
def test_keepalived_starts_with_each_file_or_not_as_it_says(text, verdict, here, tmp_path):
    expected = verdict.keepalived if isinstance(verdict, Refused) else True
    assert keepalived_starts(here, text, tmp_path) is expected
