# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It defines the arguments of the modules that run through the release, in Ansible's words.

The module and its action plugin on the controller both read them, so this file imports nothing that an agent needs.
"""

from __future__ import annotations

from typing import Any

from . import paths

AUTO, HOTSTANDBY, KEEPALIVED = "auto", "hotstandby", "keepalived"

TERMS: dict[str, Any] = {"reason": {"type": "str"}, "expires": {"type": "str"}}
RUNTIME_DIR: dict[str, Any] = {"runtime_dir": {"type": "path", "default": paths.RUNTIME_DIRECTORY}}

PROGRAM: dict[str, Any] = {"program": {"type": "str", "choices": [HOTSTANDBY, KEEPALIVED], "default": HOTSTANDBY}}

VRRP_AGENT: dict[str, Any] = {
    **PROGRAM,
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "switch_user": {"type": "bool", "default": False},
    "writable_paths": {"type": "list", "elements": "path", "default": []},
    "metrics_listen": {"type": "str", "default": ""},
    "metrics_socket": {"type": "bool", "default": False},
    "metrics_textfile": {"type": "path", "default": ""},
    "_archive": {"type": "path"},
}

VRRP_COMPARE: dict[str, Any] = {
    "content": {"type": "str", "required": True, "no_log": True},
    "path": {"type": "path", "default": paths.CONFIG},
    "timeout": {"type": "float", "default": 15},
    **RUNTIME_DIR,
}

VRRP_CONFIG: dict[str, Any] = {
    **PROGRAM,
    "content": {"type": "str", "required": True, "no_log": True},
    "path": {"type": "path"},
    "confirm": {"type": "float"},
    "start": {"type": "bool", "default": False},
    "master_of": {"type": "list", "elements": "str", "default": []},
    "peer_key": {"type": "str", "default": "", "no_log": True},
    **RUNTIME_DIR,
}

VRRP_DRAIN: dict[str, Any] = {
    **PROGRAM,
    "state": {"type": "str", "choices": ["drained", "active"], "default": "drained"},
    "force": {"type": "bool", "default": False},
    **TERMS,
    "wait": {"type": "bool", "default": True},
    "timeout": {"type": "float", "default": 15},
    **RUNTIME_DIR,
}

REACH: dict[str, Any] = {
    "type": "list",
    "elements": "dict",
    "default": [],
    "options": {
        "interface": {"type": "str", "required": True},
        "source": {"type": "str", "required": True},
        "peer": {"type": "str", "required": True},
        "unicast": {"type": "bool", "default": False},
        "protocol": {"type": "str", "choices": ["vrrp", "ah", "udp"], "default": "vrrp"},
        "port": {"type": "int"},
        "group": {"type": "str"},
        "version": {"type": "int", "choices": [2, 3], "default": 2},
        "virtual_router_ids": {"type": "list", "elements": "int", "default": []},
    },
    "required_if": [("protocol", "udp", ("port",))],
}

VRRP_FIREWALL: dict[str, Any] = {
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "reach": REACH,
}

VRRP_INFO: dict[str, Any] = {
    "program": {"type": "str", "choices": [AUTO, HOTSTANDBY, KEEPALIVED], "default": AUTO},
    "wait": {"type": "float", "default": 0},
    "samples": {"type": "int", "default": 1},
    "interval": {"type": "float", "default": 0.2},
    "probe": {
        "type": "list",
        "elements": "dict",
        "default": [],
        "options": {
            "interface": {"type": "str", "required": True},
            "addresses": {"type": "list", "elements": "str", "default": []},
            "virtual_router_ids": {"type": "list", "elements": "int", "default": []},
            "listen": {"type": "float", "default": 3},
        },
    },
    "reach": REACH,
    "preflight": {"type": "list", "elements": "str", "default": []},
    **RUNTIME_DIR,
}

VRRP_PEER_KEY: dict[str, Any] = {
    "key": {"type": "str", "required": True, "no_log": True},
    "state": {"type": "str", "choices": ["accepted", "signs", "only"], "default": "only"},
    "path": {"type": "path", "default": paths.PEER_KEY},
    **RUNTIME_DIR,
}

VRRP_STATE: dict[str, Any] = {
    **PROGRAM,
    "name": {"type": "str"},
    "state": {"type": "str", "choices": ["master", "backup", "auto"]},
    **TERMS,
    "wait": {"type": "bool", "default": True},
    "timeout": {"type": "float", "default": 15},
    **RUNTIME_DIR,
}
