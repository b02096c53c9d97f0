# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who else can read or write the configuration."""

from __future__ import annotations

import pytest

from vrrp import cli
from vrrp.agent.desk import reload
from vrrp.agent.kernel import interfaces
from vrrp.agent.life.secrecy import exposed

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
READ, WRITTEN = "nobody but its owner may read", "nobody but its owner may write it"


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
def test_modes(tmp_path, mode, text, rules):
    file = tmp_path / "f.conf"
    file.write_text(text)
    file.chmod(mode)
    _configuration, _digest, warnings = reload.read(str(file))
    said = [str(warning) for warning in warnings]
    assert len(said) == len(rules)
    for line, rule in zip(said, rules):
        assert line.startswith(f"{file}:1:1: warning: the file has mode {mode:04o}. ")
        assert rule in line
        assert line.endswith(f"(chmod 600 {file})")
        assert "s3cr3t" not in line


def test_what_is_told_is_true_now(tmp_path):
    """The status asks anew: a warning goes when its reason has gone, without a reload."""
    file = tmp_path / "f.conf"
    file.write_text(SECRET)
    file.chmod(0o644)
    configuration, _digest, _warnings = reload.read(str(file))
    assert len(exposed(str(file), configuration)) == 1
    file.chmod(0o600)
    assert exposed(str(file), configuration) == ()
    file.unlink()
    assert exposed(str(file), configuration) == ()


def test_hotstandby_check_says_it(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(interfaces, "dump", lambda table: table)
    file = tmp_path / "f.conf"
    file.write_text(SECRET)
    file.chmod(0o644)
    assert cli.main(["check", str(file)]) == 0
    assert f"{file}:1:1: warning: the file has mode 0644" in capsys.readouterr().err
