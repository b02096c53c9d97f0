# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The systemd unit of the agent. What a site wants otherwise goes into a drop-in, which nobody here touches."""

from __future__ import annotations

from collections.abc import Sequence

from . import layout

_TEXT = """\
# Written by the module hotstandby.vrrp.vrrp_agent; the next run of it undoes changes.
# Your own settings belong in {unit}.d/*.conf.
[Unit]
Description=VRRP agent (hot-standby virtual addresses)
Documentation=https://github.com/hotstandby/vrrp
Wants=network-online.target
After=network-online.target
StartLimitIntervalSec=10
StartLimitBurst=20

[Service]
Type=notify
NotifyAccess=main
ExecStart={command} run --config {config} --runtime-dir {runtime}
ExecReload={command} reload --runtime-dir {runtime}
User={user}
Group={user}
AmbientCapabilities={capabilities}
CapabilityBoundingSet={capabilities}
# A virtual address is a lease: whoever holds it and hangs or dies is started again at once.
WatchdogSec=2
Restart=always
RestartSec=50ms
TimeoutStartSec=15
TimeoutStopSec=20
KillMode=mixed
Nice=-20
RuntimeDirectory=hotstandby
RuntimeDirectoryMode=0755
RuntimeDirectoryPreserve=restart
{writable}\
NoNewPrivileges=yes
ProtectSystem=strict
ProtectHome=read-only
PrivateTmp=yes
ProtectClock=yes
ProtectHostname=yes
ProtectControlGroups=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
LockPersonality=yes
RestrictNamespaces=yes
RestrictSUIDSGID=yes
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK AF_PACKET
SystemCallArchitectures=native

[Install]
WantedBy=multi-user.target
"""

_CAPABILITIES = ("CAP_NET_ADMIN", "CAP_NET_RAW")
_SWITCH_USER = ("CAP_SETUID", "CAP_SETGID", "CAP_KILL")


def text(switch_user: bool = False, writable: Sequence[str] = ()) -> str:
    """The unit's text.

    ``switch_user``: scripts run as other users, so the agent may become them and end what they started.
    ``writable``: what scripts may write to; everything else is read-only for the agent and whatever it starts.
    """
    return _TEXT.format(
        unit=layout.UNIT,
        command=layout.COMMAND,
        config=layout.CONFIG,
        runtime=layout.RUNTIME_DIRECTORY,
        user=layout.USER,
        capabilities=" ".join(_CAPABILITIES + (_SWITCH_USER if switch_user else ())),
        writable=f"ReadWritePaths={' '.join(writable)}\n" if writable else "",
    )
