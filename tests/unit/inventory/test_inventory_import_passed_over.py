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
        ("auth_type PASS", "auth_type pass", [("authentication", 8, PASSED)], "authentication", None),
        ("192.0.2.1/24", "192.0.2.1/24\n        fe80::1/64", [("virtual_ipaddress", 17, PASSED)], "ip_version", 4),
        ("    script /bin/true\n", "", [("track_script", 12, PASSED), ("vrrp_script", 1, PASSED)], "priority", 90),
    ],
)
def test_what_keepalived_passes_over_is_left_out_and_told(old, new, gaps, field, value):
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
        ("priority 90", "priority 300\n    advert_int 1.5"),  # one that is passed over beside one that is not
    ],
)
def test_any_other_error_is_a_problem_and_nothing_is_imported(old, new):
    found, told = changed(old, new)
    assert found.problems and told == []
    assert (found.shared, found.host) == ({}, {})
