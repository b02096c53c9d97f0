# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that a doubtful file is loaded with a warning."""

from __future__ import annotations

import pytest

from vrrp.config.loader import inspect

FILE = """\
vrrp_instance VI_1 {
    state BACKUP
    interface eth0
    virtual_router_id 51
    priority 100
    authentication {
        auth_type PASS
        auth_pass 1111
    }
    virtual_ipaddress {
        192.168.8.100/24
    }
}
"""

WARNINGS = {
    "nopreempt with state MASTER": (
        "state BACKUP",
        "state MASTER\n    nopreempt",
        (3, 5, "nopreempt has no effect with state MASTER"),
    ),
    "nopreempt with priority 255": (
        "priority 100",
        "priority 255\n    nopreempt",
        (6, 5, "nopreempt has no effect with priority 255"),
    ),
    "preempt_delay with state MASTER": (
        "state BACKUP",
        "state MASTER\n    preempt_delay 5",
        (3, 19, "preempt_delay has no effect with state MASTER"),
    ),
    "preempt_delay with nopreempt": (
        "state BACKUP",
        "nopreempt\n    preempt_delay 5",
        (3, 19, "preempt_delay has no effect with nopreempt"),
    ),
    "keyword twice": (
        "priority 100",
        "priority 100\n    priority 90",
        (6, 5, "priority is given twice, first in line 5"),
    ),
    "unicast_src_ip alone": (
        "state BACKUP",
        "unicast_src_ip 192.168.8.4",
        (2, 20, "unicast_src_ip without unicast_peer: advertisements go to the multicast group"),
    ),
    "script that nobody tracks": (
        "vrrp_instance",
        "vrrp_script chk {\nscript /bin/true\n}\nvrrp_instance",
        (1, 1, 'vrrp_script "chk" is tracked by no instance, so it never runs'),
    ),
    "a check several times a second": (
        "vrrp_instance VI_1 {",
        "vrrp_script chk {\n    script /bin/true\n    interval 0.5\n}\n"
        "vrrp_instance VI_1 {\n    track_script {\n        chk\n    }",
        (3, 14, "interval 0.5 is a fraction"),
    ),
    "comment glued to the password": (
        "auth_pass 1111",
        "auth_pass ab#cd",
        (8, 19, "a comment begins right behind auth_pass"),
    ),
}


@pytest.mark.parametrize("case", WARNINGS.values(), ids=WARNINGS.keys())
def test_a_doubtful_line_is_warned_of_at_its_place(case):
    old, new, (line, column, text) = case
    assert FILE.count(old) == 1
    report = inspect(FILE.replace(old, new), "f")
    assert report.problems == ()
    assert report.configuration is not None
    (warning,) = report.warnings
    assert (warning.line, warning.column, warning.text, warning.severity) == (line, column, text, "warning")
    assert str(warning).startswith(f"f:{line}:{column}: warning: {text}")


def test_state_master_without_a_priority_owns_the_addresses():
    (warning,) = inspect(FILE.replace("state BACKUP", "state MASTER").replace("    priority 100\n", ""), "f").warnings
    assert (warning.line, warning.text) == (2, "state MASTER without a priority means priority 255")


def test_the_last_of_two_lines_counts():
    report = inspect(FILE.replace("priority 100", "priority 100\n    priority 90"), "f")
    assert report.configuration.instances[0].priority == 90
