# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that the module returns any keepalived.conf of a node as variables, and a password only when asked for."""

from __future__ import annotations

import pytest

PASSWORD = "Xy7secr"
TEXT = f"""\
global_defs {{
    router_id NodeA
    smtp_server 192.0.2.1
}}
include more.conf
vrrp_instance VI_1 {{
    state MASTER
    interface eth0
    virtual_router_id 51
    priority 100
    @backup priority 90
    advert_int 1
    authentication {{
        auth_type PASS
        auth_pass {PASSWORD}
    }}
    virtual_ipaddress {{
        192.168.8.100/24
    }}
}}
"""


@pytest.fixture
def path(tmp_path):
    file = tmp_path / "keepalived.conf"
    file.write_text(TEXT, encoding="utf-8")
    (tmp_path / "more.conf").write_text("vrrp_track_process web {\n    process nginx\n}\n", encoding="utf-8")
    return str(file)


@pytest.fixture
def read(run):
    return lambda **arguments: run("vrrp_config_info", runtime_dir=..., **arguments)


def test_a_file_and_its_included_files_are_read(read, path, tmp_path):
    result = read(path=path)
    assert result["changed"] is False
    shared = result["variables"]["shared"]
    assert shared["ha_pair_track_processes"] == [{"name": "web", "process": "nginx"}]
    assert shared["ha_pair_instances"][0]["virtual_router_id"] == 51
    assert result["variables"]["host"] == {
        "ha_pair_router_id": "NodeA",
        "ha_pair_state": "MASTER",
        "ha_pair_priority": 100,
    }
    assert result["files"] == [path, str(tmp_path / "more.conf")]
    (gap,) = result["not_carried_over"]
    assert (gap["keyword"], gap["file"], gap["line"]) == ("smtp_server", path, 3)


def test_the_result_holds_a_password_only_with_secrets(read, path):
    result = read(path=path)
    assert PASSWORD not in result["output"]
    assert result["vault"] == ["vault_ha_pair_auth_pass"]
    instance = read(path=path, secrets=True)["variables"]["shared"]["ha_pair_instances"][0]
    assert instance["auth_pass"] == PASSWORD


def test_config_id_selects_the_lines_of_another_node(read, path):
    result = read(path=path, config_id="backup")
    assert result["variables"]["host"]["ha_pair_priority"] == 90


def test_a_wrong_file_is_no_failure_and_says_what_is_wrong(read, path, tmp_path):
    (tmp_path / "keepalived.conf").write_text(TEXT.replace("_id 51", "_id 0"), encoding="utf-8")
    result = read(path=path)
    assert "failed" not in result
    assert result["variables"] == {"shared": {}, "host": {}}
    assert len(result["problems"]) == 1 and f"{path}:9:23" in result["problems"][0]


def test_a_missing_file_is_an_error(read):
    result = read(path="/nonexistent/keepalived.conf")
    assert result["failed"] and "cannot read the file" in result["msg"]
