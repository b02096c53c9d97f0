# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that the command starts the program of the current release, and that a cleanup loads little."""

from __future__ import annotations

import subprocess
import sys

import pytest
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment import paths


@pytest.mark.parametrize("python", ["/usr/bin/python3", "/opt/py 3/bin/python3.9"])
def test_the_script_of_the_command(python):
    assert paths.text(python) == (
        "#!/bin/sh\n"
        "# Written by the module hotstandby.vrrp.vrrp_agent; the next run of it undoes changes.\n"
        f'exec {python} -IB "$(readlink -f /usr/local/lib/hotstandby/current)/hotstandby.py" "$@"\n'
    )


def test_the_name_of_the_program_in_a_release():
    assert paths.START == "hotstandby.py"


@pytest.fixture
def start(tmp_path):
    """Return ``start(*arguments)``: exit status and name of the main that ran, in a release of two empty mains."""
    release = tmp_path / "release"
    (release / "vrrp" / "agent").mkdir(parents=True)
    for package in ("vrrp", "vrrp/agent"):
        (release / package / "__init__.py").write_text("")
    (release / "vrrp" / "cli.py").write_text("def main():\n    print('cli')\n    return 3\n")
    cleanup = "import sys\ndef main():\n    print('cleanup', 'vrrp.cli' in sys.modules)\n    return 4\n"
    (release / "vrrp" / "agent" / "cleanup.py").write_text(cleanup)
    (release / "deployment").mkdir()
    entry = "import sys\ndef main():\n    print('module', 'vrrp' in sys.modules)\n    return 5\n"
    (release / "deployment" / "module_entry.py").write_text(entry)
    (release / paths.START).write_text(paths.START_TEXT)

    def run(*arguments):
        words = [sys.executable, "-IBS", str(release / paths.START), *arguments]
        done = subprocess.run(words, capture_output=True, text=True, check=False, cwd="/")
        return done.returncode, done.stdout

    return run


@pytest.mark.parametrize(
    ("arguments", "answer"),
    [
        ((), (3, "cli\n")),
        (("status", "--json"), (3, "cli\n")),
        (("cleanup", "/etc/a.conf"), (3, "cli\n")),
        (("cleanup", "/etc/a.conf", "/run/a"), (4, "cleanup False\n")),
        (("cleanup", "/etc/a.conf", "/run/a", "more"), (3, "cli\n")),
        (("agent", "cleanup", "/run/a"), (3, "cli\n")),
        (("module", "vrrp_info"), (5, "module False\n")),
    ],
)
def test_cleanup_loads_the_least_and_the_cli_takes_the_other_commands(start, arguments, answer):
    assert start(*arguments) == answer
