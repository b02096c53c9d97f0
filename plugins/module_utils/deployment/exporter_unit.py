# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It writes the systemd unit of the exporter, which serves the agent's metrics.

It is an exporter in the word of Prometheus: a process of its own beside the agent. It needs no right but to ask the
agent for its status, so its sandbox is closer than that of the agent. docs/security.md has the reasons.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Optional

from . import files, paths
from .unit import SANDBOX

_TEXT = """\
# Written by the module hotstandby.vrrp.vrrp_agent; the next run of it undoes changes.
# Your own settings belong in {unit}.d/*.conf.
[Unit]
Description=Metrics of the VRRP agent
Documentation=https://github.com/hotstandby/vrrp
Wants=network-online.target
After=network-online.target {agent}
# An address that comes late is waited for.
StartLimitIntervalSec=0
{textfile}\

[Service]
Type=notify
NotifyAccess=main
ExecStart={command} metrics --runtime-dir {runtime}{options}
# As a member of the agent's group it may look at the agent, and change nothing.
User={user}
Group={group}
RuntimeDirectory={directory}
RuntimeDirectoryMode=0755
Restart=always
RestartSec=5s
TimeoutStartSec=15
TimeoutStopSec=5

# Clients are not trusted: whatever they do takes nothing from the agent, which has real time, nor much of the machine.
Nice=10
OOMScoreAdjust=500
MemoryMax=128M
TasksMax=8
LimitCORE=0

NoNewPrivileges=yes
CapabilityBoundingSet=
UMask=0077
ProtectSystem=strict
ProtectHome={home}
PrivateTmp=yes
PrivateDevices=yes
DevicePolicy=closed
PrivateMounts=yes
{network}\
{sandbox}\
MemoryDenyWriteExecute=yes
SystemCallArchitectures=native
SystemCallErrorNumber=EPERM
SystemCallFilter=@system-service
SystemCallFilter=~@privileged @resources

[Install]
WantedBy=multi-user.target
"""

_LINK = "X-HotstandbyTextfile="  # systemd skips what begins with X-
_TCP = "RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6\n"
_NO_TCP = "PrivateNetwork=yes\nRestrictAddressFamilies=AF_UNIX\n"


@dataclass(frozen=True)
class Outlets:
    """It says where the metrics are to be had: at an address with a port, on a unix socket, by a link to a file.

    ``textfile`` is the path of that link, in the directory that node_exporter reads.
    """

    listen: str = ""
    socket: bool = False
    textfile: str = ""

    def __bool__(self) -> bool:
        """Return whether there is one at all."""
        return bool(self.listen or self.socket or self.textfile)


def text(outlets: Outlets, homes: bool = False) -> str:
    """Return the text of the unit; ``homes``: the interpreter is in a home directory."""
    # A percent sign, as in an address with its interface, begins a specifier of systemd.unit(5).
    options = f" --listen {outlets.listen.replace('%', '%%')}" if outlets.listen else ""
    options += f" --socket {paths.METRICS_SOCKET}" if outlets.socket else ""
    options += f" --textfile {paths.METRICS_TEXTFILE}" if outlets.textfile else ""
    return _TEXT.format(
        sandbox=SANDBOX,
        unit=paths.METRICS_UNIT,
        agent=paths.SERVICE,
        textfile=f"{_LINK}{outlets.textfile}\n" if outlets.textfile else "",
        command=paths.COMMAND,
        runtime=paths.RUNTIME_DIRECTORY,
        options=options,
        user=paths.METRICS_USER,
        group=paths.USER,
        directory=paths.METRICS_DIRECTORY.rpartition("/")[2],
        home="read-only" if homes else "yes",
        network=_TCP if outlets.listen else _NO_TCP,
    )


def link() -> Optional[str]:
    """Return the path of the link that the installed unit names; None without one."""
    for line in (files.read(paths.METRICS_UNIT) or b"").decode(errors="replace").splitlines():
        if line.startswith(_LINK):
            return line[len(_LINK) :]
    return None
