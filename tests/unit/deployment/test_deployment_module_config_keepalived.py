# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test the module vrrp_config on a node of keepalived."""

from __future__ import annotations

import pytest
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment import module_config, module_config_keepalived
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.config_file import Refused
from ansible_collections.hotstandby.vrrp.plugins.module_utils.keepalived import holds
from fake_keepalived import FILE, FOREIGN, FakeKeepalived

PRIORITY = FILE.replace("priority 90", "priority 80")
PASSWORD = FILE.replace("2222", "3333")


class Asked:
    """It is the module of a task with these options."""

    def __init__(self, fake, content, check_mode=False, **more):
        self.params = {"program": "keepalived", "content": content, "path": str(fake.path), "confirm": None,
                       "start": False, **more}  # fmt: skip
        self.check_mode, self.run_command, self.no_log_values = check_mode, fake.run_command, {content}
        self.warn = fake.warnings.append


@pytest.fixture
def made(tmp_path, monkeypatch):
    return lambda text=FILE, **more: FakeKeepalived(monkeypatch, tmp_path / "keepalived.conf", text, **more)


def config(*asked, **more):
    return module_config.run(Asked(*asked, **more))


def test_a_changed_file_is_written_and_reloaded_once(made):
    fake = made()
    foreseen = config(fake, PRIORITY, check_mode=True)
    assert (fake.commands, fake.path.read_text()) == ([], FILE)
    done = config(fake, PRIORITY)
    assert [done[word] for word in ("changed", "written", "reloaded", "started", "stopped")] == [
        *(True, True, True, False, False)
    ]
    assert {**foreseen, "backup": None} == done
    assert done["plan"]["instances"][0]["changes"][0]["field"] == "priority"
    assert (fake.in_force, fake.commands) == (PRIORITY, ["reload"])
    again = config(fake, PRIORITY)
    assert not again["changed"]
    assert again["diff"]["before"] == again["diff"]["after"]


def test_a_file_that_is_not_in_force_is_reloaded(made):
    fake = made()
    fake.path.write_text(PRIORITY)
    done = config(fake, PRIORITY)
    assert (done["written"], done["reloaded"], fake.in_force) == (False, True, PRIORITY)


def test_a_stopped_keepalived_is_started_only_where_that_is_asked_for(made):
    fake = made("", running=False)
    assert not config(fake, FILE)["started"]
    assert fake.commands == []
    done = config(fake, FILE, start=True)
    assert (done["changed"], done["started"], fake.running, fake.commands) == (True, True, True, ["start"])


def test_a_hold_stays_in_the_new_file(made):
    held = holds.apply(FILE, holds.Holds({"VI_1": ("master", "x")}))
    fake = made(held)
    assert not config(fake, FILE)["changed"]
    config(fake, PRIORITY)
    assert "priority 254 # held, else 80" in fake.path.read_text()


def test_the_standby_is_stopped_where_the_master_must_have_the_same(made):
    fake = made()
    foreseen = config(fake, PASSWORD, confirm=60.0, check_mode=True)
    assert (foreseen["stopped"], fake.running) == (True, True)
    done = config(fake, PASSWORD, confirm=60.0)
    assert [done[word] for word in ("changed", "stopped", "written", "reloaded")] == [True, True, False, False]
    assert (fake.running, fake.path.read_text()) == (False, FILE)
    done = config(fake, PASSWORD, start=True)
    assert (done["started"], fake.in_force) == (True, PASSWORD)


def test_the_standby_takes_at_once_what_is_its_own_matter(made):
    fake = made()
    assert config(fake, PRIORITY, confirm=60.0)["reloaded"]
    assert (fake.running, fake.in_force) == (True, PRIORITY)


def test_a_standby_that_does_not_stand_by_any_more_takes_the_file_back(made, monkeypatch):
    monkeypatch.setattr(module_config_keepalived, "_STANDS_BY_S", 0.0)
    fake = made()
    told = fake._instance
    monkeypatch.setattr(
        fake, "_instance",
        lambda each, *more: {**told(each, *more), "state": "FAULT" if each.priority == 80 else "BACKUP"},
    )  # fmt: skip
    with pytest.raises(Refused, match="the one before is back") as caught:
        config(fake, PRIORITY, confirm=60.0)
    assert caught.value.problems == ("VI_1: BACKUP before, and FAULT with the new file",)
    assert (fake.in_force, fake.path.read_text()) == (FILE, FILE)


def test_a_file_that_keepalived_refuses_is_refused_in_check_mode_too(made):
    fake = made()
    fake.complaint = "Unknown keyword 'foo'"
    for check_mode in (True, False):
        with pytest.raises(Refused, match="Unknown keyword 'foo'"):
            config(fake, PRIORITY, check_mode=check_mode)
    assert fake.path.read_text() == FILE


def test_a_foreign_file_is_copied_and_compared(made):
    fake = made(FOREIGN)
    done = config(fake, PRIORITY)
    assert done["backup"] == f"{fake.path}.before-hotstandby"
    assert [entry["kind"] for entry in done["plan"]["instances"]] == ["changed"]


def test_a_keyword_that_the_installed_release_ignores_gives_a_warning(made):
    fake = made()
    fake.version = "2.0.19"
    config(fake, FILE.replace("priority 90", "priority 90\n    garp_extra_if 10"), check_mode=True)
    (warning,) = fake.warnings
    assert warning.startswith(f"keepalived 2.0.19: {fake.path}:6:5: ignored: keepalived 2.0.19 does not know")


SERVER = "virtual_server 192.168.8.100 80 {\n}\n"


def test_a_running_load_balancer_is_not_ended_and_a_sample_is_replaced(made):
    with pytest.raises(Refused, match="virtual_server: the file of the role would end it"):
        config(made(FOREIGN + SERVER), FILE)
    fake = made(FOREIGN + SERVER, running=False)
    assert config(fake, FILE)["backup"]
    assert fake.path.read_text() == FILE


def test_a_password_is_in_no_result(made):
    fake = made()
    done = config(fake, PASSWORD)
    assert "3333" not in str(done)
    assert "auth_pass ******** (changed)" in done["diff"]["after"]
