# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that every program and FIFO of a file is listed with its place and user, also after a way as JSON."""

from __future__ import annotations

import json
import pickle

from vrrp.config.loader import inspect
from vrrp.config.semantics.programs import Program, Programs, from_json
from vrrp.config.syntax.diagnostics import Location

TEXT = """\
global_defs {
    enable_script_security
    script_user alice staff
    startup_script "/bin/start now"
    notify_fifo /run/hotstandby/all bob
    notify_fifo_script /bin/reader
}
vrrp_script chk {
    script "/bin/chk --password s3cr3t"
    user carol
}
vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    virtual_ipaddress {
        192.168.8.100/24
    }
    track_script {
        chk
    }
    notify /bin/told
    notify_master "/bin/told master" dave wheel
}
vrrp_sync_group G {
    group {
        VI_1
    }
    notify_fault /bin/fault
}
"""


def listed(text=TEXT):
    report = inspect(text, "f")
    assert report.configuration is not None, report.problems
    return report.programs


def test_all_programs_have_their_places_and_users():
    found = listed()
    assert found.is_secure
    assert found.users == (Program(Location("f", 3, 5), "", "alice", "staff"),)
    assert found.fifos == (Program(Location("f", 5, 5), "/run/hotstandby/all", "bob"),)
    assert [(place.line, *rest) for place, *rest in found.commands] == [
        (9, "/bin/chk", "carol", None),
        (4, "/bin/start", None, None),
        (6, "/bin/reader", None, None),
        (21, "/bin/told", None, None),
        (22, "/bin/told", "dave", "wheel"),
        (28, "/bin/fault", None, None),
    ]


def test_a_file_without_programs_has_none():
    lines = TEXT.splitlines(keepends=True)
    assert listed("".join(lines[11:17] + lines[22:23])) == Programs()


def test_a_file_with_errors_has_none():
    assert inspect(TEXT.replace("_id 51", "_id 0"), "f").programs == Programs()


def test_the_list_travels_as_json_and_as_a_pickle():
    found = listed()
    assert from_json(json.loads(json.dumps(found))) == found
    assert pickle.loads(pickle.dumps(found)) == found
    assert from_json(json.loads(json.dumps(Programs()))) == Programs()


def test_the_arguments_of_a_command_are_not_in_it():
    assert "s3cr3t" not in repr(listed())
