# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that the service of the metrics comes, changes, follows the release, and goes, with its link."""

from __future__ import annotations

import os

import pytest
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment import files, paths, running_release
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.account import Account
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.change import DeploymentError, apply, as_diff
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.exporter import Exporter
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.exporter_unit import Outlets

RELEASE = "0123456789abcdef"


class Systemd:
    """It runs one service, as the commands say, and records them."""

    def __init__(self, monkeypatch):
        self.ran, self.release, self.enabled, self.fails = [], None, False, False
        self.user = False
        monkeypatch.setattr(Account, "exists", property(lambda account: self.user))
        monkeypatch.setattr(Account, "_create", lambda account: setattr(self, "user", account.name))
        monkeypatch.setattr(Account, "_remove", lambda account: setattr(self, "user", False))
        monkeypatch.setattr(running_release, "release_of", lambda pid: self.release if pid else None)

    def __call__(self, words, accepted=(0,)):
        verb = next(word for word in words[1:] if not word.startswith("--"))
        if words[0] == "journalctl":
            return "error: the metrics cannot be served\n"
        if verb == "show":
            running = "active" if self.release else "inactive"
            file = "enabled" if self.enabled else "disabled"
            return f"ActiveState={running}\nMainPID={7 if self.release else 0}\nUnitFileState={file}\n"
        self.ran.append(verb)
        if verb == "restart" and self.fails:
            raise DeploymentError("restart failed")
        self.release = {"restart": RELEASE, "stop": None}.get(verb, self.release)
        self.enabled = {"enable": True, "disable": False}.get(verb, self.enabled)
        return ""


@pytest.fixture
def systemd(tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "METRICS_UNIT", str(tmp_path / "hotstandby-metrics.service"))
    monkeypatch.setattr(os, "fchown", lambda handle, uid, gid: None)
    monkeypatch.setattr(files, "has_owner", lambda path, mode, uid, gid: os.stat(path).st_mode & 0o7777 == mode)
    return Systemd(monkeypatch)


@pytest.fixture
def everything(tmp_path):
    (tmp_path / "textfile").mkdir()
    return Outlets("192.168.8.4:9165", True, str(tmp_path / "textfile" / "hotstandby.prom"))


def changes(systemd, outlets, release=RELEASE):
    before, after = Exporter(systemd).present(outlets, False, release)
    return [*before, *after]


def test_it_comes_once_and_goes_when_nothing_is_wanted(systemd, everything, tmp_path):
    made = changes(systemd, everything)
    assert systemd.ran == [] and [path.name for path in tmp_path.iterdir()] == ["textfile"]
    assert [each["before_header"] for each in as_diff(made)] == [
        "user hotstandby-metrics", paths.METRICS_UNIT, paths.METRICS_SERVICE, everything.textfile,
        paths.METRICS_SERVICE,
    ]  # fmt: skip
    apply(made)
    assert (systemd.ran, systemd.user) == (["enable", "restart"], "hotstandby-metrics")
    assert os.readlink(everything.textfile) == "/run/hotstandby-metrics/hotstandby.prom"
    assert changes(systemd, everything) == []
    apply(changes(systemd, Outlets()))
    assert systemd.ran[2:] == ["stop", "disable", "daemon-reload", "reset-failed"]
    assert not os.path.lexists(everything.textfile) and not os.path.exists(paths.METRICS_UNIT) and not systemd.user
    assert changes(systemd, Outlets()) == []


def test_a_node_without_it_is_not_asked():
    def asked(words, accepted=(0,)):
        raise AssertionError(words)

    assert changes(asked, Outlets()) == [] and Exporter(asked).absent() == []


def test_another_outlet_starts_it_again_and_takes_its_link_away(systemd, everything):
    apply(changes(systemd, everything))
    apply(changes(systemd, Outlets(listen="192.168.8.4:9166")))
    assert systemd.ran[2:] == ["restart"]
    assert not os.path.lexists(everything.textfile)


def test_a_link_that_moves_is_in_one_place(systemd, everything):
    apply(changes(systemd, everything))
    other = everything.textfile.replace("hotstandby.prom", "vrrp.prom")
    apply(changes(systemd, Outlets(textfile=other)))
    assert os.path.islink(other) and not os.path.lexists(everything.textfile)


def test_a_link_that_somebody_removed_is_made_again_without_a_restart(systemd, everything):
    apply(changes(systemd, everything))
    os.unlink(everything.textfile)
    (only,) = changes(systemd, everything)
    only.apply()
    assert os.path.islink(everything.textfile) and systemd.ran == ["enable", "restart"]


def test_it_follows_the_release(systemd, everything):
    apply(changes(systemd, everything))
    (only,) = changes(systemd, everything, "f" * 16)
    assert (only.subject, only.before) == (paths.METRICS_SERVICE, f"running, of release {RELEASE}\n")
    assert only.after == f"running, of release {'f' * 16}\n"


def test_a_service_that_has_failed_is_started_again(systemd, everything):
    apply(changes(systemd, everything))
    systemd.release = None
    (only,) = changes(systemd, everything)
    only.apply()
    assert systemd.ran == ["enable", "restart", "restart"]


def test_one_that_does_not_start_shows_its_journal(systemd, everything):
    systemd.fails = True
    with pytest.raises(DeploymentError) as caught:
        apply(changes(systemd, everything))
    assert str(caught.value).startswith("the service of the metrics does not start: restart failed\nIts journal ends")
    assert "error: the metrics cannot be served" in str(caught.value)


@pytest.mark.parametrize(
    ("outlets", "said"),
    [
        (Outlets("node-a:9165"), "metrics_listen: 'node-a:9165' is not an address with a port"),
        (Outlets(textfile="a.prom"), "metrics_textfile: 'a.prom' is not the path of a file whose name ends with .prom"),
        (Outlets(textfile="/tmp/a.txt"), "metrics_textfile: '/tmp/a.txt' is not the path"),
        (Outlets(textfile="/tmp/a b.prom"), "metrics_textfile: '/tmp/a b.prom' is not the path"),
        (Outlets(textfile="/nonexistent/a.prom"), "there is no directory /nonexistent: install node_exporter first"),
    ],
)
def test_an_outlet_that_is_not_possible_changes_nothing(systemd, outlets, said):
    with pytest.raises(DeploymentError) as caught:
        changes(systemd, outlets)
    assert said in str(caught.value) and systemd.ran == []


def test_a_file_that_is_not_ours_stays(systemd, everything):
    with open(everything.textfile, "w", encoding="ascii") as file:
        file.write("hotstandby_up 1\n")
    with pytest.raises(DeploymentError, match="is there, and not a link of ours: remove it and what writes it"):
        changes(systemd, everything)
    os.unlink(everything.textfile)
    apply(changes(systemd, everything))
    os.unlink(everything.textfile)
    os.symlink("/elsewhere", everything.textfile)
    apply(changes(systemd, Outlets()))
    assert os.readlink(everything.textfile) == "/elsewhere"
