# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It holds a good file, and checks the errors when one of its lines is changed."""

from __future__ import annotations

from vrrp.config.loader import inspect

GOOD = """\
global_defs {
    router_id NodeA
    vrrp_version 2
}
vrrp_script chk_tomcat {
    script "/usr/bin/curl -fs http://127.0.0.1:8080/"
    interval 2
    weight -20
}
vrrp_instance VI_1 {
    state BACKUP
    interface eth0
    virtual_router_id 51
    priority 100
    advert_int 1
    authentication {
        auth_type PASS
        auth_pass 1111
    }
    virtual_ipaddress {
        192.168.8.100/24
    }
    unicast_src_ip 192.168.8.4
    unicast_peer {
        192.168.8.6
    }
    track_script {
        chk_tomcat
    }
    notify /usr/local/bin/notify
}
"""


def refuses(old, new, expected, text=GOOD):
    """Replace ``old`` by ``new`` and expect these errors, no more: (line, column, text, rule or hint or "")."""
    assert text.count(old) == 1
    report = inspect(text.replace(old, new), "f")
    assert report.configuration is None
    assert [(problem.line, problem.column) for problem in report.problems] == sorted(item[:2] for item in expected)
    for problem, (line, column, words, rest) in zip(report.problems, sorted(expected)):
        assert words in problem.text
        assert rest in str(problem)
        assert str(problem).startswith(f"f:{line}:{column}: error: {problem.text}")
