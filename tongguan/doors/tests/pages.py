# SPDX-License-Identifier: Apache-2.0
"""Every page of the three screens and who opens it: for tests that look at all, and `make screens`."""

import re
from pathlib import Path

ROUTES = Path(__file__).resolve().parents[3] / "frontend" / "src" / "screens"
#: Who opens a page of the desk where the acceptor would not find it.
OPENED_BY = {
    "hot": "leader",
    "revisit-plans": "supervisor",
    "suspicions": "supervisor",
    "insight": "leader",
    "limit-proposals": "leader",
    "overload": "leader",
    "analysis": "leader",
    "analysis-boards": "leader",
    "analysis-cases": "leader",
    "analysis-projects": "leader",
    "analysis-outlook": "leader",
    "analysis-foresight": "leader",
    "duties": "duty_chief",
    "rules": "duty_chief",
    "processes": "duty_chief",
    "briefings": "evaluator",
    "briefing-templates": "duty_chief",
    "worktime": "duty_chief",
    "workdays": "duty_chief",
    "models": "sysadmin",
    "letters": "sysadmin",
    "scores": "duty_chief",
    "score-set": "duty_chief",
    "streams": "sysadmin",
    "coverage": "duty_chief",
    "watch": "duty_chief",
}
DESK_DEFAULT = "acceptor"
PHONE = {
    "home": ("", "/m"),
    "report": ("", "/m/report"),
    "progress": ("", "/m/progress"),
    "mine": ("", "/m/mine"),
    "staff-home": ("collector", "/m"),
    "tasks": ("handler", "/m/tasks"),
    "task": ("handler", "/m/tasks/{task}"),
    "patrol": ("collector", "/m/patrol"),
}
PLAIN = {
    "sign-in": ("", "/login"),
    "password": ("acceptor", "/login/password"),
    "missing": ("acceptor", "/desk/nothing"),
}


def desk_pages(case):
    """Give name -> (person, address) of every page that the desk's routes declare."""
    source = (ROUTES / "desk" / "routes.ts").read_text(encoding="utf-8")
    found = re.findall(r'path: "([^"]*)", name: "([^"]+)"', source)
    return {
        name: (
            OPENED_BY.get(name, DESK_DEFAULT),
            f"/desk/{path}".rstrip("/")
            .replace(":id", case)
            .replace(":code", "open_now")
            .replace(":set", "three_rates"),
        )
        for path, name in found
        # the stories of alarms, limits and briefings look at these
        if not any(one in path for one in (":alarm", ":proposal", ":briefing"))
    }


def phone_pages(handler, task):
    """Give name -> (person, address) of every page of the phone; ``task`` is the handler's."""
    return {
        name: (handler if who == "handler" else who, address.format(task=task))
        for name, (who, address) in PHONE.items()
    }
