# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It holds the smallest file; tests of single keywords add lines to it."""

from __future__ import annotations

from vrrp.config.loader import inspect, load

LEAST = """\
global_defs {
GLOBALS
}
BLOCKS
vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    priority 100
    virtual_ipaddress {
        192.0.2.1/24
    }
LINES
}
"""


def text(lines="", globals_="", blocks="", least=LEAST):
    return least.replace("LINES", lines).replace("GLOBALS", globals_).replace("BLOCKS", blocks)


def configuration(lines="", globals_="", blocks="", least=LEAST):
    return load(text(lines, globals_, blocks, least), "f")


def instance(lines="", globals_="", blocks="", least=LEAST):
    return configuration(lines, globals_, blocks, least).instances[0]


def errors(lines="", globals_="", blocks="", least=LEAST):
    """Return every error as "line: text. rule (hint)"."""
    return [str(problem)[2:] for problem in inspect(text(lines, globals_, blocks, least), "f").problems]


def warnings(lines="", globals_="", blocks="", least=LEAST):
    report = inspect(text(lines, globals_, blocks, least), "f")
    assert report.problems == ()
    return [str(problem)[2:] for problem in report.warnings]
