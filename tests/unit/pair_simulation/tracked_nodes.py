# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Provide nodes that track something, as their configuration files say it."""

from __future__ import annotations

from ansible_collections.hotstandby.vrrp.plugins.module_utils.vrrp.config import loader
from ansible_collections.hotstandby.vrrp.plugins.module_utils.vrrp.simulation_input import NodeFile

DEFINITIONS = """\
vrrp_script chk_web {
    script /usr/bin/true
    interval 2
    fall 3
}
vrrp_script chk_load {
    script /usr/bin/true
    interval 1
    weight -20
}
vrrp_script chk_off {
    script /usr/bin/true
    weight 3 reverse
}
vrrp_track_process haproxy {
    process haproxy
    weight 5
    terminate_delay 0.5
}
"""
INSTANCE = """\
vrrp_instance {name} {{
    interface eth0
    virtual_router_id {vrid}
    priority {priority}
    advert_int {interval}
    virtual_ipaddress {{
        192.168.8.{vrid}/24
    }}
    {tracks}
}}
"""
WEB = "track_script {\n        chk_web\n    }"
LOAD = "track_script {\n        chk_load\n    }"
REVERSE = "track_script {\n        chk_off\n    }"
PROCESS = "track_process {\n        haproxy\n    }"
GATEWAY = "@hotstandby track_gateway 192.168.8.1 interval 1 fall 3 timeout 0.5"
OURS = """\
@hotstandby track_tcp 127.0.0.1 5432 interval 1 fall 2
    @hotstandby track_tcp ::1 5432 weight -20
    @hotstandby track_http http://127.0.0.1/health interval 2 fall 2
    @hotstandby track_unit tomcat10.service"""
GROUP = "vrrp_sync_group G {\n    group {\n        VI_1\n        VI_2\n    }\n}\n"


def node(name, priority, *instances, more="", interval=1):
    """Return a node. Each of ``instances`` is what one instance tracks; without any one instance tracks nothing."""
    text = DEFINITIONS + more
    for number, tracks in enumerate(instances or [""], 1):
        own = {"name": f"VI_{number}", "vrid": 50 + number, "priority": priority, "interval": interval}
        text += INSTANCE.format(**own, tracks=tracks)
    return NodeFile(name, loader.load(text, name))


def pair(*instances, more=""):
    """Return node-a, the master, and node-b."""
    return [node("node-a", 100, *instances, more=more), node("node-b", 90, *instances, more=more)]
