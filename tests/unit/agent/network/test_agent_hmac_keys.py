# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keys in files of their own are read, refused, and never shown."""

from __future__ import annotations

import os

import pytest
from agent_fakes import instance

from vrrp.agent.network import hmac_keys
from vrrp.agent.preflight import file_permissions
from vrrp.agent.preflight.file_permissions import exposed
from vrrp.config.model.configuration import Authentication, AuthHmac, Configuration, HmacKey

SECRET = bytes(range(32))


@pytest.fixture
def key_file(tmp_path):
    path = tmp_path / "vrrp51"
    path.write_text("hex:" + SECRET.hex() + "\n")
    path.chmod(0o600)
    return path


def configuration(*files, path="/etc/hotstandby.conf"):
    hmac = AuthHmac(tuple(HmacKey(number, file=str(name)) for number, name in enumerate(files, 1)), 1)
    return Configuration(path, instances=(instance(hmac=hmac, line=7),))


def test_a_key_is_read_and_everything_else_stays(key_file):
    given = configuration(key_file)
    resolved, problems = hmac_keys.resolve(given)
    assert problems == ()
    (key,) = resolved.instances[0].hmac.keys
    assert (key.key_id, key.secret, key.file) == (1, SECRET, str(key_file))
    assert given.instances[0].hmac.keys[0].secret == b""
    assert SECRET.hex() not in repr(resolved)


@pytest.mark.parametrize(
    ("content", "secret"),
    [
        ("a passphrase of thirty-two octets\r\n", b"a passphrase of thirty-two octets"),
        ("hex:" + SECRET.hex(), SECRET),
        ("hex:" + SECRET.hex() * 2 + "\n\n", SECRET * 2),
        ("hex:" + SECRET.hex() * 2 + "\n" * 8, SECRET * 2),
    ],
)
def test_a_file_of_a_key_may_hold_these_texts(key_file, content, secret):
    key_file.write_bytes(content.encode())
    assert hmac_keys.read(str(key_file)) == secret


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "is not usable: a key has 32 to 64 octets, this one has 0"),
        (b"s3cret", "is not usable: a key has 32 to 64 octets, this one has 6"),
        (b"s3cret" * 11, "is not usable: a key has 32 to 64 octets, this one has 66"),
        (b"hex:" + b"5e" * 64 + b"\n" * 9, "is not usable: it is too long for a key"),
        (b"s3cret" * 100, "is not usable: it is too long for a key"),
        (b"hex:s3cret", "hexadecimal digits"),
        (b"\xff" * 32, "is not usable: it is not UTF-8 text"),
    ],
)
def test_an_invalid_key_is_reported_at_the_line_of_its_instance(key_file, content, why):
    key_file.write_bytes(content)
    _unused, (problem,) = hmac_keys.resolve(configuration(key_file))
    assert str(problem).startswith("/etc/hotstandby.conf:7:1: error: vrrp_instance VI_1: the file of key 1 ")
    assert why in str(problem)
    assert "s3cret" not in str(problem)


def test_a_file_of_a_key_that_is_missing_or_not_regular_is_an_error(tmp_path):
    os.mkfifo(tmp_path / "fifo")
    _unused, problems = hmac_keys.resolve(configuration(tmp_path / "nothing", tmp_path, tmp_path / "fifo"))
    assert [problem.text.split("the file of key ")[1][0] for problem in problems] == ["1", "2", "3"]
    assert "No such file or directory" in problems[0].text
    assert "it is no regular file" in problems[1].text
    assert "it is no regular file" in problems[2].text  # and it did not wait for a writer


def test_a_configuration_without_files_is_left_alone():
    given = Configuration("x", instances=(instance(), instance(hmac=AuthHmac((HmacKey(1, SECRET),), 1))))
    assert hmac_keys.resolve(given) == (given, ())


def test_a_key_that_others_can_read_is_a_warning(key_file, tmp_path):
    conf = tmp_path / "hotstandby.conf"
    conf.touch(mode=0o644)
    given = configuration(key_file, key_file, path=str(conf))
    assert exposed(str(conf), given) == ()  # the file itself holds no secret
    for mode in (0o640, 0o604, 0o660, 0o620, 0o602):
        key_file.chmod(mode)
        (warning,) = exposed(str(conf), given)
        assert f"the file {key_file} has mode {mode:04o}. It holds a key" in str(warning)
        assert warning.hint == f"chmod 600 {key_file}"
        assert warning.severity == "warning"


@pytest.mark.parametrize("by", ["the service", "a command"])
def test_a_credential_shows_its_acl_in_the_bits_of_the_group(key_file, tmp_path, monkeypatch, by):
    if by == "the service":
        monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    else:
        assert file_permissions.OF_ALL_SERVICES == "/run/credentials"
        monkeypatch.setattr(file_permissions, "OF_ALL_SERVICES", str(tmp_path))
    conf = tmp_path / "hotstandby.conf"
    conf.touch(mode=0o600)
    key_file.chmod(0o440)
    assert exposed(str(conf), configuration(key_file)) == ()
    key_file.chmod(0o444)
    assert len(exposed(str(conf), configuration(key_file))) == 1


@pytest.mark.parametrize(
    "fields",
    [{"hmac": AuthHmac((HmacKey(1, SECRET),), 1)}, {"authentication": Authentication("AH", "1111")}],
)
def test_a_file_with_a_key_in_it_is_a_secret(tmp_path, fields):
    conf = tmp_path / "hotstandby.conf"
    conf.touch(mode=0o644)
    (warning,) = exposed(str(conf), Configuration(str(conf), instances=(instance(**fields),)))
    assert "has mode 0644. It holds a password" in str(warning)


def test_a_key_in_the_configuration_stays_beside_one_in_a_file(key_file):
    """As while a key is replaced by another one."""
    here = HmacKey(1, bytes(reversed(SECRET)))
    hmac = AuthHmac((here, HmacKey(2, file=str(key_file))), 1)
    resolved, problems = hmac_keys.resolve(Configuration("x", instances=(instance(hmac=hmac),)))
    assert problems == ()
    assert [(key.key_id, key.secret) for key in resolved.instances[0].hmac.keys] == [(1, here.secret), (2, SECRET)]
