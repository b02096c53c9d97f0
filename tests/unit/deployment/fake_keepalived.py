# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It stands for a keepalived with its service: it takes its file when systemctl tells it to, and has no network."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment import (
    keepalived_client,
    keepalived_file,
    keepalived_status,
)
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.module_entry import Module
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.module_io import CommandRunner
from ansible_collections.hotstandby.vrrp.plugins.module_utils.keepalived import holds, reader
from ansible_collections.hotstandby.vrrp.plugins.module_utils.vrrp.client import AgentUnreachable
from ansible_collections.hotstandby.vrrp.plugins.module_utils.vrrp.config.loader import inspect

VIP = "192.168.8.100/24"
FILE = f"""# Written by the role hotstandby.vrrp.ha_pair; the next run of it undoes changes.
vrrp_instance VI_1 {{
    interface eth0
    virtual_router_id 51
    priority 90
    advert_int 1
    authentication {{
        auth_type PASS
        auth_pass 2222
    }}
    virtual_ipaddress {{
        {VIP}
    }}
}}
"""
FOREIGN = FILE.partition("\n")[2]
_SIGTERM = 143  # as the shell tells it


class FakeKeepalived:
    """Its peer advertises ``peer``. ``complaint`` is what keepalived says of a file that it tests.

    ``test_ends`` is the exit status of that, where it is not the usual one.

    ``deaf``: it does not take a file that it is told to reload. ``alone``: no peer takes over.
    """

    def __init__(self, monkeypatch: Any, path: Any, text: str = FILE, running: bool = True):
        self.path = path
        if text:
            path.write_text(text)
            path.chmod(0o600)
        self.running, self.enabled = running, running
        self.in_force = text if running else ""
        self.peer, self.complaint, self.deaf, self.alone = 100, "", False, False
        self.version, self.test_ends = "2.2.7", 0
        self.commands: list[str] = []
        self.warnings: list[str] = []  # of the module that has it as its keepalived
        monkeypatch.setattr(reader, "find", lambda: ("keepalived",) if self.running else ())
        monkeypatch.setattr(keepalived_status, "read", self.read)
        monkeypatch.setattr(keepalived_file, "_TAKEN_S", 0.0)
        monkeypatch.setattr(keepalived_file.shutil, "which", lambda *_words, **_path: "/usr/sbin/keepalived")

    @property
    def run(self) -> CommandRunner:
        return CommandRunner(self.run_command)

    def run_command(self, words: list[str], **_options: Any) -> tuple[int, str, str]:
        if words[:2] == ["systemctl", "show"]:
            state, file = "active" if self.running else "inactive", "enabled" if self.enabled else "disabled"
            return 0, f"ActiveState={state}\nUnitFileState={file}\n", ""
        if words[0] == "sh":
            said = f"({words[-1]}: Line 3) {self.complaint}\n" if self.complaint else ""
            return (
                self.test_ends or (5 if said else 0),
                "",
                f"{said}Terminated\n" if self.test_ends == _SIGTERM else said,
            )
        if words == ["keepalived", "--version"]:
            return 0, "", f"Keepalived v{self.version} (01/16,2022)\n\nCopyright(C) 2001-2022\n"
        verb = next((word for word in words[1:] if not word.startswith("-")), "")
        self.commands.append(verb)
        if verb in ("start", "reload", "restart"):
            self.running = True
            self.in_force = self.in_force if self.deaf else self.path.read_text()
        elif verb == "stop":
            self.running, self.in_force = False, ""
        elif verb in ("enable", "disable"):
            self.enabled = verb == "enable"
        return 0, "", ""

    def read(self, with_holds: bool = True) -> dict[str, Any]:
        """Stand for keepalived_status.read()."""
        if not self.running:
            raise AgentUnreachable(keepalived_status.NOBODY)
        found, own = holds.read(self.in_force), holds.own_priorities(self.in_force)
        instances = [self._instance(each, own if with_holds else {}, found) for each in self._configured()]
        return {"version": None, "drained": found.drained is not None, "maintenance": None, "instances": instances}

    def _configured(self) -> Any:
        return inspect(self.in_force, "f").configuration.instances

    def _instance(self, each: Any, own: dict[str, int], found: holds.Holds) -> dict[str, Any]:
        state = "MASTER" if self.alone or each.priority > self.peer else "BACKUP"
        addresses = [str(item.address) for item in each.addresses]
        peer = {"address": "192.168.8.4", "priority": self.peer, "seen_s": 0.1}
        return {
            "name": each.name, "state": state, "why": f"{state} because of a test", "version": each.version,
            "virtual_router_id": each.virtual_router_id, "addresses": addresses, "advert_int_s": 0.01,
            "addresses_present": addresses if state == "MASTER" else [], "priority": each.priority,
            "base_priority": own.get(each.name, each.priority), "preempt": not each.nopreempt, "faults": [],
            "reasons": [], "peers": [peer], "since_s": 3.0, "hold": found.states.get(each.name, (None,))[0],
            "maintenance": None, "master": peer if state == "BACKUP" else None,
        }  # fmt: skip


class Asked(Module):
    """It is the module of a task on the node of a fake keepalived. ``usual`` are its options, ``params`` others."""

    def __init__(self, fake: FakeKeepalived, usual: dict[str, Any], check: bool = False, **params: Any):
        super().__init__({"params": {**usual, **params}, "check_mode": check})
        self.run_command = fake.run_command


@pytest.fixture
def kept(tmp_path: Any, monkeypatch: Any) -> FakeKeepalived:
    """Return a keepalived, whose file is there."""
    monkeypatch.setattr(keepalived_file, "CONFIG", str(tmp_path / "keepalived.conf"))
    monkeypatch.setattr(keepalived_client, "_BETWEEN_LOOKS_S", 0.0)
    return FakeKeepalived(monkeypatch, tmp_path / "keepalived.conf")
