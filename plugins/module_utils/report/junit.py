# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write a report as JUnit XML, which continuous integration reads: a test case for each instance."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from .model import Report, events, expected_words, seconds, what_happens

# XML 1.0 has no way to write these characters.
_FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def junit(report: Report) -> str:
    """Return an XML document. An instance that nobody judged counts as skipped."""
    instances = report["instances"]
    lasted = [each["timeline"]["to_s"] - each["timeline"]["from_s"] for each in instances]
    counts = {
        "tests": str(len(instances)),
        "failures": str(sum(each["passed"] is False for each in instances)),
        "errors": "0",
        "skipped": str(sum(each["passed"] is None for each in instances)),
        "time": f"{sum(lasted):.3f}",
    }
    root = ElementTree.Element("testsuites", {"name": _clean(report["title"]), **counts})
    suite = ElementTree.SubElement(
        root, "testsuite", {"name": _clean(report["title"]), "timestamp": _clean(report["made_at"]), **counts}
    )
    for instance, time_s in zip(instances, lasted):
        name = f"{instance['name']}: {what_happens(instance)}"
        attributes = {"classname": _clean(instance["pair"]), "name": _clean(name), "time": f"{time_s:.3f}"}
        case = ElementTree.SubElement(suite, "testcase", attributes)
        remarks = _clean("\n".join(instance["remarks"]))
        if instance["passed"] is False:
            message = _clean(instance["remarks"][0]) if instance["remarks"] else "failed"
            ElementTree.SubElement(case, "failure", {"message": message}).text = remarks
        elif instance["passed"] is None:
            ElementTree.SubElement(case, "skipped", {"message": "there is no verdict"})
        said = [f"{at:.3f} s: {text}" for at, text in events(instance)]
        if instance["expected"] is not None:
            said.append(expected_words(instance["expected"]))
        measured = instance["measured"]
        if measured is not None:
            longest = seconds(measured["longest_s"])
            said.append(f"measured: {measured['lost']} of {measured['sent']} probes lost, the longest gap {longest}")
        ElementTree.SubElement(case, "system-out").text = _clean("\n".join([*said, *instance["remarks"]]))
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def _clean(text: str) -> str:
    return _FORBIDDEN.sub("?", text)
