# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write what Ansible needs to know of a testbed.

``connection.yml`` says only how to reach the nodes and goes beside an inventory that says what they are (the scenarios
do that). ``inventory.yml`` is complete: the smallest inventory of a pair, with the connection in it.

The nodes are reached by ssh, as machines are, but through ``podman exec`` instead of the network: the segment has no
way to this machine, and a node that is cut off can still be asked.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .testbed import Testbed

GROUP = "ha_pair"


def _ssh(bed: Testbed, container: str) -> str:
    options = {
        "ControlMaster": "auto",
        "ControlPersist": "60s",
        "ControlPath": bed.run.folder / f"{container}.ssh",
        "StrictHostKeyChecking": "no",
        "UserKnownHostsFile": "/dev/null",
        "LogLevel": "ERROR",
        "ProxyCommand": f'"podman exec -i {container} /usr/sbin/sshd -i"',
    }
    return " ".join(f"-o {name}={value}" for name, value in options.items())


def _connections(bed: Testbed) -> dict[str, Any]:
    return {
        node.name: {
            "ansible_host": node.ip,
            "ansible_ssh_args": _ssh(bed, node.container),
        }
        for node in bed.nodes.values()
    }


def _common(bed: Testbed) -> dict[str, Any]:
    return {
        "ansible_user": "root",
        "ansible_ssh_private_key_file": str(bed.run.folder / "key"),
        "ansible_python_interpreter": "/usr/bin/python3",
        "ansible_ssh_pipelining": True,
    }


def _group(bed: Testbed, hosts: dict[str, Any]) -> dict[str, Any]:
    """Return the group of the pair, or of the pairs of a fleet."""
    from .testbed import VIP, virtual

    if not bed.pairs:
        return {"hosts": hosts, "vars": {"ha_pair_vips": [f"{VIP}/24"]}}
    return {
        "children": {
            pair: {
                "hosts": {name: said for name, said in hosts.items() if name.rpartition("-")[0] == pair},
                "vars": {"ha_pair_vips": [f"{vip}/24"]},
            }
            for pair, vip in virtual(bed.pairs).items()
        }
    }


def write(bed: Testbed) -> None:
    """Write both files into the run's folder. JSON is YAML, and it needs no library."""
    hosts, common = _connections(bed), _common(bed)
    documents = {
        "connection.yml": {"all": {"hosts": hosts, "vars": common}},
        "inventory.yml": {"all": {"vars": common, "children": {GROUP: _group(bed, hosts)}}},
    }
    for name, document in documents.items():
        (bed.run.folder / name).write_text(json.dumps(document, indent=2) + "\n")
