# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that a play of the server, with templates that were kept, is the same as one of `ansible-playbook`."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import time

from fake_nodes import _environment, _plays, play
from plays import PROGRAM

TEXT = r"""
- hosts: all
  gather_facts: false
  vars:
    nested: "{{ names | map('upper') | list }}"
    names: [a, "{{ lookup('env', 'PWD') }}"]
  tasks:
    - ansible.builtin.debug: {msg: "{{ nested }} {{ '{{ names[0] }}' }} {{ ('\\d', 1) }} {{ playbook_dir }}"}
    - ansible.builtin.debug: {msg: "{% for each in names %}{{ loop.index }}{% endfor %}"}
      when: names | length == 2 and nested[0] == 'A'
    - ansible.builtin.debug: {msg: "{{ missing }}"}
      ignore_errors: true
    - ansible.builtin.debug: {msg: "{{ names | nosuch }}"}
      ignore_errors: true
    - ansible.builtin.assert: {that: "names | length == 3 and"}
      ignore_errors: true
    - ansible.builtin.assert: {that: names | length == 3}
"""


def test_a_play_of_the_server_is_that_of_the_command_also_when_templates_are_kept(tmp_path):
    groups = {"one": {"hosts": {"host": {}}}}
    expected = play(tmp_path, groups, "", text=TEXT, settings={})
    assert "A" in expected.output and "nosuch" in expected.output
    for _again in range(2):
        done = play(tmp_path, groups, "", text=TEXT)
        assert (done.returncode, done.output) == (expected.returncode, expected.output) and done.returncode == 2


def test_a_play_ends_when_nobody_waits_for_it(tmp_path):
    (tmp_path / "site.yml").write_text(
        "- hosts: localhost\n  gather_facts: false\n  tasks:\n"
        f"    - ansible.builtin.shell: cd {tmp_path}; echo $$ >new; mv new pid; exec sleep 600\n"
    )
    asked = subprocess.Popen([PROGRAM, "site.yml"], cwd=tmp_path, env=_plays().environment(_environment()),
                             stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)  # fmt: skip
    while not (tmp_path / "pid").exists():
        assert asked.poll() is None, asked.communicate()
        time.sleep(0.05)
    sleeps = os.pidfd_open(int((tmp_path / "pid").read_text()))
    asked.send_signal(signal.SIGTERM)
    assert asked.wait() == 128 + signal.SIGTERM
    assert select.select([sleeps], [], [], 30)[0], "the command of the task goes on"
    os.close(sleeps)
