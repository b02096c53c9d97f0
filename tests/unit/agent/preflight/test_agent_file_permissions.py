# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The agent warns when other users can read or write the configuration."""

from __future__ import annotations

import os

import pytest
from agent_fakes import instance

from vrrp import cli
from vrrp.agent import config_source
from vrrp.agent.netlink import links
from vrrp.agent.preflight.file_permissions import exposed, exposed_scripts
from vrrp.config.model.configuration import AuthHmac, Configuration, HmacKey, NotifyCommand, NotifyScripts

OPEN = """\
vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    virtual_ipaddress {
        192.168.8.100/24
    }
}
"""
SECRET = OPEN.replace(
    "    interface", "    authentication {\n        auth_type PASS\n        auth_pass s3cr3t\n    }\n    interface"
)
READ, WRITTEN = "only its owner may read", "only its owner may write it"


@pytest.mark.parametrize(
    ("mode", "text", "rules"),
    [
        (0o600, SECRET, []),
        (0o400, SECRET, []),
        (0o640, SECRET, [READ]),
        (0o604, SECRET, [READ]),
        (0o644, OPEN, []),
        (0o664, OPEN, [WRITTEN]),
        (0o602, SECRET, [WRITTEN]),
        (0o666, SECRET, [READ, WRITTEN]),
    ],
)
def test_a_file_that_others_may_read_or_write_is_told(tmp_path, mode, text, rules):
    file = tmp_path / "f.conf"
    file.write_text(text)
    file.chmod(mode)
    _configuration, _digest, warnings = config_source.read(str(file))
    said = [str(warning) for warning in warnings]
    assert len(said) == len(rules)
    for line, rule in zip(said, rules):
        assert line.startswith(f"{file}:1:1: warning: the file has mode {mode:04o}. ")
        assert rule in line
        assert line.endswith(f"(chmod 600 {file})")
        assert "s3cr3t" not in line


def test_a_permission_warning_ends_when_the_file_is_corrected_or_deleted(tmp_path):
    """The status asks anew: a warning goes when its reason has gone, without a reload."""
    file = tmp_path / "f.conf"
    file.write_text(SECRET)
    file.chmod(0o644)
    configuration, _digest, _warnings = config_source.read(str(file))
    assert len(exposed(str(file), configuration)) == 1
    file.chmod(0o600)
    assert exposed(str(file), configuration) == ()
    file.unlink()
    assert exposed(str(file), configuration) == ()


def test_hotstandby_check_says_it(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(links, "dump", lambda table: table)
    file = tmp_path / "f.conf"
    file.write_text(SECRET)
    file.chmod(0o644)
    assert cli.main(["check", str(file)]) == 0
    assert f"{file}:1:1: warning: the file has mode 0644" in capsys.readouterr().err


SCRIPTS = """\
global_defs {{
    script_user root
    {security}
    notify_fifo {place}/fifo
    notify_fifo_script {place}/d
    startup_script {place}/e
}}
vrrp_script chk {{
    script {place}/a
}}
vrrp_sync_group G {{
    group {{
        VI_1
    }}
    notify_master {place}/b
}}
vrrp_instance VI_1 {{
    interface eth0
    virtual_router_id 51
    notify {place}/c
    virtual_ipaddress {{
        192.168.8.100/24
    }}
}}
"""


class TestScripts:
    """keepalived warns of scripts that it runs as root and another user can change; we warn for each user."""

    @pytest.fixture
    def warnings(self, tmp_path):
        def make(security=""):
            file = tmp_path / "f.conf"
            file.write_text(SCRIPTS.format(place=tmp_path, security=security))
            file.chmod(0o600)
            return [str(each) for each in config_source.read(str(file))[2] if "so decide what" in str(each)]

        for name in "abcde":
            (tmp_path / name).write_text("#!/bin/sh\n")
            (tmp_path / name).chmod(0o755)
        return make

    def test_where_nobody_can_nothing_is_said(self, warnings):
        assert warnings() == []

    @pytest.mark.parametrize("name", "abcde")
    def test_each_kind_of_script(self, warnings, tmp_path, name):
        os.chown(tmp_path / name, 12345, -1)
        (line,) = warnings()
        assert f"others can write {tmp_path}/{name}, and so decide what root runs" in line
        assert line.endswith(f"(chown root {tmp_path}/{name})")

    def test_a_directory_is_said_once(self, warnings, tmp_path):
        os.chown(tmp_path, 0, 12345)
        tmp_path.chmod(0o775)
        (line,) = warnings()
        assert line.endswith(f"(chmod g-w {tmp_path})")

    def test_with_script_security_it_is_refused_when_it_runs(self, warnings, tmp_path):
        os.chown(tmp_path / "a", 12345, -1)
        assert warnings("enable_script_security") == []

    def test_the_owner_of_the_configuration_decides_anyway(self, warnings, tmp_path):
        warnings()
        for name in ("a", "f.conf"):
            os.chown(tmp_path / name, 12345, -1)
        assert not [
            each for each in map(str, config_source.read(str(tmp_path / "f.conf"))[2]) if "so decide what" in each
        ]


def test_a_key_file_that_is_not_there_is_said_elsewhere(tmp_path):
    file, key = tmp_path / "f.conf", tmp_path / "key"
    file.touch(mode=0o600)
    hmac = AuthHmac((HmacKey(1, file=str(key)),), 1)
    configuration = Configuration(str(file), instances=(instance(hmac=hmac),))
    assert exposed(str(file), configuration) == ()
    key.touch()
    key.chmod(0o644)
    (warning,) = exposed(str(file), configuration)
    assert str(warning).startswith(f"{file}:1:1: warning: the file {key} has mode 0644. It holds a key")


def test_a_script_of_a_user_who_does_not_exist_is_said_elsewhere(tmp_path):
    script = tmp_path / "check"
    script.write_text("#!/bin/sh\n")
    script.chmod(0o755)
    os.chown(script, 12345, -1)
    file = tmp_path / "f.conf"
    file.touch(mode=0o600)

    def found(**user):
        command = NotifyCommand((str(script),), **user)
        configuration = Configuration(str(file), instances=(instance(notify=NotifyScripts(any=command), line=7),))
        return [str(each) for each in exposed_scripts(str(file), configuration)]

    assert found(user="no-such-user") == []
    (line,) = found()
    assert line.startswith(f"{file}:7:1: warning: others can write {script}, and so decide what ")


def test_without_its_file_no_script_is_judged(tmp_path):
    assert exposed_scripts(str(tmp_path / "nothing"), Configuration("x", instances=(instance(),))) == ()
