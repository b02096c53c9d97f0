# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that a keyword without effect gives a warning or an error, or is reported as one of another daemon."""

from __future__ import annotations

import pytest
from smallest_file import LEAST, configuration, errors, instance, text, warnings

from vrrp.config.keywords.table import IGNORED, REFUSED, Block, blocks
from vrrp.config.loader import inspect


def entries(standing):
    return [
        (block.name, entry)
        for block in blocks()
        if block.name in ("", "global_defs", "vrrp_instance", "vrrp_sync_group")
        for entry in block.keywords.values()
        if entry.standing == standing
    ]


def put(home, line):
    if home == "vrrp_sync_group":
        return {"blocks": f"vrrp_sync_group G {{\ngroup {{\nVI_1\n}}\n{line}\n}}"}
    return {{"": "blocks", "global_defs": "globals_", "vrrp_instance": "lines"}[home]: line}


def line_of(entry):
    if not isinstance(entry, Block):
        return f"{entry.name} 1"
    return f"{entry.name} {'NAME' if entry.named else ''} {{\nx y {{\nz\n}}\n}}"


@pytest.mark.parametrize(("home", "entry"), entries(IGNORED), ids=lambda value: getattr(value, "name", value))
def test_an_ignored_keyword_is_warned_of_and_the_file_is_usable(home, entry):
    found = [line for line in warnings(**put(home, line_of(entry))) if "has one member" not in line]
    (warning,) = found
    if entry.foreign:
        assert f": warning: {entry.name} is not ours. the file configures other parts" in warning
    else:
        assert f": warning: {entry.name} has no effect. {entry.help}" in warning


@pytest.mark.parametrize(("home", "entry"), entries(REFUSED), ids=lambda value: getattr(value, "name", value))
def test_a_refused_keyword_is_an_error_with_its_line(home, entry):
    (error,) = errors(**put(home, line_of(entry)))
    assert f": error: {entry.name} is not supported. {entry.help} ({entry.instead})" in error


def test_a_refused_keyword_that_asks_for_nothing_is_taken():
    assert warnings("old_unicast_checksum never") == []
    assert errors("old_unicast_checksum") != []


def test_every_ignored_keyword_is_in_the_table():
    standings = {entry.standing for _home, entry in entries(IGNORED)}
    assert standings == {IGNORED}
    assert len(entries(IGNORED)) > 100


LVS = """\
virtual_server 192.0.2.80 80 {
    delay_loop 6
    real_server 192.0.2.81 80 {
        weight 1
        TCP_CHECK {
            connect_timeout 3
        }
    }
}
virtual_server fwmark 1 { }
bfd_instance B {
    neighbor_ip 192.0.2.3
}
"""


def test_other_parts_of_keepalived_are_told_once():
    assert warnings("lvs_sync_daemon_interface eth0", "lvs_flush\nchecker_priority -5", LVS) == [
        "2:1: warning: lvs_flush is not ours, and 5 more of its kind below. the file configures other parts of"
        " keepalived too, and they are left alone (keepalived may go on doing that part, from a file without"
        " vrrp_instance)"
    ]


def test_a_word_that_nobody_knows_is_an_error_beside_them():
    assert errors("", "", LVS + "virtual_servr x { }") == [
        '17:1: error: unknown keyword "virtual_servr" at the top of the file (did you mean virtual_server?)'
    ]


def test_an_ignored_block_may_hold_anything():
    lines = "notification_email {\nadmin@example.com {\nstate\n}\nvirtual_router_id\n}"
    (warning,) = warnings("", lines)
    assert warning.startswith("2:1: warning: notification_email has no effect. the agent sends no e-mail")


def test_the_rest_of_a_file_with_ignored_keywords_works():
    assert instance("smtp_alert\npriority 90", "vrrp_rt_priority 50").priority == 90
    assert configuration("", "", LVS).instances[0].name == "VI_1"


def test_a_keyword_in_the_wrong_place_stays_an_error():
    assert errors("smtp_server 127.0.0.1") == ["12:1: error: smtp_server belongs to global_defs, not to vrrp_instance"]


def test_the_least_file_has_nothing_to_say():
    report = inspect(text(), "f")
    assert report.problems == report.warnings == ()
    assert LEAST.count("\n") == 13
