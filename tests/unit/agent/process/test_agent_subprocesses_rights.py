# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test what a script may do, by the rights of the agent and the mode of the file, without any process."""

from __future__ import annotations

import asyncio
import io
import os
import stat
from types import SimpleNamespace

import pytest

from vrrp.agent.process import subprocesses


@pytest.mark.parametrize(
    ("status", "may"),
    [
        ("Name:\tx\nCapEff:\t00000000000000c0\n", True),  # CAP_SETGID and CAP_SETUID
        ("CapEff:\t0000000000000040\n", False),
        ("CapEff:\t0000000000000080\n", False),
        ("CapEff:\t000001ffffffffff\n", True),
    ],
)
def test_the_right_to_change_the_user_needs_both_capabilities(monkeypatch, status, may):
    monkeypatch.setattr(subprocesses, "open", lambda *_path, **_options: io.StringIO(status), raising=False)
    monkeypatch.setattr(subprocesses.os, "geteuid", lambda: 4711)
    assert subprocesses.may_switch_user() is may


@pytest.mark.parametrize("content", ["Name:\tx\n", "CapEff:\tzz\n", None])
@pytest.mark.parametrize("uid", [0, 4711])
def test_root_has_that_right_if_capabilities_cannot_be_read(monkeypatch, content, uid):
    def opened(*_path, **_options):
        if content is None:
            raise OSError(2, "No such file or directory")
        return io.StringIO(content)

    monkeypatch.setattr(subprocesses, "open", opened, raising=False)
    monkeypatch.setattr(subprocesses.os, "geteuid", lambda: uid)
    assert subprocesses.may_switch_user() is (uid == 0)


def test_a_user_without_a_name_is_a_number(monkeypatch):
    def unknown(uid):
        raise KeyError(uid)

    assert subprocesses.pwd_name(0) == "root"
    monkeypatch.setattr(subprocesses.pwd, "getpwuid", unknown)
    assert subprocesses.pwd_name(4711) == "4711"


def test_a_program_that_is_not_there_is_not_unsafe(tmp_path):
    assert subprocesses.unsafe_part(str(tmp_path / "nothing"), "/bin") is None
    assert subprocesses.unsafe_part("no-such-program", "/bin") is None


@pytest.mark.parametrize(
    ("mode", "child", "may"),
    [
        (0o100, {"user": 0}, True),
        (0o001, {"user": 0}, True),
        (0o600, {"user": 0}, False),
        (0o100, {"user": 1000}, True),
        (0o011, {"user": 1000}, False),  # the owner has the owner's rights only
        (0o010, {"user": 1001, "group": 1000, "extra_groups": []}, True),
        (0o010, {"user": 1001, "group": 1001, "extra_groups": [1000]}, True),
        (0o101, {"user": 1001, "group": 1000, "extra_groups": []}, False),
        (0o001, {"user": 1001, "group": 1001, "extra_groups": [1001]}, True),
        (0o110, {"user": 1001, "group": 1001, "extra_groups": []}, False),
    ],
)
def test_an_interpreter_is_blamed_only_if_the_user_may_run_the_script(tmp_path, monkeypatch, mode, child, may):
    """The kernel says EACCES for both, so the mode decides which text a person reads."""
    script = tmp_path / "script"
    script.write_text(f"#!{tmp_path}\nexit 0\n")
    status = SimpleNamespace(st_mode=stat.S_IFREG | mode, st_uid=1000, st_gid=1000)
    real = os.stat
    monkeypatch.setattr(subprocesses.os, "stat", lambda path: status if path == str(script) else real(path))
    error = PermissionError(13, "Permission denied")
    _place, flaw = subprocesses._flaw(str(script), "/bin", error, child)
    assert (flaw is not None) is may
    if flaw is not None:
        assert flaw.text == f"its interpreter {tmp_path} is a directory"


@pytest.mark.parametrize("error", [OSError(38, "Function not implemented"), None])
def test_without_pidfds_asyncio_waits_for_children_as_it_does_by_default(monkeypatch, error):
    def pidfd_open(_pid):
        raise error

    def policy():
        raise AssertionError("it sets a watcher that would need pidfds")

    if error is None:
        monkeypatch.delattr(subprocesses.os, "pidfd_open", raising=False)
    else:
        monkeypatch.setattr(subprocesses.os, "pidfd_open", pidfd_open, raising=False)
    monkeypatch.setattr(subprocesses.asyncio, "get_event_loop_policy", policy)

    async def scenario():
        subprocesses.watch_children_without_threads()

    asyncio.run(scenario())
