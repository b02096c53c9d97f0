# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test the language of faults: each printed fault can be read, and an error says what to write."""

from __future__ import annotations

import pytest

from vrrp.simulation.faults import NODE_VERBS, FaultError, InjectedFault, demand_power, parse

NAMES = ("node-a", "node-b")


@pytest.mark.parametrize(
    "text",
    [
        *(f"at 10: {verb} node-a" for verb in NODE_VERBS),
        "at 10.25: cut node-b on VI_1",
        "at 3: split node-a | node-b client",
        "at 3: heal",
        "at 3: loss 20%",
        "at 3: delay 1 ms to 5 ms",
        "at 3: check node-a -20",
        "at 3: reload node-a priority=90 interval=0.5 preempt=no",
        "at 3: break node-a script chk_tomcat failed",
        "at 3: wall clock node-a +3600",
    ],
)
def test_a_parsed_fault_is_printed_as_it_was_written(text):
    assert str(parse(text, NAMES)) == text


def test_a_fault_is_its_parts():
    assert parse("at 10: kill node-a", NAMES) == InjectedFault(10.0, "kill", ("node-a",))
    assert parse(" at 1.5 s :  delay 5 ms", NAMES) == InjectedFault(1.5, "delay", words=("5", "5"))
    assert parse("at 1: cut node-a on eth0", NAMES).only_on == "eth0"
    assert parse("at 2: wall clock +60", NAMES) == InjectedFault(2.0, "wall clock", (), ("+60",))


@pytest.mark.parametrize(
    "text, said",
    [
        ("kill node-a", "does not begin with a time (write: at 10: kill NODE)"),
        ("at 1.2.3: kill node-a", '"1.2.3" is no time in seconds'),
        ("at 10: kil node-a", '"kil" is no fault (did you mean "kill"?)'),
        ("at 10: kill node-c", 'there is no node "node-c" (did you mean "node-b"?). There are: node-a, node-b'),
        ("at 10: kill", '"kill" needs the name of a node (one of: node-a, node-b)'),
        ("at 10: kill node-a node-b", "(one line for each node)"),
        ("at 10: heal node-a", "(for one node: join node-a)"),
        ("at 10: loss 120%", "loss needs a share of 0% to 100% (write: loss 20%)"),
        ("at 10: delay 5 ms to 1 ms", "(write: delay 5 ms, or delay 1 ms to 5 ms)"),
        ("at 10: check node-a", "(write: check node-a -20)"),
        ("at 10: reload node-a priorty=90", 'cannot change "priorty=90" (did you mean "priority"?)'),
        ("at 10: reload node-a priority=256", '"256" is no priority (it may be 1 to 255)'),
        ("at 10: reload node-a preempt=maybe", '"maybe" is no preempt (it may be yes or no)'),
        ("at 10: wall clock node-a", "(write: wall clock NODE +3600, or wall clock +3600)"),
        ("at 10: split node-a | node-a", "split needs each node once"),
    ],
)
def test_the_error_message_explains_the_mistake_in_a_fault(text, said):
    with pytest.raises(FaultError) as caught:
        parse(text, NAMES)
    assert said in str(caught.value)


@pytest.mark.parametrize("verb", ["start", "restart"])
def test_no_agent_starts_without_power(verb):
    texts = (f"at 20: {verb} node-a", "at 10: kill node-a", "at 10: kill node-b", "at 15: boot node-b")
    with pytest.raises(FaultError) as caught:
        demand_power([parse(text, NAMES) for text in texts])
    assert str(caught.value) == (
        f'--fault "at 20: {verb} node-a": node-a has no power since "at 10: kill node-a" (write: at 20: boot node-a)'
    )


@pytest.mark.parametrize("verb", ["start", "restart"])
def test_an_agent_starts_where_there_is_power(verb):
    texts = ("at 10: kill node-a", "at 15: boot node-a", "at 16: stop node-a", f"at 20: {verb} node-a")
    demand_power([parse(text, NAMES) for text in (*texts, f"at 12: {verb} node-b")])
