# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It names the paths on a node: all that ``vrrp_agent`` may change, and nothing else."""

from __future__ import annotations

USER = "hotstandby"
SERVICE = "hotstandby.service"

LIBRARY = "/usr/local/lib/hotstandby"  # releases/<id>/ and the link ``current``
RELEASES = LIBRARY + "/releases"
CURRENT = LIBRARY + "/current"
COMMAND = "/usr/local/bin/hotstandby"
MAN_PAGE = "/usr/local/share/man/man8/hotstandby.8"
COMPLETION = "/usr/local/share/bash-completion/completions/hotstandby"
UNIT = "/etc/systemd/system/" + SERVICE
CONFIG_DIRECTORY = "/etc/hotstandby"
CONFIG = CONFIG_DIRECTORY + "/hotstandby.conf"
PEER_KEY = CONFIG_DIRECTORY + "/peer.key"
RUNTIME_DIRECTORY = "/run/hotstandby"
STATE_DIRECTORY = "/var/lib/hotstandby"

METRICS_USER = "hotstandby-metrics"
METRICS_SERVICE = "hotstandby-metrics.service"
METRICS_UNIT = "/etc/systemd/system/" + METRICS_SERVICE
METRICS_DIRECTORY = "/run/hotstandby-metrics"  # systemd makes it, and removes it when the service stops
METRICS_SOCKET = METRICS_DIRECTORY + "/metrics.sock"
METRICS_TEXTFILE = METRICS_DIRECTORY + "/hotstandby.prom"

MINIMUM_PYTHON = (3, 9)
MINIMUM_PYROUTE2 = (0, 9)


# A shell resolves the link before Python starts: so the command line of a process shows its release.
_TEXT = """\
#!/bin/sh
# Written by the module hotstandby.vrrp.vrrp_agent; the next run of it undoes changes.
exec {python} -IB "$(readlink -f {current})/{start}" "$@"
"""

PACKAGES = ("vrrp", "deployment", "keepalived")  # the folders of a release
PYROUTE2 = "pyroute2"  # and that of the agent's only dependency
START = "hotstandby.py"
START_TEXT = '''\
"""The VRRP agent and its command line, out of the release that this file belongs to."""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

if sys.argv[1:2] == ["cleanup"] and len(sys.argv) == 4:  # a restart waits for it: nothing else is loaded
    from vrrp.agent.cleanup import main
elif sys.argv[1:2] == ["module"]:  # by Ansible. Its code has relative imports, so the release is a package here
    import types

    package = sys.modules["release"] = types.ModuleType("release")
    package.__path__ = [sys.path[0]]
    from release.deployment.module_entry import main
else:
    from vrrp.cli import main

sys.exit(main())
'''


def text(python: str) -> str:
    """Return the text of the command, for the interpreter at the path ``python``."""
    return _TEXT.format(python=python, current=CURRENT, start=START)
