# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It holds files of keepalived that tests import."""

from __future__ import annotations

PATH = "/etc/keepalived/keepalived.conf"
GLOBAL = "global_defs {\n    router_id @NAME@\n@MORE@\n}\n"
ROOT = "    script_user root\n    enable_script_security\n"
ARTICLE = """\
global_defs {
    router_id Node@NAME@
}
vrrp_instance VI_1 {
    state @STATE@    # who begins
    interface eth0
    virtual_router_id 51
    priority @PRIORITY@
    advert_int 1
    authentication {
        auth_type PASS
        auth_pass 1111
    }
    virtual_ipaddress {
        192.168.8.100/24
    }
}
"""


def conf(body, name="VI_1", more="", vips="192.168.8.100/24", vrid=51, state="state @STATE@"):
    """Return a file with one instance with ``body`` in it."""
    return (
        GLOBAL.replace("@MORE@", more)
        + f"vrrp_instance {name} {{\n    {state}\n    interface eth0\n    virtual_router_id {vrid}\n"
        + f"    priority @PRIORITY@\n{body}\n    virtual_ipaddress {{\n        {vips}\n    }}\n}}\n"
    )


SCRIPTS = """\
vrrp_script chk_web {
    script "/usr/bin/curl --fail 'http://127.0.0.1/a b'"
    interval 2
    timeout 3
    rise 2
    fall 3
    weight -20
    user root root
}
vrrp_script chk_bad {
    script /bin/true
    interval 1
    weight 5 reverse
    init_fail
}
"""
TRACKERS = """\
vrrp_track_process web {
    process nginx -g
    param_match initial
    weight 7
    quorum 2
    quorum_max 9
    delay 1.5
}
vrrp_track_process none {
    process oldd
    quorum_max 0
    full_command
}
track_file level {
    file /run/level
    weight 2 reverse
    init_file 3 overwrite
}
"""
QUOTED = r"""
vrrp_script chk_quoted {
    script "/bin/sh -c 'test \"$1\" = \'a b\'' '\\\\' {{.State}} 'x#!' ''"
}
vrrp_track_process quoted {
    process "my server" "-c /etc/a b.conf" plain "x#1" ""
}
"""
FILES = {
    "article": ARTICLE,
    "quotes and backslashes": QUOTED
    + conf(
        "    track_script {\n        chk_quoted\n    }\n    track_process {\n        quoted\n    }\n"
        "    notify_master \"/bin/n 'a\\\\042b' '\\\\303\\\\251' c\\\\ d\"",
        more=ROOT + '    router_id "Node @NAME@"',
    ).replace("    router_id @NAME@\n", ""),
    "version 3 and its times": conf(
        "    version 3\n    advert_int 0.25\n    nopreempt\n    down_timer_adverts 5\n    v3_checksum_as_v2 true",
        state="state BACKUP",
    ),
    "ipv6": conf("    version 3", vips="fd00:8::100/64\n        fe80::100/64", state="state BACKUP"),
    "unicast": conf(
        "    unicast_src_ip @OWN@\n    unicast_peer {\n        @PEER@ min_ttl 250\n    }\n    unicast_ttl 254\n"
        "    track_src_ip\n    preempt_delay 30",
        state="state BACKUP",
    ),
    "scripts": SCRIPTS
    + conf(
        "    track_script {\n        chk_web\n        chk_bad weight 0\n    }\n    notify /bin/n root\n"
        '    notify_master "/bin/m now" root root\n    notify_deleted\n    notify_priority_changes',
        more=ROOT,
    ),
    "a script that nobody tracks": SCRIPTS + conf("", more=ROOT),
    "trackers": TRACKERS
    + conf(
        "    track_process {\n        web\n        none\n    }\n    track_file {\n        level weight 1\n    }\n"
        "    track_interface {\n        eth1 weight -30\n    }"
    ),
    "additions": conf(
        "    @hotstandby track_gateway 192.168.8.1 interval 2 weight -20\n"
        "    @hotstandby track_tcp 127.0.0.1 80 fall 2\n"
        '    @hotstandby track_http http://127.0.0.1/h status 200,300-304 body "all well" host web.example verify\n'
        "    @hotstandby track_unit nginx.service",
        more="    @hotstandby vip_lease 5",
    ),
    "announcements": conf(
        "    garp_master_delay 2\n    garp_master_refresh 60\n    garp_lower_prio_repeat 0\n    garp_extra_if all 30",
        more="    vrrp_garp_interval 0.01\n    vrrp_gna_interval 0.02\n    vrrp_garp_master_repeat 3",
    ),
    "addresses, routes and rules": conf(
        "    virtual_ipaddress_excluded {\n        fd00:8::7/64 dev eth0 -nodad\n        192.168.8.200/24\n    }\n"
        "    virtual_routes {\n        10.9.0.0/16 via 192.168.8.1 metric 5\n        blackhole 10.8.0.0/16\n    }\n"
        "    virtual_rules {\n        from 192.168.8.0/24 table 100 preference 200\n    }\n"
        "    promote_secondaries\n    no_accept",
        vips="192.168.8.100/24 brd + label eth0:1\n        192.168.8.101/24 dev eth1 no_track",
    ),
    "addresses that stand for themselves": conf(
        "", vips="192.168.8.100\n        192.168.8.101 dev eth1 home\n        192.168.8.102 peer 192.168.8.50/32"
    ),
    "hmac": conf(
        "    auth_hmac {\n        key 1 hex:" + "0a" * 32 + "\n        key 2 file:/etc/keepalived/k2\n"
        "        active_key 1\n        mode permissive\n        time_window 9\n    }"
    ),
    "vmac": conf("    use_vmac vrrp51 02:00:5e:10:00:33\n    vmac_xmit_base"),
    "globals": conf(
        "",
        more=ROOT + "    vrrp_startup_delay 2.5\n    vrrp_delay_after_boot 9\n"
        "    notify_fifo /run/fifo root\n    notify_fifo_script /bin/reader\n"
        "    startup_script /bin/up\n    startup_script_timeout 7\n    log_unknown_vrids\n    default_interface eth1",
    )
    + "track_group all {\n    group {\n        VI_1\n    }\n}\n"
    + "interface_up_down_delays {\n    eth0 0.5 1\n}\nstatic_ipaddress {\n    192.168.8.9/24 dev eth0\n}\n"
    + "static_routes {\n    10.7.0.0/16 via 192.168.8.1 dev eth0 track_group all\n}\n"
    + "garp_group {\n    interfaces {\n        eth0\n        eth1\n    }\n    garp_interval 0.02\n}\n",
    "strict defaults for every instance": conf(
        "", more="    vrrp_version 3\n    vrrp_skip_check_adv_addr\n    vrrp_down_timer_adverts 4\n    vrrp_min_garp"
    ),
    "parameters and sequences": "$VIP=192.168.8.77\n" + conf("", vips="${VIP}/24"),
}
GROUP = (
    SCRIPTS
    + "vrrp_sync_group G1 {\n    group {\n        inside\n        outside\n    }\n    sync_group_tracking_weight\n"
    + '    track_script {\n        chk_web\n    }\n    notify /bin/g\n    notify_fault "/bin/f x" root\n}\n'
    + conf("", "inside", vrid=11, more=ROOT)
    + conf("", "outside", vips="192.168.8.101/24", vrid=12).replace(GLOBAL.replace("@MORE@", ""), "")
)
FILES["a sync group"] = GROUP
FILES["each is master of one"] = (
    conf("", "one", vrid=11, state="state @STATE@")
    + "vrrp_instance two {\n    state @OTHER_STATE@\n    interface eth0\n    virtual_router_id 12\n"
    + "    priority @OTHER_PRIORITY@\n    virtual_ipaddress {\n        192.168.8.101/24\n    }\n}\n"
)


def of_host(text, here):
    own = {
        "@NAME@": "A" if here else "B",
        "@STATE@": "MASTER" if here else "BACKUP",
        "@OTHER_STATE@": "BACKUP" if here else "MASTER",
        "@PRIORITY@": "150" if here else "140",
        "@OTHER_PRIORITY@": "140" if here else "150",
        "@OWN@": "192.168.8.4" if here else "192.168.8.6",
        "@PEER@": "192.168.8.6" if here else "192.168.8.4",
    }
    for word, value in own.items():
        text = text.replace(word, value)
    return text
