# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that a reload does not parse what a plan has parsed, and still checks everything else anew."""

from __future__ import annotations

import base64
import json
import zlib
from ipaddress import ip_interface
from types import SimpleNamespace

import pytest

from vrrp.agent.control import reload
from vrrp.agent.control.server import CommandError
from vrrp.agent.netlink.links import ActualAddress
from vrrp.config import loader
from vrrp.config.semantics.programs import from_json

TEXT = """\
vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    priority 120
    virtual_ipaddress {
        192.168.8.100/24
    }
}
"""
INCLUDING = TEXT.replace("priority 120", "include priority.conf")
KEY = "    auth_hmac {\n        key 1 file:%s\n        active_key 1\n    }\n    virtual_ip"


@pytest.fixture
def parsed(monkeypatch):
    """Return the list of the texts that were parsed."""
    texts, real = [], loader.parse
    monkeypatch.setattr(loader, "parse", lambda text, *rest: texts.append(text) or real(text, *rest))
    return texts


@pytest.fixture
def agent(rig, play):
    """Return ``agent(scenario)``: ``scenario(node)`` has ``plan``, ``write`` and ``reload`` of an agent."""

    def run(scenario):
        async def started():
            async with rig() as machine:
                machine.path.touch(0o600)

                def plan(text, **more):
                    candidate = base64.b64encode(zlib.compress(text.encode())).decode()
                    answer = machine.command("plan", candidate=candidate, **more)
                    return json.loads(json.dumps(answer))

                scenario(
                    SimpleNamespace(
                        machine=machine,
                        plan=plan,
                        write=machine.path.write_text,
                        reload=lambda: machine.command("reload"),
                        config=lambda: machine.agent.configuration.instances[0],
                    )
                )

        play(started)

    return run


def test_a_planned_text_is_parsed_once(agent, parsed):
    def scenario(node):
        planned = node.plan(TEXT)
        node.write(TEXT)
        assert node.reload()["changed"] == ["VI_1"]
        assert (parsed, node.config().priority) == ([TEXT], 120)
        assert node.machine.agent.digest == planned["config_sha256"]
        assert node.reload()["changes"] == []
        assert parsed == [TEXT]

    agent(scenario)


def test_another_text_than_the_planned_one_is_parsed(agent, parsed):
    def scenario(node):
        other = TEXT.replace("120", "130")
        node.plan(TEXT)
        node.write(other)
        node.reload()
        assert (parsed, node.config().priority) == ([TEXT, other], 130)
        node.plan(TEXT)
        node.write(TEXT + "}\n")
        with pytest.raises(CommandError, match="is not valid"):
            node.reload()

    agent(scenario)


def test_an_included_file_that_has_changed_is_read(agent, parsed):
    def scenario(node):
        included = node.machine.path.parent / "priority.conf"
        included.write_text("priority 120\n")
        node.plan(INCLUDING)
        node.write(INCLUDING)
        node.reload()
        assert (parsed, node.config().priority) == ([INCLUDING], 120)
        node.plan(INCLUDING)
        included.write_text("priority 140\n")
        node.reload()
        assert (parsed, node.config().priority) == ([INCLUDING] * 3, 140)

    agent(scenario)


def test_a_key_file_that_has_changed_is_read(agent, parsed, tmp_path):
    key, text = tmp_path / "key", TEXT.replace("    virtual_ip", KEY % (tmp_path / "key"))

    def scenario(node):
        key.write_text("k" * 32)
        node.plan(text)
        key.write_text("n" * 32)
        node.write(text)
        node.reload()
        assert (parsed, node.config().hmac.keys[0].secret) == ([text], b"n" * 32)
        node.plan(text)
        key.unlink()
        with pytest.raises(CommandError, match="is not valid") as caught:
            node.reload()
        assert "the file of key 1 cannot be read" in caught.value.problems[0]

    agent(scenario)


def test_permissions_and_addresses_are_looked_at_anew(agent, parsed):
    def scenario(node):
        assert node.plan(TEXT)["warnings"] == []
        node.write(TEXT)
        node.machine.path.chmod(0o666)
        assert "the file has mode 0666" in node.reload()["warnings"][0]
        own = TEXT.replace("8.100/24", "8.101/24")
        node.plan(own)
        node.machine.kernel.table.remember(ActualAddress(2, ip_interface("192.168.8.101/24")))
        node.write(own)
        with pytest.raises(CommandError) as caught:
            node.reload()
        assert "192.168.8.101 is this host's own address on eth0" in caught.value.problems[0]
        assert parsed == [TEXT, own]

    agent(scenario)


def test_the_last_parse_alone_is_kept_and_not_for_long(agent, parsed):
    def scenario(node):
        later, timers = node.machine.agent.reload, []

        def call_later(delay_s, callback):
            timers.append(SimpleNamespace(delay_s=delay_s, callback=callback, cancelled=False))
            return SimpleNamespace(cancel=lambda: setattr(timers[-1], "cancelled", True))

        later._later = call_later
        node.plan(TEXT)
        node.plan(TEXT.replace("120", "130"))
        assert [(each.delay_s, each.cancelled) for each in timers] == [(reload.KEPT_S, True), (reload.KEPT_S, False)]
        timers[-1].callback()
        assert later._parsed == b""
        node.write(TEXT)
        node.reload()
        assert parsed == [TEXT, TEXT.replace("120", "130"), TEXT]

    agent(scenario)


def test_a_plan_lists_the_programs_where_they_are_asked_for(agent):
    def scenario(node):
        text = TEXT.replace("    virtual_ip", '    notify "/bin/true s3cr3t" root\n    virtual_ip')
        assert "programs" not in node.plan(text)
        answer = node.plan(text, programs=True)
        assert [tuple(each[1:]) for each in from_json(answer["programs"]).commands] == [("/bin/true", "root", None)]
        assert "s3cr3t" not in json.dumps(answer["programs"])

    agent(scenario)
