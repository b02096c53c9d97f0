# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A file is read and checked: its content, its warnings, and what this agent or this machine cannot do."""

from __future__ import annotations

import hashlib

import pytest
from agent_fakes import VIP, table

from vrrp.agent.config_source import read, refuse, validate
from vrrp.config.syntax.diagnostics import ConfigError

FILE = """\
vrrp_instance VI_1 {{
    interface eth0
    virtual_router_id 51
    version 3
    virtual_ipaddress {{
        {vips}
    }}
}}
"""
GOOD = FILE.format(vips=VIP)


def test_a_file_is_a_configuration_with_its_digest_and_warnings(tmp_path):
    file = tmp_path / "f.conf"
    file.write_text(GOOD)
    file.chmod(0o600)
    configuration, digest, warnings = read(str(file))
    assert ([each.name for each in configuration.instances], warnings) == (["VI_1"], ())
    assert digest == hashlib.sha256(file.read_bytes()).hexdigest()


def test_a_text_is_judged_as_if_it_were_in_the_file(tmp_path):
    path = str(tmp_path / "not-there.conf")
    configuration, digest, _warnings = validate(GOOD, path)
    assert (configuration.path, digest) == (path, hashlib.sha256(GOOD.encode()).hexdigest())


def test_everything_that_is_wrong_is_told():
    with pytest.raises(ConfigError) as caught:
        validate(GOOD.replace("51", "512").replace("version 3", "version 9"), "f")
    assert len(caught.value.problems) == 2


def test_a_file_that_this_release_does_not_run_is_refused():
    many = "\n".join(f"2001:db8::{number:x}/64" for number in range(1, 92))
    with pytest.raises(ConfigError, match="91 IPv6 addresses"):
        validate(FILE.format(vips=many), "f")


def test_an_address_of_the_host_is_refused_unless_the_agent_has_put_it_there():
    configuration, _digest, _warnings = validate(GOOD, "f")
    there = table(addresses=("192.168.8.4/24", str(VIP)))
    with pytest.raises(ConfigError, match=r"192\.168\.8\.100"):
        refuse(configuration, there, held=())
    refuse(configuration, there, held=[(2, VIP)])
    refuse(configuration, table(), held=())
