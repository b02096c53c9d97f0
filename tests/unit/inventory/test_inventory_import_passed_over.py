# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that lines are left out of an import which keepalived passes over, each with a gap, and no others."""

from __future__ import annotations

import pytest
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.from_keepalived import import_file

TEXT = """\
vrrp_script chk {
    script /bin/true
}
vrrp_instance A {
    interface eth0
    virtual_router_id 1
    priority 90
    authentication {
        auth_type PASS
        auth_pass 1111
    }
    track_script {
        chk
    }
    virtual_ipaddress {
        192.0.2.1/24
    }
}
"""


def changed(old, new):
    assert TEXT.count(old) == 1
    found = import_file(TEXT.replace(old, new), "f", secrets=True)
    gaps = [each for each in found.not_carried_over() if each["keyword"] != "script_user"]
    return found, [(each["keyword"], each["line"], each["why"].rpartition("; ")[2]) for each in gaps]


PASSED = "keepalived passes over it as well"
WHOLE = "keepalived passes over the whole block as well"
FIRST = "keepalived takes the first, and so does the import"


@pytest.mark.parametrize(
    ("old", "new", "gaps", "field", "value"),
    [
        (
            "priority 90",
            "priority 300",
            [("priority", 7, "keepalived takes 100, and so does the import")],
            "priority",
            100,
        ),
        # Without the line it would be 255.
        (
            "priority 90",
            "priority 0\n    state MASTER",
            [("priority", 7, "keepalived takes 100, and so does the import")],
            "priority",
            100,
        ),
        ("priority 90", "priority 80 100", [("priority", 7, FIRST)], "priority", 80),
        ("priority 90", "advert_int 1s", [("advert_int", 7, PASSED)], "advert_int_cs", 100),
        ("priority 90", "state MASTER\n    state BACKUP", [("state", 8, PASSED)], "initial_state", "MASTER"),
        ("auth_type PASS", "auth_type pass", [("authentication", 8, WHOLE)], "authentication", None),
        ("priority 90", "state BACKUP\n    state BACKUP", [("state", 8, PASSED)], "initial_state", "BACKUP"),
        ("script /bin/true", "script /bin/true\n interval 0", [("interval", 3, PASSED)], "priority", 90),
        ("script /bin/true", "script /bin/true\n timeout x", [("timeout", 3, PASSED)], "priority", 90),
        ("script /bin/true", "script /bin/true\n rise 0", [("rise", 3, PASSED)], "priority", 90),
        ("script /bin/true", "script /bin/true\n fall x", [("fall", 3, PASSED)], "priority", 90),
        ("        chk\n", "        chk\n        chk foo\n", [("track_script", 14, PASSED)], "priority", 90),
        ("        chk\n", "        chk\n        chk weight\n", [("track_script", 14, PASSED)], "priority", 90),
        ("        chk\n", "        chk\n        chk weight 5\n", [("track_script", 14, PASSED)], "priority", 90),
        ("priority 90", "track_process {\n  nix\n }", [("track_process", 8, PASSED)], "priority", 100),
        ("priority 90", "track_file {\n  nix\n }", [("track_file", 8, PASSED)], "priority", 100),
        ("192.0.2.1/24", "192.0.2.1/24\n        fe80::1/64", [("virtual_ipaddress", 17, PASSED)], "ip_version", 4),
        ("    script /bin/true\n", "", [("track_script", 12, PASSED), ("vrrp_script", 1, WHOLE)], "priority", 90),
    ],
)
def test_a_line_that_keepalived_passes_over_is_left_out_and_reported(old, new, gaps, field, value):
    found, told = changed(old, new)
    assert found.problems == []
    assert sorted(told) == sorted(gaps)
    assert getattr(found.configuration.instances[0], field) == value
    assert found.shared["ha_pair_instances"][0]["virtual_ipaddress"] == ["192.0.2.1/24"]


def test_a_password_of_two_words_is_the_first_one_and_no_message_has_it():
    found, told = changed("auth_pass 1111", "auth_pass s3cret more")
    assert found.configuration.instances[0].authentication.auth_pass == "s3cret"
    assert told == [("auth_pass", 10, FIRST)]
    assert "s3cret" not in repr(found.gaps)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("virtual_router_id 1", "virtual_router_id 256"),  # keepalived ends itself
        ("192.0.2.1/24", "192.0.2.1/24\n        192.0.2.1/24"),  # keepalived advertises it twice
        ("priority 90", "advert_int 1.5"),  # keepalived rounds it
        ("script /bin/true", "script /bin/true -x"),  # keepalived runs it without the argument
        # It tracks in all of these, with another weight.
        ("        chk\n", "        chk weight 254\n"),
        ("        chk\n", "        chk weight 300\n"),
        ("        chk\n", "        chk weight 5 foo\n"),
        ("        chk\n", "        chk {\n }\n"),
        # It reads more than the first value.
        ("script /bin/true", "script /bin/true\n    weight 10 reverse foo"),
        ("script /bin/true", "script /bin/true\n    user nobody nogroup extra"),
        ("priority 90", "use_vmac vr1 00:11:22:33:44:55 foo bar"),
        # It takes the default, and not what was said before.
        ("script /bin/true", "script /bin/true\n    interval 5\n    interval 0"),
        ("script /bin/true", "script /bin/true\n    rise 3\n    rise 0"),
        ("priority 90", "state MASTER\n    state SLAVE"),
        ("priority 90", "state BACKUP\n    state MASTER"),  # it takes the second
        ("vrrp_script chk {", "track_file t {\n    file /x\n    weight 300\n}\nvrrp_script chk {"),  # no list
        ("vrrp_script chk {", "track_file t {\n    file /x\n    weight 5 foo\n}\nvrrp_script chk {"),
        ("vrrp_script chk {", "track_group t {\n    group {\n        A B\n    }\n}\nvrrp_script chk {"),
        ("priority 90", "priority 300\n    advert_int 1.5"),  # one that is passed over beside one that is not
    ],
)
def test_any_other_error_is_a_problem_and_nothing_is_imported(old, new):
    found, told = changed(old, new)
    assert found.problems and told == []
    assert (found.shared, found.host) == ({}, {})


def test_of_a_line_of_a_group_only_the_names_that_are_not_there_are_left_out():
    second = TEXT[TEXT.index("vrrp_instance") :].replace("vrrp_instance A", "vrrp_instance B").replace("_id 1", "_id 2")
    group = "vrrp_sync_group G {\n    group {\n        X A Y B A Z\n    }\n}\n"
    found = import_file(TEXT + second.replace("192.0.2.1", "192.0.2.2") + group, "f", secrets=True)
    assert found.problems == []
    assert found.configuration.sync_groups[0].members == ("A", "B")
    told = [each["why"] for each in found.not_carried_over() if each["keyword"] == "group"]
    assert len(told) == 4 and all(each.endswith(PASSED) for each in told)


def test_no_gap_names_a_part_of_a_password_with_a_brace():
    found, told = changed("auth_pass 1111\n    }", "auth_pass ab}advert_int hunter2")
    assert [(keyword, line) for keyword, line, _why in told] == [("advert_int", 10)]
    assert found.problems == [] and "hunter2" not in repr(found.gaps)
