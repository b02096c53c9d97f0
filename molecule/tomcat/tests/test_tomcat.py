# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run the classic example as it is described, and let Tomcat die while the agent lives."""

from __future__ import annotations

import re

from conftest import A, B, Pair

CONFIG = "/etc/hotstandby/hotstandby.conf"


def test_the_configuration_is_that_of_the_example(pair: Pair) -> None:
    expected = (("NodeA", "MASTER", 100), ("NodeB", "BACKUP", 90))
    for (name, host), (router, state, priority) in zip(pair.each(), expected):
        text = host.file(CONFIG).content_string
        for line in (
            f"router_id {router}",
            f"state {state}",
            "interface eth0",
            "virtual_router_id 51",
            f"priority {priority}",
            "advert_int 1",
            "auth_type PASS",
            "auth_pass 1111",
            "192.168.8.100/24",
        ):
            found = re.search(rf"^\s*{re.escape(line)}$", text.replace('"', ""), re.MULTILINE)
            assert found, f"{line} is not in\n{text}"
        pair.judge(name, CONFIG)


def test_each_tomcat_serves_its_own_page(pair: Pair) -> None:
    for name, _host in pair.each():
        assert pair.bed.served_by(pair.bed.node(name).ip) == name


def test_the_address_is_on_a_beside_its_own(pair: Pair) -> None:
    pair.settled_on(A)
    assert pair.bed.get() == "this is the test page\n<br>\nfrom server 192.168.8.4\n"
    shown = pair.a.check_output("ip -4 -o addr show dev eth0")
    assert "inet 192.168.8.4/24" in shown
    assert "inet 192.168.8.100/24" in shown


def test_the_agent_of_a_is_stopped_and_the_page_is_that_of_b(pair: Pair) -> None:
    pair.settled_on(A)
    pair.a.check_output("systemctl stop hotstandby")
    try:
        pair.settled_on(B)
        assert pair.bed.get() == "this is the test page\n<br>\nfrom server 192.168.8.6\n"
        log = pair.b.check_output("journalctl --unit hotstandby --output cat --no-pager")
        assert "(VI_1) Entering MASTER STATE" in log
    finally:
        pair.a.check_output("systemctl start hotstandby")
    pair.settled_on(A)


def test_tomcat_of_a_dies_while_the_agent_lives(pair: Pair) -> None:
    pair.settled_on(A)
    pair.a.check_output("systemctl kill --signal SIGKILL tomcat10")
    pair.a.check_output("systemctl stop tomcat10")  # else systemd would start it again
    try:
        pair.settled_on(B)
        assert pair.a.service("hotstandby").is_running
    finally:
        pair.a.check_output("systemctl start tomcat10")
    pair.settled_on(A)


def test_the_whole_node_dies(pair: Pair) -> None:
    pair.settled_on(A)
    pair.bed.kill(A)
    try:
        pair.settled_on(B)
    finally:
        pair.bed.start(A)
    pair.settled_on(A)
