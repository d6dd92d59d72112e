# SPDX-License-Identifier: Apache-2.0
"""Insight: rows of the matrix of permissions."""

_ZERO = "00000000-0000-7000-8000-000000000000"
_CENTRE = {"dispatcher", "duty_chief", "supervisor", "evaluator", "leader", "auditor", "outsider"}
_CITY = {"city_chief", "city_dispatcher"}
#: Who reads where matters get stuck, each of the own scope; units of their own cases.
READ = _CENTRE | _CITY | {"department", "outside_department", "second_department"}
#: Proposals speak of a whole city's history: posts of centres; what they see of them is their scope's.
PROPOSED = _CENTRE | _CITY
CHIEF = {"city_chief", "sysadmin"}
INSIGHT = {
    "insight_map": ("GET", "/insight/map", None, READ),
    "insight_heat": ("GET", "/insight/heat", None, READ),
    "insight_slow": ("GET", "/insight/slow?stage=handle&key=1", None, READ),
    "insight_times": ("GET", "/insight/times", None, READ),
    "insight_variants": ("GET", "/insight/variants", None, READ),
    "insight_hand_overs": ("GET", "/insight/hand-overs", None, READ),
    "limit_proposals": ("GET", "/insight/limits", None, PROPOSED),
    "look_at_limits": ("POST", "/insight/limits/look", {}, CHIEF),
    "limit_terms": ("GET", "/insight/limits/terms", None, PROPOSED | {"sysadmin"}),
    "set_limit_terms": (
        "POST", "/insight/limits/terms", {"terms": {"cases": 100}, "reason": "本市量小"}, CHIEF,
    ),
    "limit_proposal": ("GET", f"/insight/limits/{_ZERO}", None, set()),
    "approve_limit": ("POST", f"/insight/limits/{_ZERO}/approval", {"reason": "可以"}, set()),
    "reject_limit": ("POST", f"/insight/limits/{_ZERO}/rejection", {"reason": "不行"}, set()),
    "overload": ("GET", "/insight/overload", None, READ),
}  # fmt: skip
