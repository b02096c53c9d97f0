# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It is part 2 of the table: keywords that tune keepalived's own process, or have no meaning here."""

from __future__ import annotations

from collections.abc import Iterator

from . import values as to
from .keyword import IGNORED, Block, Entry, ignored, refused

_UNIT = "a drop-in of hotstandby.service (systemctl edit hotstandby)"
_MAIL = "the agent sends no e-mail"
_NOTIFY = "send it from a notify script"
_ASK = "ask hotstandby status --json, or vrrp_info"
_FIREWALL = "the agent makes the rules of no_accept in a table of its own"
_BUFFERS = "the agent reads the kernel's state again when messages were lost"


def _scheduling() -> Iterator[Entry]:
    yield ignored(
        "max_auto_priority", "[-1-99]", "the agent's priority is that of its unit", f"CPUSchedulingPriority= in {_UNIT}"
    )
    yield ignored("min_auto_priority_delay", "MICROSECONDS", "the agent's priority is that of its unit")
    yield ignored("vrrp_priority", "-20-19", "the agent's niceness is that of its unit", f"Nice= in {_UNIT}")
    yield ignored("vrrp_no_swap", "", "the agent's memory is that of its unit", f"MemorySwapMax=0 in {_UNIT}")
    yield ignored("vrrp_cpu_affinity", "CPU ...", "the agent runs where its unit may", f"CPUAffinity= in {_UNIT}")
    yield ignored(
        "vrrp_rt_priority",
        "1-99",
        "the agent's scheduling is that of its unit",
        f"CPUSchedulingPolicy=rr and CPUSchedulingPriority= in {_UNIT}",
    )
    for name in ("vrrp_rlimit_rttime", "vrrp_rlimit_rtime"):
        yield ignored(name, "MICROSECONDS", "the agent's limits are those of its unit", f"LimitRTTIME= in {_UNIT}")


def _mail() -> Iterator[Entry]:
    yield Block("notification_email", _MAIL, item=to.names, items="ADDRESS", standing=IGNORED, instead=_NOTIFY)
    yield ignored("notification_email_from", "ADDRESS", _MAIL, _NOTIFY)
    yield ignored("smtp_server", "ADDRESS [PORT]", _MAIL, _NOTIFY)
    yield ignored("smtp_helo_name", "NAME", _MAIL, _NOTIFY)
    yield ignored("smtp_connect_timeout", "SECONDS", _MAIL, _NOTIFY)
    yield ignored("smtp_alert", "[BOOL]", _MAIL, _NOTIFY)
    yield ignored("smtp_alert_vrrp", "[BOOL]", _MAIL, _NOTIFY)
    yield ignored("no_email_faults", "", _MAIL, _NOTIFY)


def _outside() -> Iterator[Entry]:
    for name in (
        "enable_snmp_vrrp",
        "enable_snmp_keepalived",
        "enable_snmp_rfc",
        "enable_snmp_rfcv2",
        "enable_snmp_rfcv3",
        "enable_traps",
    ):
        yield ignored(name, "", "the agent does not speak SNMP", _ASK)
    yield ignored("snmp_socket", "SOCKET", "the agent does not speak SNMP", _ASK)
    yield ignored("enable_dbus", "", "the agent does not speak D-Bus", _ASK)
    yield ignored("dbus_service_name", "NAME", "the agent does not speak D-Bus", _ASK)
    yield ignored("dbus_no_interface_name", "NAME", "the agent does not speak D-Bus", _ASK)
    yield ignored("json_version", "1|2", "what SIGUSR1 writes is status.json", _ASK)
    for name in (
        "state_file_location",
        "stats_file_location",
        "json_file_location",
        "state_dump_file",
        "stats_dump_file",
        "json_dump_file",
    ):
        yield ignored(name, "PATH", "what SIGUSR1 and SIGUSR2 write has its own place", _ASK)
    yield ignored("data_use_instance", "[BOOL]", "what SIGUSR1 and SIGUSR2 write has its own place")


