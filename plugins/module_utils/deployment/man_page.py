# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It has the page hotstandby(8). `make manual` writes this file: change tests/manual.py or the argument parser."""

from __future__ import annotations

TEXT = r""".\" Made by tests/manual.py of the collection hotstandby.vrrp.
.TH HOTSTANDBY 8 "" "hotstandby.vrrp" "System Administration"
.SH NAME
hotstandby \- a VRRP agent for hot\-standby pairs
.SH SYNOPSIS
.B hotstandby
.I COMMAND
.RI [ OPTION ...]
.SH DESCRIPTION
Two machines share one virtual address, and one of them has it: the MASTER. The agent speaks VRRP (RFC 9568) as
.BR keepalived (8)
does, and reads its configuration. It is the service
.BR hotstandby .
This command runs the agent, and asks and directs the running one.
.PP
Root and the agent's own user may change something. Members of the group
.B hotstandby
may look.
.SH COMMANDS
.SS "run"
Run the agent in the foreground.
.TP
\fB\-\-config\fR \fIFILE\fR
Its configuration (/etc/hotstandby/hotstandby.conf).
.TP
\fB\-\-state\-dir\fR \fIDIR\fR
Where the history, and a drain or hold with a reason or an end, outlive a boot (the runtime directory).
.SS "check FILE"
Say what is wrong with a configuration.
.TP
\fB\-\-for\fR \fIVERSION\fR
Say too what this release of keepalived ignores, refuses or understands otherwise; keepalived\-2.2.7, say.
.TP
\fB\-\-json\fR
Everything, as JSON.
.SS "status [NAME]"
Show who is MASTER, and why.
.TP
\fB\-\-json\fR
Everything, as JSON.
.TP
\fB\-\-check\fR
Exit with 4 where the status has a warning; one drained node, a promotion or a demotion is none.
.SS "watch [NAME]"
Show it live: states, peers, checks and what happens. The key q ends it.
.SS "metrics"
Print the status as metrics for Prometheus, or serve them.
.TP
\fB\-\-format\fR \fIopenmetrics|text\fR
The exposition format: that of OpenMetrics, or that of text files for node_exporter (openmetrics).
.TP
\fB\-\-listen\fR \fIADDRESS:PORT\fR
Go on, and serve them over HTTP at /metrics to everybody who reaches ADDRESS:PORT or [ADDRESS]:PORT.
.TP
\fB\-\-socket\fR \fIPATH\fR
Go on, and serve them over HTTP on a unix socket.
.TP
\fB\-\-textfile\fR \fIFILE\fR
Go on, and write them to a file for node_exporter.
.SS "promote NAME"
Make this node MASTER of an instance until it is released.
.TP
\fB\-\-reason\fR \fITEXT\fR
Why, in one line; the status shows it.
.TP
\fB\-\-expires\fR \fIWHEN\fR
When it ends by itself: in 90 (seconds), 30m, 2h or 1d12h, or at a time such as 2026\-11\-30T14:30:00Z.
.SS "demote NAME"
Let the peer be MASTER of an instance until it is released.
.TP
\fB\-\-reason\fR \fITEXT\fR
Why, in one line; the status shows it.
.TP
\fB\-\-expires\fR \fIWHEN\fR
When it ends by itself: in 90 (seconds), 30m, 2h or 1d12h, or at a time such as 2026\-11\-30T14:30:00Z.
.SS "release NAME"
Let priorities decide again.
.SS "drain"
Let this node give up everything and take nothing, for maintenance.
.TP
\fB\-\-reason\fR \fITEXT\fR
Why, in one line; the status shows it.
.TP
\fB\-\-expires\fR \fIWHEN\fR
When it ends by itself: in 90 (seconds), 30m, 2h or 1d12h, or at a time such as 2026\-11\-30T14:30:00Z.
.SS "undrain"
Let this node take part again.
.SS "cleanup"
Take off what a dead agent left behind, unless it is about to be started again.
.SS "reload"
Let the agent read its configuration again.
.SS "plan FILE"
Say what a reload of a file would change, and whether mastership would move.
.TP
\fB\-\-json\fR
Everything, as JSON.
.SS "events [NAME]"
Show what an instance was told and did lately.
.TP
\fB\-\-json\fR
As JSON lines, which replay reads.
.TP
\fB\-n\fR \fICOUNT\fR
No more than the last so many lines.
.TP
\fB\-\-since\fR \fITIME\fR
Since 90s, 10m, 2h, 1d ago, since 14:30, or since 2026\-11\-30T14:30.
.TP
\fB\-\-follow\fR
Go on with new entries, until it is interrupted.
.SS "history [NAME]"
Show when this node became MASTER and gave it up, also before its last boot.
.TP
\fB\-\-json\fR
As JSON lines.
.TP
\fB\-\-since\fR \fITIME\fR
Since 90s, 10m, 2h, 1d ago, since 14:30, or since 2026\-11\-30T14:30.
.TP
\fB\-\-state\-dir\fR \fIDIR\fR
Where the agent keeps it (/var/lib/hotstandby).
.SS "replay FILE"
Give recorded events to the state machine again and compare.
.TP
\fB\-\-json\fR
The outcome, as JSON.
.SH OPTIONS
.TP
\fB\-\-runtime\-dir\fR \fIDIR\fR
Where the agent has its control socket (/run/hotstandby). Every command has this option, but
.BR check " and " replay .
.TP
.B \-\-help
Print what a command takes.
.TP
.B \-\-version
Print the version of the release.
.SH EXIT STATUS
.TP
.B 0
It is done. For
.B status
this says nothing about the state: see
.BR \-\-check .
.TP
.B 1
The agent or the file said no.
.TP
.B 2
Wrong usage.
.TP
.B 3
No agent answers, or there is no right to ask it.
.TP
.B 4
.B status \-\-check
found a warning. A drain, a promotion or a demotion is none.
.SH ENVIRONMENT
.TP
.B NO_COLOR
If it is not empty, nothing has colour.
.TP
.B TERM
With
.B dumb
nothing has colour, and
.B watch
prints lines.
.SH SIGNALS
.TP
.B SIGHUP
The agent reads its file again, as with
.BR reload .
.TP
.BR SIGUSR1 ", " SIGUSR2
It writes its status to
.IR /run/hotstandby/status.json ,
and after the first one its events beside it.
.SH FILES
.TP
.I /etc/hotstandby/hotstandby.conf
The configuration, in the language of
.BR keepalived.conf (5).
.TP
.I /run/hotstandby/control.sock
The control socket of the agent.
.TP
.I /var/lib/hotstandby/history.jsonl
Each change of mastership, at most 4096 of them and 1 MiB.
.SH EXAMPLES
.TP
.B hotstandby status \-\-check >/dev/null || echo \(dqlook at it\(dq
.TP
.B hotstandby events VI_1 \-\-since 1h
.TP
.B hotstandby drain \-\-reason \(dqkernel update\(dq \-\-expires 2h
.TP
.B journalctl \-u hotstandby HOTSTANDBY_INSTANCE=VI_1
.SH SEE ALSO
.BR keepalived.conf (5),
.BR systemctl (1),
.BR journalctl (1),
.BR ip (8)
"""
