# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It writes the systemd unit of the agent. Changes of a site go into a drop-in, which the collection never changes.

docs/security.md gives the reason of each restriction, and what is open on purpose. A systemd that does not know a
keyword ignores it with a warning, so the oldest supported version (247) only enforces less.
"""

from __future__ import annotations

import glob
import os
from collections.abc import Sequence
from typing import Optional

from . import files, paths

# What the agent and the service of the metrics need nothing of (systemd.exec(5)).
SANDBOX = """\
ProtectClock=yes
ProtectHostname=yes
ProtectControlGroups=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
RemoveIPC=yes
KeyringMode=private
LockPersonality=yes
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
"""

_TEXT = """\
# Written by the module hotstandby.vrrp.vrrp_agent; the next run of it undoes changes.
# Your own settings belong in {unit}.d/*.conf.
[Unit]
Description=VRRP agent (hot-standby virtual addresses)
Documentation=https://github.com/hotstandby/vrrp
Wants=network-online.target
After=network-online.target
# A crash a second is survived for ever; a crash at every start ends after some seconds, with the addresses given up.
StartLimitIntervalSec=20
StartLimitBurst=25

[Service]
Type=notify
NotifyAccess=main
ExecStart={command} run --config {config} --runtime-dir {runtime} --state-dir {state}
# Real time, where the kernel grants it, given from outside: so nothing in the sandbox needs the right to take it.
# A container may refuse it; then the niceness below is what there is, and systemctl status shows no failure for it.
ExecStartPost=-+/bin/sh -c 'chrt --reset-on-fork --rr --pid {priority} "$$MAINPID" 2>/dev/null || :'
# Somebody has deleted the control socket, or the whole directory: systemd has just made that again, but the agent sees
# it read-only where ProtectSystem= holds. In the agent's own view only, never in the machine's, it is bound anew.
ExecReload=-+/bin/sh -c '[ -S {runtime}/control.sock ] && exit; \
  [ /proc/self/ns/mnt -ef /proc/$$MAINPID/ns/mnt ] || nsenter --target $$MAINPID --mount /bin/sh -c \
    "[ -w {runtime} ] || {{ mount --bind {runtime} {runtime} && mount -o remount,bind,rw {runtime}; }}"; \
  kill -HUP $$MAINPID; for each in 1 2 3 4 5 6 7 8 9; do [ -S {runtime}/control.sock ] && exit; sleep 0.2; done'
ExecReload={command} reload --runtime-dir {runtime}
# After a stop there is no ledger, and a restart that was asked for has said so: no time is lost with either.
ExecStopPost=-/bin/sh -c 'if [ -e {runtime}/ledger.json ] && [ ! -e {runtime}/restarting ]; then \
  exec {command} cleanup --runtime-dir {runtime}; fi'
User={user}
Group={user}
{capabilities}\
# A virtual address is a lease: whoever holds it and hangs or dies is started again at once.
WatchdogSec=2
Restart=always
RestartSec=1ms
TimeoutStartSec=15
TimeoutStopSec=50
TimeoutAbortSec=1
KillMode=mixed
RuntimeDirectory=hotstandby
RuntimeDirectoryMode=0755
# After a stop, too: what auth_hmac has heard must not be new again after a start. A clean stop leaves no ledger.
RuntimeDirectoryPreserve=yes
# What is to outlive a boot: the history of mastership, and a drain or a hold that has a reason or an end.
StateDirectory=hotstandby
StateDirectoryMode=0700

# Nobody else's load makes an advertisement late. Check and notify scripts get none of it (CPUSchedulingResetOnFork).
Nice=-20
CPUSchedulingPolicy=other
CPUSchedulingResetOnFork=yes
OOMScoreAdjust=-900
LimitMEMLOCK=infinity
# A loop without end in real time must not take a machine with one processor along.
LimitRTTIME=3s
# The configuration holds passwords: none of it in a core dump. A script may ask for one.
LimitCORE=0:infinity

# Scripts share everything from here on.
{writable}\
NoNewPrivileges=yes
UMask=0077
ProtectSystem=strict
ProtectHome={home}
PrivateTmp=yes
PrivateDevices=yes
DevicePolicy=closed
PrivateMounts=yes
{sandbox}\
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK AF_PACKET
SystemCallArchitectures=native
SystemCallErrorNumber=EPERM
SystemCallFilter=@system-service
SystemCallFilter=~@privileged @resources
{calls}\

