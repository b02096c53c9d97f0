# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The unit and the command."""

from __future__ import annotations

import configparser
import os
import stat
import subprocess

from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment import command, layout, unit


def service(**options):
    parser = configparser.ConfigParser(strict=True, interpolation=None)
    parser.optionxform = str
    parser.read_string(unit.text(**options))
    return parser["Service"]


def test_it_may_do_what_vrrp_takes_and_no_more():
    section = service()
    assert section["User"] == "hotstandby"
    assert section["AmbientCapabilities"] == section["CapabilityBoundingSet"] == "CAP_NET_ADMIN CAP_NET_RAW"
    assert section["NoNewPrivileges"] == "yes"
    assert section["ProtectSystem"] == "strict"
    assert "ReadWritePaths" not in section


def test_scripts_of_other_users_take_more():
    assert service(switch_user=True)["AmbientCapabilities"] == (
        "CAP_NET_ADMIN CAP_NET_RAW CAP_SETUID CAP_SETGID CAP_KILL"
    )


def test_scripts_may_write_where_they_are_told():
    assert service(writable=["/var/lib/a", "/var/log/b"])["ReadWritePaths"] == "/var/lib/a /var/log/b"


def test_the_watchdog_is_fed_by_the_loop_alone():
    section = service()
    assert (section["Type"], section["NotifyAccess"], section["WatchdogSec"]) == ("notify", "main", "2")
    assert section["Restart"] == "always"


def test_the_command_starts_the_release_that_the_link_names(tmp_path, monkeypatch):
    monkeypatch.setattr(layout, "CURRENT", str(tmp_path / "current"))
    release = tmp_path / "releases" / "0123"
    (release / "vrrp").mkdir(parents=True)
    (tmp_path / "current").symlink_to(release)
    (release / command.START).write_text(command.START_TEXT)
    (release / "vrrp" / "__init__.py").write_text("")
    (release / "vrrp" / "cli.py").write_text("import sys\ndef main():\n    print(*sys.argv)\n    return 3\n")
    script = tmp_path / "hotstandby"
    script.write_text(command.text("/usr/bin/python3"))
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    done = subprocess.run([script, "status", "--json"], capture_output=True, text=True, check=False, cwd=os.sep)
    assert done.stdout == f"{release}/hotstandby.py status --json\n"
    assert done.returncode == 3
