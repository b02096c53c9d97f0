# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that vrrp_compare needs a keepalived and a good file, and shows no password. molecule/migrate has real ones."""

from __future__ import annotations

import socket
from ipaddress import ip_address

import pytest
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment import module_compare
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.change import DeploymentError
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.config_file import ConfigFile, Refused
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.module_entry import Module
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.wire_listener import advertisement
from ansible_collections.hotstandby.vrrp.plugins.module_utils.keepalived import reader
from ansible_collections.hotstandby.vrrp.plugins.module_utils.keepalived.dump import Dump, DumpBlock
from ansible_collections.hotstandby.vrrp.plugins.module_utils.keepalived.process import KeepalivedProcess
from ansible_collections.hotstandby.vrrp.plugins.module_utils.vrrp.agent.network import ip_headers
from ansible_collections.hotstandby.vrrp.plugins.module_utils.vrrp.protocol.packet import Advertisement, encode

TEXT = """\
vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    priority 90
    authentication {
        auth_type PASS
        auth_pass Xy7secr
    }
    virtual_ipaddress {
        192.168.8.100/24
    }
}
"""


def packet(priority=100, vrid=51):
    here, group = ip_address("192.168.8.4"), ip_address("224.0.0.18")
    said = Advertisement(2, vrid, priority, (ip_address("192.168.8.100"),), 100, auth_type=1, auth_data=b"Xy7secr\0")
    whole = ip_headers.write(here, group, encode(said, here, group))
    return advertisement("eth0", whole, socket.PACKET_MULTICAST)


@pytest.fixture
def module(tmp_path):
    def make(text=TEXT):
        params = {"content": text, "path": str(tmp_path / "a.conf"), "runtime_dir": str(tmp_path), "timeout": 7.0}
        made = Module({"params": params, "check_mode": True})
        made.no_log_values = {text}
        return made

    return make


@pytest.fixture
def keepalived(monkeypatch):
    """Let keepalived run, as standby of VI_1, and its master advertise."""
    values = {"State": "BACKUP", "Interface": "eth0", "Priority": "90", "Effective priority": "90"}
    record = DumpBlock("VI_1", values, {"Virtual IP": ["192.168.8.100/24 dev eth0"]})
    monkeypatch.setattr(reader, "find", lambda: (KeepalivedProcess(7, 1, ("keepalived",)),))
    monkeypatch.setattr(reader, "dump_of", lambda process: (Dump(DumpBlock(""), {"VRRP Topology": [record]}), 1000.0))
    asked = []

    def listen(interfaces, enough, timeout_s):
        heard = [packet(priority=0), packet(vrid=52)]
        asked.append((list(interfaces), timeout_s, enough(heard), enough([*heard, packet()])))
        return [*heard, packet()]

    monkeypatch.setattr(module_compare, "listen", listen)
    return asked


def test_it_compares_until_each_instance_was_heard_and_shows_no_password(module, keepalived):
    made = module()
    result = module_compare.run(made)
    assert keepalived == [(["eth0"], 7.0, False, True)]
    assert (result["changed"], result["problems"]) == (False, [])
    assert result["instances"][0]["sender"] == "192.168.8.4"
    assert "Xy7secr" not in f"{result}{made.params}"


def test_the_addresses_of_keepalived_are_no_problem_of_the_file(module, keepalived, monkeypatch):
    validate, asked = ConfigFile.validate, []
    monkeypatch.setattr(
        ConfigFile, "validate", lambda file, text, hosts: asked.append(list(hosts)) or validate(file, text, hosts)
    )
    module_compare.run(module())
    assert asked == [[ip_address("192.168.8.100")]]


def test_a_bad_file_is_refused_before_anything_is_heard(module, keepalived):
    with pytest.raises(Refused):
        module_compare.run(module(TEXT.replace("virtual_router_id", "virtual_id")))
    assert keepalived == []


def test_without_keepalived_there_is_nothing_to_compare_with(module, monkeypatch):
    monkeypatch.setattr(reader, "find", tuple)
    with pytest.raises(DeploymentError, match="there is nothing to compare with"):
        module_compare.run(module())


def test_a_keepalived_that_tells_nothing_is_named(module, keepalived, monkeypatch):
    def dump_of(process):
        raise reader.ReadError("it wrote nothing")

    monkeypatch.setattr(reader, "dump_of", dump_of)
    with pytest.raises(DeploymentError, match="it wrote nothing"):
        module_compare.run(module())


def test_a_kernel_that_gives_no_socket_is_told(module, keepalived, monkeypatch):
    def listen(*_arguments):
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(module_compare, "listen", listen)
    with pytest.raises(DeploymentError, match="which needs root"):
        module_compare.run(module())