[Install]
WantedBy=multi-user.target
"""

REALTIME_PRIORITY = 10  # above all that is not real time, below the kernel's interrupts, which have 50

_CAPABILITIES = ("CAP_NET_ADMIN", "CAP_NET_RAW")
_SWITCH_USER = ("CAP_SETUID", "CAP_SETGID", "CAP_KILL")
_SWITCH_USER_COMMENT = """\
# Scripts run as other users: the agent may become them (CAP_SETUID, CAP_SETGID, @setuid), end what they started
# (CAP_KILL), and reads what lies in their homes.
"""
_PING_COMMENT = "# This machine lets everybody ping (net.ipv4.ping_group_range), and ping makes these calls.\n"

PING_GROUPS = "/proc/sys/net/ipv4/ping_group_range"
HOMES = ("/home", "/root", "/run/user")  # ProtectHome=yes hides these, systemd.exec(5)


def text(switch_user: bool = False, writable: Sequence[str] = (), homes: bool = False, ping: bool = False) -> str:
    """Return the text of the unit.

    ``switch_user``: scripts run as other users, so the agent may become them and end their processes.
    ``writable``: paths that scripts may write to; all else is read-only for the agent and its children.
    ``homes``: the agent needs a file in a home directory. ``ping``: scripts may run ping(8).
    """
    capabilities = " ".join(_CAPABILITIES + (_SWITCH_USER if switch_user else ()))
    calls = ""
    if switch_user:
        calls = "SystemCallFilter=@setuid capset\n"
    elif ping:
        calls = f"{_PING_COMMENT}SystemCallFilter=capset setuid\n"
    return _TEXT.format(
        unit=paths.UNIT,
        command=paths.COMMAND,
        config=paths.CONFIG,
        runtime=paths.RUNTIME_DIRECTORY,
        state=paths.STATE_DIRECTORY,
        user=paths.USER,
        priority=REALTIME_PRIORITY,
        capabilities=(_SWITCH_USER_COMMENT if switch_user else "")
        + f"AmbientCapabilities={capabilities}\nCapabilityBoundingSet={capabilities}\n",
        writable=f"ReadWritePaths={' '.join(writable)}\n" if writable else "",
        home="read-only" if switch_user or homes else "yes",
        calls=calls,
        sandbox=SANDBOX,
    )


def in_a_home(path: str) -> bool:
    """Return whether a file is in a directory that ProtectHome=yes hides."""
    real = os.path.realpath(path)
    return any(real.startswith(home + "/") for home in HOMES)


def everybody_may_ping() -> bool:
    """Return whether this machine lets ordinary users ping, as most distributions do (icmp(7), ping_group_range)."""
    first, last = map(int, (files.read(PING_GROUPS) or b"1 0").split())
    return first < last


def hidden() -> tuple[str, ...]:
    """Return the directories that the unit and its drop-ins hide from the installed service."""
    said = [value.strip().lower() for value in _said("ProtectHome")]
    return HOMES if said and said[-1] in ("yes", "true", "1", "on", "tmpfs") else ()


def writable() -> Optional[tuple[str, ...]]:
    """Return the paths that the installed service may write to; None where it is not installed or not restricted.

    Its own runtime and state directories are not among them. An assignment without a value empties the list,
    systemd.exec(5).
    """
    said = [value.strip().lower() for value in _said("ProtectSystem")]
    if not said or said[-1] != "strict":
        return None
    found: list[str] = []
    for value in _said("ReadWritePaths"):
        found = [*found, *(word.lstrip("-+") for word in value.split())] if value.strip() else []
    return tuple(found)


def _said(keyword: str) -> list[str]:
    """Return the values that the unit and its drop-ins give to a keyword, in their order."""
    found = []
    for path in (paths.UNIT, *sorted(glob.glob(f"{paths.UNIT}.d/*.conf"))):
        for line in (files.read(path) or b"").decode(errors="replace").splitlines():
            word, _equals, value = line.partition("=")
            if word.strip() == keyword:
                found.append(value)
    return found
