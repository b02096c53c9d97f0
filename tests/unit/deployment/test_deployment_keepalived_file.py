# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test the file of keepalived: tested, copied where it was not ours, and restored where keepalived does not take it."""

from __future__ import annotations

import pytest
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment import keepalived_file
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.change import DeploymentError
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.config_file import Refused
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.keepalived_file import KeepalivedFile
from fake_keepalived import FILE, FOREIGN, FakeKeepalived

NEW = FILE.replace("priority 90", "priority 80")


@pytest.fixture
def made(tmp_path, monkeypatch):
    """Return a function that makes a keepalived, and the object under test for its file."""

    def make(text=FILE, **more):
        fake = FakeKeepalived(monkeypatch, tmp_path / "keepalived.conf", text, **more)
        return fake, KeepalivedFile(fake.run, str(fake.path))

    return make


def test_a_changed_file_is_reloaded(made):
    fake, file = made()
    assert file.put(NEW) is None
    assert (fake.commands, fake.in_force, fake.path.read_text()) == (["reload"], NEW, NEW)
    assert fake.path.stat().st_mode & 0o777 == 0o600
    assert file.text == NEW


def test_a_file_that_keepalived_complains_about_is_not_written(made):
    fake, file = made()
    fake.complaint = "Unknown keyword 'foo'"
    with pytest.raises(Refused) as caught:
        file.put(NEW)
    assert caught.value.problems == (
        f"({fake.path}: Line 3) Unknown keyword 'foo'",
        "keepalived --config-test ended with status 5",
    )
    assert (fake.commands, fake.path.read_text()) == ([], FILE)


@pytest.mark.parametrize(("status", "complaint"), [(143, ""), (-15, "")])
def test_a_test_that_ends_itself_without_a_complaint_refuses_nothing(made, status, complaint):
    fake, file = made()
    fake.test_ends, fake.complaint = status, complaint
    file.put(NEW)
    assert fake.in_force == NEW


@pytest.mark.parametrize(("status", "complaint"), [(143, "Unknown keyword 'foo'"), (139, ""), (6, "")])
def test_another_end_of_the_test_refuses_the_file(made, status, complaint):
    fake, file = made()
    fake.test_ends, fake.complaint = status, complaint
    with pytest.raises(Refused):
        file.put(NEW)
    assert (fake.commands, fake.path.read_text()) == ([], FILE)


def test_a_file_that_does_not_get_in_force_is_taken_back(made):
    fake, file = made()
    fake.deaf = True
    with pytest.raises(Refused, match="the one before is back: .*VI_1 is .* 90.* and not .* 80"):
        file.put(NEW)
    assert (fake.commands, fake.path.read_text()) == (["reload", "reload"], FILE)


def test_without_keepalived_nothing_is_written(made, monkeypatch):
    fake, file = made()
    monkeypatch.setattr(keepalived_file.shutil, "which", lambda *_words, **_path: None)
    with pytest.raises(DeploymentError, match="install the package keepalived"):
        file.put(NEW)
    assert fake.path.read_text() == FILE


def test_a_file_of_somebody_else_is_copied_and_no_copy_is_overwritten(made):
    fake, file = made(FOREIGN)
    copies = [fake.path.with_name(f"keepalived.conf.before-hotstandby{end}") for end in ("", ".2")]
    assert file.put(NEW) == str(copies[0])
    assert (copies[0].read_text(), copies[0].stat().st_mode & 0o777) == (FOREIGN, 0o600)
    fake.path.write_text("! another one\n")
    assert KeepalivedFile(fake.run, str(fake.path)).write(NEW) == str(copies[1])
    assert [copy.read_text() for copy in copies] == [FOREIGN, "! another one\n"]


def test_content_and_mode_are_looked_at(made):
    fake, file = made()
    assert [file.needs_write(text) for text in (FILE, NEW)] == [False, True]
    fake.path.chmod(0o644)
    assert file.needs_write(FILE)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (FILE, ""),
        (NEW, "VI_1 is"),
        (FILE.replace("100/24", "101/24"), "VI_1 is"),
        (FILE.replace("VI_1", "VI_2"), "VI_2 is not there"),
        (FILE.replace("advert_int", "version 3\n    advert_int"), "VI_1 is"),
    ],
)
def test_the_running_configuration_is_compared_with_a_file(made, text, said):
    assert made()[1].differs(text).startswith(said)
    assert bool(made()[1].differs(text)) is bool(said)


def test_a_plan_is_made_of_both_files_and_a_bad_one_is_refused(made):
    assert made()[1].plan(NEW).texts == ["VI_1 priority: 90 -> 80"]
    with pytest.raises(Refused, match='unknown keyword "pririty"'):
        made()[1].plan(FILE.replace("priority", "pririty"))


def test_where_there_is_no_file_everything_is_new(made):
    assert made("", running=False)[1].plan(NEW).instances[0].kind == "added"


@pytest.mark.parametrize(("number", "said"), [("2.4.3", 0), ("2.2.7", 1), ("1.2.3", 0)])
def test_auth_hmac_is_refused_for_release_2_2_7_alone(made, number, said):
    fake, file = made()
    fake.version = number
    keys = "auth_hmac {\n        key 1 hex:8f3c2ad97be04615b2d08c5f6e71a93d04c7e86b52fa1d903b6e7f28c45a1d0e\n"
    text = FILE.replace("authentication {", f"version 3\n    {keys}        active_key 1\n    }}\n    x {{").partition(
        "    x {"
    )[0]
    text += "}\n"
    warnings = file.unlike(text) if said == 0 or number != "2.2.7" else None
    if warnings is None:
        with pytest.raises(Refused, match="auth_hmac"):
            file.unlike(text)
    else:
        assert warnings == []


SIGNED = FILE.replace(
    "    authentication {\n        auth_type PASS\n        auth_pass 2222\n    }\n",
    f"    version 3\n    auth_hmac {{\n        key 1 hex:{'0f' * 32}\n        active_key 1\n    }}\n",
)


@pytest.mark.parametrize("number", ["2.4.3", "1.2.3", ""])
def test_a_release_that_knows_every_word_and_an_unknown_one_say_nothing(made, number):
    fake, file = made()
    fake.version = number
    assert file.unlike(SIGNED) == []


def test_an_auth_hmac_block_unknown_to_the_release_is_refused_without_its_key(made):
    fake, file = made()
    with pytest.raises(Refused, match="keepalived 2.2.7 does not know auth_hmac in vrrp_instance") as caught:
        file.unlike(SIGNED)
    assert "0f0f" not in str(caught.value)


def test_a_file_that_balances_load_is_not_replaced(made):
    server = "virtual_server 192.168.8.100 80 {\n    real_server 192.168.8.9 80 {\n    }\n}\n"
    with pytest.raises(Refused) as caught:
        made(FOREIGN + server)[1].demand_replaceable()
    (problem,) = caught.value.problems
    assert "keepalived.conf:14: virtual_server: the file of the role would end it" in problem
    for text in (FOREIGN, FILE + server, ""):
        made(text)[1].demand_replaceable()
