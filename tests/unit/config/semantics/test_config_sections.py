# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that unknown keywords, keywords in the wrong place and open blocks are errors with their place."""

from __future__ import annotations

from decimal import Decimal

import pytest
from valid_file import GOOD, refuses

from vrrp.config.loader import inspect, load
from vrrp.config.model.trackers import Script
from vrrp.config.semantics.sections import fields_of
from vrrp.config.syntax.diagnostics import Location

# name: (text to replace, its replacement, [(line, column, text of the message, rule or hint)])
CASES = {
    "unknown keyword": (
        "    priority 100",
        "    priorty 100",
        [(14, 5, 'unknown keyword "priorty" in vrrp_instance', "(did you mean priority?)")],
    ),
    "unknown keyword by case": (
        "    priority 100",
        "    Priority 100",
        [(14, 5, 'unknown keyword "Priority" in', "(did you mean priority?)")],
    ),
    "unknown keyword by hyphen": (
        "virtual_router_id 51",
        "virtual-router-id 51",
        [(13, 5, 'unknown keyword "virtual-router-id"', "(did you mean virtual_router_id?)")],
    ),
    "unknown keyword behind a no-break space": (
        "    priority 100",
        "    \xa0priority 100",
        [(14, 5, 'unknown keyword "\\xa0priority"', "(did you mean priority?)")],
    ),
    "keyword that nothing resembles": (
        "    priority 100",
        "    frobnicate 100",
        [(14, 5, 'unknown keyword "frobnicate" in vrrp_instance', "vrrp_instance")],
    ),
    "unknown block": (
        "vrrp_instance VI_1 {",
        "vrrp_instanc VI_1 {",
        [(10, 1, 'unknown keyword "vrrp_instanc" at the top of the file', "(did you mean vrrp_instance?)")],
    ),
    "keyword of another block": (
        "    router_id NodeA",
        "    priority 100",
        [(2, 5, "priority belongs to vrrp_instance, not to global_defs", "")],
    ),
    "keyword at the top": (
        "vrrp_instance VI_1 {",
        "priority 100\nvrrp_instance VI_1 {",
        [(10, 1, "priority belongs to vrrp_instance, not to the top of the file", "is a } too many above?")],
    ),
    "block inside a block": (
        "    state BACKUP",
        "    global_defs { }",
        [(11, 5, "global_defs belongs to the top of the file, not to vrrp_instance", "")],
    ),
    "not supported in an instance": (
        "    state BACKUP",
        "    use_ipvlan",
        [(11, 5, "use_ipvlan is not supported", "the agent makes no ipvlan (use_vmac")],
    ),
    "not supported block in an instance": (
        "    state BACKUP",
        "    track_bfd {\n nobody weight 300 {\n }\n }",
        [(11, 5, "track_bfd is not supported", "@hotstandby track_gateway ADDRESS")],
    ),
    "not supported at the top": (
        "global_defs {",
        "net_namespace blue\nglobal_defs {",
        [(1, 1, "net_namespace is not supported", "NetworkNamespacePath=/run/netns/NAME")],
    ),
    "garp_interval in an instance": (
        "    state BACKUP",
        "    garp_interval 0.1",
        [(11, 5, "garp_interval belongs to garp_group, not to vrrp_instance", "vrrp_garp_interval in global_defs")],
    ),
    "our own keyword is unknown": (
        "    state BACKUP",
        "    @hotstandby sing",
        [(11, 17, 'unknown @hotstandby keyword "sing"', "")],
    ),
    "our own keyword without our mark": (
        "    router_id NodeA",
        "    agent_script_user nobody",
        [(2, 5, "agent_script_user is our own keyword", "write: @hotstandby agent_script_user")],
    ),
    "keepalived's keyword as our own": (
        "    state BACKUP",
        "    @hotstandby state BACKUP",
        [(11, 17, 'unknown @hotstandby keyword "state"', "write it without @hotstandby")],
    ),
    "our own line in a list": (
        "        192.168.8.100/24",
        "        192.168.8.100/24\n@hotstandby 192.0.2.9",
        [(22, 13, 'unknown @hotstandby keyword "192.0.2.9"', "")],
    ),
    "no value": ("    priority 100", "    priority", [(14, 5, '"priority" takes one value, none is given', "")]),
    "two values": (
        "    priority 100",
        "    priority 100 advert_int 2",
        [(14, 14, '"priority" takes one value, 3 are given', "one keyword on each line")],
    ),
    "keyword with a block": (
        "    state BACKUP",
        "    nopreempt {\n }",
        [(11, 5, "nopreempt takes no block", "is a } missing above?")],
    ),
    "block without a block": (
        "    state BACKUP",
        "    unicast_peer",
        [(11, 5, "unicast_peer has no block", "unicast_peer { ... }")],
    ),
    "instance without a name": (
        "vrrp_instance VI_1 {",
        "vrrp_instance {",
        [(10, 1, "vrrp_instance takes one name", "")],
    ),
    "instance with two names": (
        "vrrp_instance VI_1 {",
        "vrrp_instance VI 1 {",
        [(10, 1, "vrrp_instance takes one name", "")],
    ),
    "global_defs with a name": ("global_defs {", "global_defs all {", [(1, 13, "global_defs takes no value", "")]),
    "block in a list": (
        "        192.168.8.100/24",
        "        192.168.8.100/24\n x {\n }",
        [(22, 2, "a block inside virtual_ipaddress", "")],
    ),
    "state twice": (
        "    state BACKUP",
        "    state BACKUP\n    state MASTER",
        [(12, 5, "state is given twice, first in line 11", "keepalived keeps the first")],
    ),
    "notify twice": (
        "    notify /usr",
        "    notify /bin/true\n    notify /usr",
        [(31, 5, "notify is given twice, first in line 30", "keepalived keeps the first")],
    ),
    "unknown word in authentication": (
        "        auth_pass 1111",
        "        auth_pas 1111",
        [(18, 9, "unknown keyword in authentication", "(did you mean auth_pass?)")],
    ),
    "password on a line of its own": (
        "auth_pass 1111",
        "auth_pass\n        sesame",
        [(18, 9, '"auth_pass" takes one value, none is given', ""), (19, 9, "unknown keyword in authentication", "")],
    ),
    "brace missing at the end": (
        "    notify /usr/local/bin/notify\n}\n",
        "    notify /usr/local/bin/notify\n",
        [(10, 1, 'the block "vrrp_instance VI_1" is never closed', "")],
    ),
    "brace missing inside": (
        "        auth_pass 1111\n    }\n",
        "        auth_pass 1111\n",
        [
            (10, 1, 'the block "vrrp_instance VI_1" is never closed', ""),
            (
                19,
                5,
                "virtual_ipaddress belongs to vrrp_instance, not to authentication",
                "is the } of authentication missing above?",
            ),
            (22, 5, "unicast_src_ip belongs to vrrp_instance", ""),
            (23, 5, "unicast_peer belongs to vrrp_instance", ""),
            (26, 5, "track_script belongs to vrrp_instance", ""),
            (29, 5, "notify belongs to vrrp_instance", ""),
        ],
    ),
    "brace missing in a list": (
        "        192.168.8.100/24\n    }\n",
        "        192.168.8.100/24\n",
        [
            (10, 1, 'the block "vrrp_instance VI_1" is never closed', ""),
            (
                22,
                5,
                "unicast_src_ip belongs to vrrp_instance, not to virtual_ipaddress",
                "is the } of virtual_ipaddress missing above?",
            ),
            (23, 5, "unicast_peer belongs to", ""),
            (26, 5, "track_script belongs to", ""),
            (29, 5, "notify belongs to", ""),
        ],
    ),
    "brace too many": (
        "        auth_pass 1111\n    }\n",
        "        auth_pass 1111\n    }\n    }\n",
        [
            (21, 5, "virtual_ipaddress belongs to vrrp_instance, not to the top of the file", "is a } too many above?"),
            (24, 5, "unicast_src_ip belongs to", ""),
            (25, 5, "unicast_peer belongs to", ""),
            (28, 5, "track_script belongs to", ""),
            (31, 5, "notify belongs to", ""),
            (32, 1, "} closes nothing", ""),
        ],
    ),
    "byte order mark": ("global_defs {", "\ufeffglobal_defs {", [(1, 1, "the file begins with a byte order mark", "")]),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_wrong_keywords_and_blocks_are_errors_with_their_place(case):
    refuses(*case)


def test_the_good_file_is_good():
    report = inspect(GOOD, "f")
    assert report.problems == report.warnings == ()


def test_all_errors_at_once_in_the_order_of_the_lines():
    text = GOOD.replace("priority 100", "priority 0").replace("51", "256").replace("router_id NodeA", "route_id NodeA")
    assert [problem.line for problem in inspect(text, "f").problems] == [2, 13, 14]


def test_no_message_repeats_a_password():
    for old, new in [
        ("auth_pass 1111", 'auth_pass "sesame" "street"'),
        ("auth_pass 1111", "auth_pass sesame street"),
        ("auth_pass 1111", "auth_pass\nsesame"),
        ("auth_pass 1111", 'auth_pass "sesame'),
        ("auth_pass 1111", "auth_pas sesame"),
        ("auth_pass 1111", "auth_pass sesame {"),
        ("auth_pass 1111", "@hotstandby auth_pass sesame"),
        ("auth_type PASS", "auth_type PASS auth_pass sesame"),
        ("    state BACKUP", "    auth_pass sesame"),
        ("    state BACKUP", "    auth_pass sesame {"),
        ("    authentication {", "    authentication auth_pass sesame {"),
    ]:
        assert GOOD.count(old) == 1
        report = inspect(GOOD.replace(old, new), "f")
        assert report.problems
        assert "sesame" not in repr(report) + "".join(map(str, report.problems + report.warnings))


def test_a_line_of_another_file_is_named_with_its_file():
    here = Location("a.conf", 3, 1)
    assert here.seen_from(Location("a.conf", 9, 9)) == "line 3"
    assert here.seen_from(Location("b.conf", 9, 9)) == "line 3 of a.conf"


def test_the_values_that_are_fields_of_a_model():
    values = {"rise": 2, "interval_s": Decimal("0.5"), "nosuch": 1}
    assert fields_of(Script, values) == {"rise": 2, "interval_s": 0.5}
    assert type(fields_of(Script, values)["interval_s"]) is float


def test_a_field_without_a_rule_is_that_of_the_instance_or_of_global_defs():
    text = (
        "global_defs {\n router_id a\n vrrp_down_timer_adverts 5\n log_unknown_vrids\n}\n"
        "vrrp_instance VI_1 {\n interface eth0\n virtual_router_id 51\n kernel_rx_buf_size 9\n%s"
        " virtual_ipaddress {\n 192.0.2.1/24\n }\n}\n"
    )
    found = load(text % "", "f")
    assert (found.globals.log_unknown_vrids, found.instances[0].kernel_rx_buf_size) == (True, 9)
    assert found.instances[0].down_timer_adverts == 5
    assert load(text % " down_timer_adverts 4\n", "f").instances[0].down_timer_adverts == 4
