# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that the manager of an interface is found, from recorded answers and the files of a node."""

from __future__ import annotations

import pytest
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment import address_manager

NETWORKCTL = """● 2: eth0
                     Link File: n/a
                  Network File: {file}
                         State: routable ({state})
                  Online state: online
                          Type: ether
"""
NAME = "10-eth0.network"
NOBODY = {"name": "", "file": "", "keep": "", "netplan": False}


def node(tmp_path, **answers):
    """Return what is found on a node below tmp_path, where commands answer so, by their first words."""
    return address_manager.manager("eth0", str(tmp_path), lambda words: answers.get(words[0]))


def networkd(tmp_path, file=f"/etc/systemd/network/{NAME}", state="configured"):
    (tmp_path / "run/systemd/netif").mkdir(parents=True, exist_ok=True)
    return node(tmp_path, networkctl=NETWORKCTL.format(file=file, state=state))


def write(tmp_path, path, text):
    (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / path).write_text(text)


def test_an_interface_that_no_file_names_has_no_manager(tmp_path):
    assert node(tmp_path) == NOBODY


def test_networkd_is_told_with_its_file(tmp_path):
    write(tmp_path, f"etc/systemd/network/{NAME}", "[Match]\nName=eth0\n")
    assert networkd(tmp_path) == {
        "name": "systemd-networkd", "file": f"/etc/systemd/network/{NAME}", "keep": "", "netplan": False,
    }  # fmt: skip


@pytest.mark.parametrize("said", [{"state": "unmanaged"}, {"file": "n/a"}])
def test_an_interface_that_networkd_leaves_alone_is_not_its_own(tmp_path, said):
    assert networkd(tmp_path, **said) == NOBODY


def test_a_file_of_netplan_is_told(tmp_path):
    assert networkd(tmp_path, "/run/systemd/network/10-netplan-eth0.network")["netplan"] is True


def test_keep_configuration_comes_from_the_file_and_its_drop_ins(tmp_path):
    write(
        tmp_path, f"etc/systemd/network/{NAME}", "[Network]\nKeepConfiguration=no\n[DHCPv4]\nKeepConfiguration=dhcp\n"
    )
    assert networkd(tmp_path)["keep"] == "no"
    write(tmp_path, f"run/systemd/network/{NAME}.d/b.conf", "[Network]\nKeepConfiguration=static\n")
    assert networkd(tmp_path)["keep"] == "static"
    write(
        tmp_path, f"etc/systemd/network/{NAME}.d/b.conf", "[Network]\n#KeepConfiguration=no\nKeepConfiguration = yes\n"
    )
    assert networkd(tmp_path)["keep"] == "yes"
    write(tmp_path, f"etc/systemd/network/{NAME}.d/a.conf", "[Network]\nKeepConfiguration=no\n")
    assert networkd(tmp_path)["keep"] == "yes"


def test_network_manager_is_told_with_its_connection(tmp_path):
    assert node(tmp_path, nmcli="100 (connected)\nWired connection 1\n") == {
        **NOBODY, "name": "NetworkManager", "file": "Wired connection 1",
    }  # fmt: skip
    assert node(tmp_path, nmcli="10 (unmanaged)\n\n") == NOBODY


def test_ifupdown_is_told_with_its_file(tmp_path):
    write(tmp_path, "etc/network/interfaces", "source /etc/network/interfaces.d/*\nauto lo\niface lo inet loopback\n")
    assert node(tmp_path) == NOBODY
    write(tmp_path, "etc/network/interfaces.d/eth0", "auto eth0\niface eth0 inet static\n    address 192.168.8.4/24\n")
    assert node(tmp_path) == {**NOBODY, "name": "ifupdown", "file": "/etc/network/interfaces.d/eth0"}