def _files() -> Iterator[Entry]:
    once = "the agent reads the file once, and whole"
    yield ignored("tmp_config_directory", "DIRECTORY", once)
    yield ignored("config_save_dir", "DIRECTORY", "the agent keeps no copies", "vrrp_config makes backups")
    yield ignored("random_seed", "NUMBER", "${_RANDOM} is the same at each reading of a file on one node")
    yield ignored("reload_check_config", "[LOG_FILE]", "a reload never takes a file with an error in it")
    timer = "a systemd timer that runs: systemctl reload hotstandby"
    yield ignored("reload_time_file", "PATH", "the agent does not reload by the clock", timer)
    yield ignored("reload_repeat", "", "the agent does not reload by the clock", timer)
    yield ignored("reload_file", "[PATH]", once, "write the new file beside it and rename it")
    yield ignored("umask", "BITS", "files of the agent are for its user and group", f"UMask= in {_UNIT}")
    for name in ("iproute_usr_dir", "iproute_etc_dir"):
        yield ignored(name, "DIRECTORY", "routing tables are written as numbers")
    yield ignored("use_symlink_paths", "[BOOL]", "paths of scripts are used as they are written")
    yield ignored("set_supplementary_groups", "", "scripts always run with all groups of their user")
    for name, values in (("process_names", ""), ("process_name", "NAME"), ("vrrp_process_name", "NAME")):
        yield ignored(name, values, "the process is called hotstandby")


def _network() -> Iterator[Entry]:
    yield ignored("dynamic_interfaces", "[allow_if_changes]", "interfaces may always come and go")
    yield ignored("vrrp_iptables", "[CHAIN [CHAIN]]", _FIREWALL)
    yield ignored("vrrp_ipsets", "[NAME ...]", _FIREWALL)
    yield ignored("nftables", "[TABLE]", _FIREWALL)
    yield ignored("nftables_priority", "NUMBER", _FIREWALL)
    yield ignored("nftables_counters", "", _FIREWALL)
    yield ignored("nftables_ifindex", "", _FIREWALL)
    yield ignored(
        "disable_local_igmp",
        "",
        "the agent leaves the kernel's settings alone",
        "net.ipv4.igmp_link_local_mcast_reports = 0 in /etc/sysctl.d",
    )
    for name in (
        "vrrp_netlink_cmd_rcv_bufs",
        "vrrp_netlink_monitor_rcv_bufs",
        "process_monitor_rcv_bufs",
    ):
        yield ignored(name, "OCTETS", _BUFFERS)
        yield ignored(f"{name}_force", "BOOL", _BUFFERS)
    yield ignored("vrrp_rx_bufs_policy", "MTU|ADVERT|NUMBER", "the agent empties its sockets at once")
    yield ignored("vrrp_rx_bufs_multiplier", "NUMBER", "the agent empties its sockets at once")


#: Of global_defs.
GLOBAL_PROCESS: tuple[Entry, ...] = (*_scheduling(), *_mail(), *_outside(), *_files(), *_network())

#: At the top of a file.
ROOT_PROCESS: tuple[Entry, ...] = (
    refused(
        "net_namespace",
        "NAME",
        "the agent works in the namespace that it is started in",
        f"NetworkNamespacePath=/run/netns/NAME in {_UNIT}",
    ),
    ignored("namespace_with_ipsets", "", _FIREWALL),
    ignored("instance", "NAME", "its files lie in a directory of their own", "--runtime-dir"),
    ignored("use_pid_dir", "", "its files lie in a directory of their own"),
    ignored("child_wait_time", "SECONDS", "the agent is one process"),
    ignored(
        "linkbeat_use_polling",
        "",
        "interfaces tell their carrier by netlink",
        "where one does not: @hotstandby track_gateway ADDRESS",
    ),
    Block(
        "linkbeat_interfaces",
        "interfaces tell their carrier by netlink",
        item=to.names,
        items="NAME [MII|ETHTOOL|IOCTL]",
        standing=IGNORED,
        instead="where one does not: @hotstandby track_gateway ADDRESS",
    ),
)
