# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A configuration in several files, as the agent takes it."""

from __future__ import annotations

import pytest

from vrrp.agent import config_source
from vrrp.agent.process.script_security import unrunnable
from vrrp.config.loader import inspect_here
from vrrp.config.syntax.diagnostics import ConfigError

INSTANCE = """\
vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    authentication {
        auth_type PASS
        auth_pass $WORD
    }
    notify %s
    virtual_ipaddress {
        192.168.8.100/24
    }
}
"""


@pytest.fixture
def files(tmp_path):
    (tmp_path / "conf.d").mkdir()
    write(tmp_path / "conf.d" / "one.conf", INSTANCE % "/bin/true")
    write(tmp_path / "words.conf", "$WORD=s3cr3t\n")
    write(tmp_path / "f.conf", "include words.conf\ninclude conf.d/*.conf\n")
    return tmp_path


def write(path, text, mode=0o600):
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)


def test_another_included_file_is_another_digest(files):
    configuration, digest, warnings = config_source.read(str(files / "f.conf"))
    assert configuration.instances[0].authentication.auth_pass == "s3cr3t"
    assert warnings == ()
    write(files / "words.conf", "$WORD=0ther\n")
    assert config_source.read(str(files / "f.conf"))[1] != digest
    write(files / "words.conf", "$WORD=s3cr3t\n")
    assert config_source.read(str(files / "f.conf"))[1] == digest
    write(files / "conf.d" / "two.conf", "# nothing\n")
    assert config_source.read(str(files / "f.conf"))[1] != digest


def test_a_bad_included_file_is_named(files):
    write(files / "conf.d" / "one.conf", INSTANCE.replace("51", "512") % "/bin/true")
    with pytest.raises(ConfigError) as raised:
        config_source.read(str(files / "f.conf"))
    assert str(raised.value).startswith(f"{files}/conf.d/one.conf:3:23: error: ")


def test_a_warning_names_an_included_file_that_others_can_read_or_write(files):
    (files / "words.conf").chmod(0o644)
    (files / "conf.d" / "one.conf").chmod(0o666)
    said = [(each.path, each.text, each.rule.split(",")[0]) for each in config_source.read(str(files / "f.conf"))[2]]
    assert said == [
        (f"{files}/words.conf", "the file has mode 0644", "It holds a password"),
        (f"{files}/conf.d/one.conf", "the file has mode 0666", "It holds a password"),
        (f"{files}/conf.d/one.conf", "the file has mode 0666", "It says what the agent runs"),
    ]


def test_a_program_that_an_included_file_names_is_looked_for(files):
    write(files / "conf.d" / "one.conf", INSTANCE % "/nowhere/told")
    (problem,) = unrunnable(inspect_here((files / "f.conf").read_text(), str(files / "f.conf")).programs)
    assert (problem.path, problem.line) == (f"{files}/conf.d/one.conf", 8)
