# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It makes the keepalived.conf of a host of the variables of two other roles, as these do, and says what they can say.

It is written after the variables of evrardjp/ansible-keepalived (2025-02) and Oefenweb/ansible-keepalived (2023-11).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

# Words of an instance that become a line with a value, a line by itself, or a block of lines: variable -> keyword.
_EVRARDJP_VALUES = ("interface", "state", "virtual_router_id", "priority", "preempt_delay", "advert_int")
_EVRARDJP_FLAGS = ("use_vmac", "vmac_xmit_base", "nopreempt", "dont_track_primary", "native_ipv6", "smtp_alert")
_EVRARDJP_LISTS = {
    "vips": "virtual_ipaddress",
    "vips_excluded": "virtual_ipaddress_excluded",
    "virtual_routes": "virtual_routes",
    "virtual_rules": "virtual_rules",
    "unicast_peers": "unicast_peer",
    "track_scripts": "track_script",
    "track_files": "track_file",
    "track_interfaces": "track_interface",
    "track_processs": "track_process",
}
_EVRARDJP_NOTIFY = {
    "notify_script": "notify",
    **{f"notify_{word}": f"notify_{word}" for word in ("master", "backup", "fault", "stop", "master_rx_lower_pri")},
}
_PROCESS = ("process", "param_match", "quorum", "quorum_max", "fork_delay", "terminate_delay", "delay")
EVRARDJP = {
    *_EVRARDJP_VALUES, *_EVRARDJP_FLAGS, *_EVRARDJP_LISTS, *_EVRARDJP_NOTIFY, *_PROCESS, "full_command", "accept",
    "authentication_password", "authentication_type", "unicast_src_ip", "check_script", "interval", "fall", "rise",
    "weight", "timeout", "user", "file", "init_file", "init_file_value", "init_file_overwrite", "instances",
    "global_tracking", "src_check_script", "dest_check_script", "keepalived_instances", "keepalived_scripts",
    "keepalived_track_files", "keepalived_track_processs", "keepalived_sync_groups", "keepalived_global_defs",
    "keepalived_virtual_servers", "keepalived_virtual_server_groups", "keepalived_bind_on_non_local",
    "keepalived_sysctl_tcp_retries", "keepalived_package_state", "keepalived_use_latest_stable", "cache_timeout",
    "keepalived_scripts_packages", "keepalived_selinux_compile_rules", "keepalived_systemd_overrides",
    "keepalived_systemd_override_service_restart", "keepalived_daemon_options_file_path",
    "keepalived_daemon_default_options_overrides", "keepalived_show_ansible_managed",
}  # fmt: skip
_OEFENWEB_VALUES = (
    *("interface", "state", "priority", "virtual_router_id"),
    *("advert_int", "preempt_delay", "unicast_src_ip"),
)
_OEFENWEB_FLAGS = ("smtp_alert", "nopreempt", "vmac_xmit_base")
_OEFENWEB_LISTS = {
    "virtual_ipaddresses": "virtual_ipaddress",
    "virtual_ipaddresses_excluded": "virtual_ipaddress_excluded",
    "virtual_routes": "virtual_routes",
    "unicast_peer": "unicast_peer",
    "track_interfaces": "track_interface",
    "track_scripts": "track_script",
    "track_processes": "track_process",
}
_OEFENWEB_NOTIFY = ("notify", "notify_master", "notify_backup", "notify_fault")
_OEFENWEB_SCRIPT = ("weight", "interval", "timeout", "rise", "fall", "user")
_MAIL = "keepalived_global_defs_"
OEFENWEB = {
    *_OEFENWEB_VALUES, *_OEFENWEB_FLAGS, *_OEFENWEB_LISTS, *_OEFENWEB_NOTIFY, *_OEFENWEB_SCRIPT, *_PROCESS,
    "full_command", *(f"{word}_user" for word in _OEFENWEB_NOTIFY), "authentication.auth_type",
    "authentication.auth_pass", "raw_options", "script", "instances", "keepalived_vrrp_instances",
    "keepalived_vrrp_scripts", "keepalived_vrrp_track_processes", "keepalived_vrrp_sync_groups",
    "keepalived_vrrp_script_map", f"{_MAIL}script_user", f"{_MAIL}enable_script_security", f"{_MAIL}raw",
    f"{_MAIL}notification_email", f"{_MAIL}notification_email_from", f"{_MAIL}smtp_server",
    f"{_MAIL}smtp_connect_timeout", "keepalived_create_keepalived_script_user", "keepalived_ip_nonlocal_bind",
    "keepalived_install_method", "keepalived_git_repo", "keepalived_version", "keepalived_install",
    "keepalived_configure_options", "keepalived_options",
}  # fmt: skip


