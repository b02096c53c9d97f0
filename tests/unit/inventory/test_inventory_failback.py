# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test the policies of a rolling update, and what is refused."""

from __future__ import annotations

import pytest
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.failback import agreed, failback


@pytest.mark.parametrize(
    ("value", "read"),
    [
        ("never", ("never", None)), ("Manual", ("manual", None)), ("immediate", ("immediate", None)),
        ({"after": 300}, ("after", 300)), ({"after": "300"}, ("after", 300)), ("after: 300", ("after", 300)),
    ],
)  # fmt: skip
def test_a_policy(value, read):
    assert failback(value) == read


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("sometimes", "'sometimes' is not a policy: say never, manual, immediate, or after: SECONDS"),
        (True, "'true' is not a policy"),
        ("after", "'None' is not a whole number of seconds from 1 to"),
        ({"after": 0}, "'0' is not a whole number of seconds"),
        ({"after": True}, "'True' is not a whole number of seconds"),
        ({"after": "5m"}, "'5m' is not a whole number of seconds"),
        ({"after": 10**8}, "seconds from 1 to 2592000"),
        ({"never": 300}, "'never' is not a policy"),
        ({"after": 300, "never": None}, "it names 2 policies, and a pair has one"),
        (["never", "manual"], "it is a list, and a pair has one policy"),
    ],
)
def test_a_value_that_is_no_failback_policy_is_refused(value, message):
    with pytest.raises(ValueError, match=".*") as caught:
        failback(value)
    assert message in str(caught.value)


def test_a_pair_has_one_policy():
    assert agreed({"a": {"after": 5}, "b": "after: 5"}) == {"policy": "after", "seconds": 5, "problem": ""}
    problem = agreed({"a": {"after": 5}, "b": "never"})["problem"]
    assert problem == "ha_pair_failback: a has after: 5, b has never: give both hosts one policy"
    assert agreed({"a": "never", "b": "no"})["problem"].startswith("b: ha_pair_failback: 'no' is not a policy")
