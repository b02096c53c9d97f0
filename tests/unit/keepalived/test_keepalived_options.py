# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that the options of a running keepalived are read as it reads them; keepalived itself is asked, too."""

from __future__ import annotations

import re
import subprocess

import pytest
from ansible_collections.hotstandby.vrrp.plugins.module_utils.keepalived.options import options

FILE = [
    ["-f", "/a"],
    ["-f/a"],
    ["-lf", "/a"],
    ["-nlDf/a"],
    ["-ldn", "-f", "/a"],
    ["--use-file", "/a"],
    ["--use-file=/a"],
    ["--use", "/a"],
    ["--us=/a", "-n"],
    ["-p", "-f", "-f", "/a"],
    ["-p", "/b", "-lf", "/a"],
    ["-r/f", "--use-fil=/a"],
    ["-f", "/b", "-lf", "/a"],
    ["--vrrp", "-f", "/a"],
    ["word", "-f", "/a"],
    ["--pid", "--use-file=/b", "-f", "/a"],
]


@pytest.mark.parametrize("words", FILE, ids=" ".join)
def test_the_option_of_the_file_is_read_in_each_spelling(words):
    assert options(["keepalived", *words])["f"] == "/a"


@pytest.mark.parametrize(
    "words", [["-l"], ["-p", "-f/a"], ["-t/f"], ["--", "-f", "/a"], ["--umask", "-f/a"], ["-"], []]
)
def test_without_the_option_there_is_no_file(words):
    assert "f" not in options(["keepalived", *words])


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (["-lC"], {"l": "", "C": ""}),
        (["--check"], {"C": ""}),
        (["--checkers", "/c"], {"c": "/c"}),
        (["-nr", "/v", "--vrrp"], {"n": "", "r": "/v", "P": ""}),
        (["--vrrp_", "/v", "-i", "b"], {"r": "/v", "i": "b"}),
        (["-f"], {"f": ""}),
        (["--config-id=b", "--log-console"], {"i": "b"}),
    ],
)
def test_the_other_options_are_read(words, found):
    assert options(["keepalived", *words]) == found


@pytest.mark.parametrize("words", FILE, ids=" ".join)
def test_keepalived_reads_the_same_file(words, tmp_path):
    good, bad = tmp_path / "good", tmp_path / "bad"
    good.write_text("global_defs {\n}\n")
    bad.write_text("vrrp_instance A {\n    no_such_word_at_all\n}\n")
    for file, other in ((good, bad), (bad, good)):
        paths = {"a": str(file), "b": str(other)}
        said = [re.sub("/([ab])$", lambda match, paths=paths: paths[match[1]], word) for word in words]
        done = subprocess.run(
            ["unshare", "--net", "keepalived", "-t", *said], capture_output=True, text=True, timeout=20, check=False
        )
        assert ("no_such_word_at_all" in done.stderr) is (file == bad), (said, done.stderr)