def evrardjp(said: dict[str, Any]) -> str:
    """Return the file that evrardjp's role makes of the variables of one host."""
    lines = [*_block("global_defs", said.get("keepalived_global_defs", ()))]
    for name, each in said.get("keepalived_scripts", {}).items():
        times = {"interval": 5, "fall": 3, "rise": 6}
        words = {**times, **{word: each[word] for word in (*times, "weight", "timeout", "user") if word in each}}
        lines += _block(f"vrrp_script {name}", [f'script "{each["check_script"]}"', *_pairs(words)])
    for name, each in said.get("keepalived_track_processs", {}).items():
        lines += _block(f"vrrp_track_process {name}", _pairs({"weight": 1, **_flagged(each)}))
    for name, each in said.get("keepalived_sync_groups", {}).items():
        lines += _block(f"vrrp_sync_group {name}", [*_block("group", each["instances"]), *_evrardjp_words(each)])
    for name, each in said["keepalived_instances"].items():
        lines += _block(f"vrrp_instance {name}", _evrardjp_words(each))
    return "\n".join(lines) + "\n"


def _evrardjp_words(said: dict[str, Any]) -> Iterator[str]:
    yield from _pairs({word: said[word] for word in _EVRARDJP_VALUES if word in said})
    yield from (word for word in _EVRARDJP_FLAGS if said.get(word))
    if "accept" in said:
        yield "accept" if said["accept"] else "no_accept"
    if "authentication_password" in said:
        kind = said.get("authentication_type", "PASS")
        yield from _block("authentication", [f"auth_type {kind}", f"auth_pass {said['authentication_password']}"])
    if "unicast_src_ip" in said and said.get("unicast_peers"):
        yield f"unicast_src_ip {said['unicast_src_ip']}"
    for word, keyword in _EVRARDJP_LISTS.items():
        if word in said:
            yield from _block(keyword, said[word])
    yield from (f'{keyword} "{said[word]}"' for word, keyword in _EVRARDJP_NOTIFY.items() if word in said)


def oefenweb(said: dict[str, Any]) -> str:
    """Return the file that Oefenweb's role makes of the variables of one host."""
    head = [
        *_block("notification_email", ["root@localhost.localdomain"]),
        "notification_email_from root@localhost.localdomain",
        "smtp_server 127.0.0.1",
        "smtp_connect_timeout 30",
    ]
    if f"{_MAIL}script_user" in said:
        head.append(f"script_user {said[f'{_MAIL}script_user']}")
    head += ["enable_script_security"] if said.get(f"{_MAIL}enable_script_security") else []
    lines = [*_block("global_defs", [*head, *said.get(f"{_MAIL}raw", ())])]
    for name, each in said.get("keepalived_vrrp_scripts", {}).items():
        words = {word: each[word] for word in _OEFENWEB_SCRIPT if word in each}
        lines += _block(f"vrrp_script {name}", [f'script "{each["script"]}"', *_pairs(words)])
    for name, each in said["keepalived_vrrp_instances"].items():
        lines += _block(f"vrrp_instance {name}", _oefenweb_words(each))
    return "\n".join(lines) + "\n"


def _oefenweb_words(said: dict[str, Any]) -> Iterator[str]:
    yield from _pairs({word: said[word] for word in _OEFENWEB_VALUES if word in said})
    yield from (word for word in _OEFENWEB_FLAGS if said.get(word))
    if "authentication" in said:
        yield from _block("authentication", _pairs(said["authentication"]))
    for word, keyword in _OEFENWEB_LISTS.items():
        if word in said:
            yield from _block(keyword, [said[word]] if isinstance(said[word], str) else said[word])
    yield from (f'{word} "{said[word]}" {said.get(f"{word}_user", "")}' for word in _OEFENWEB_NOTIFY if word in said)
    yield from said.get("raw_options", ())


def _block(head: str, lines: Any) -> Iterator[str]:
    yield f"{head} {{"
    yield from lines
    yield "}"


def _pairs(said: dict[str, Any]) -> Iterator[str]:
    yield from (f"{word} {value}".strip() for word, value in said.items())


def _flagged(said: dict[str, Any]) -> dict[str, Any]:
    return {word: "" if value is True else value for word, value in said.items() if value is not False}
