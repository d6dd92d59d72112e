# SPDX-License-Identifier: Apache-2.0
"""A drill: the simulated city's rules over its readings, alarms held against the truth."""

from tongguan.industry.lifeline.drills import Drill, Judge, rules
from tongguan.simulation.city import City
from tongguan.simulation.faults import HOUR, MINUTE, Fault, Kind

FAULTS = [
    Fault(Kind.SEEPAGE, "chamber", 2, 2 * HOUR, 3 * HOUR, 3.0),
    Fault(Kind.SPIKES, "chamber", 12, HOUR, 4 * HOUR, 0.6),
    Fault(Kind.BURST, "water", 1, 2 * HOUR, 4 * HOUR, 0.06, 0.4),
    Fault(Kind.STUCK, "water", 0, HOUR, 4 * HOUR, 0.0, 0.5),
]


def test_each_fault_is_told_as_what_it_is_and_in_time():
    town = City(11, 0.001, days=1)
    pack = [rule for rule in rules() if rule.over.plant in {"chamber", "water"}]
    drill = Drill(town, pack)
    drill.hear(town.frames(0, 4 * HOUR, FAULTS, frozenset({"chamber", "water"})))
    scores = Judge(town, FAULTS).scores(drill.told, 0, Kind)
    for kind in (Kind.SEEPAGE, Kind.SPIKES, Kind.BURST, Kind.STUCK):
        assert (kind, scores[kind].precision, scores[kind].recall) == (kind, 1.0, 1.0)
    assert scores[Kind.SEEPAGE].delays[0] <= 120
    assert scores[Kind.BURST].delays[0] <= 300
    silent = [kind for kind in Kind if kind not in {fault.kind for fault in FAULTS}]
    assert [scores[kind].alarms for kind in silent] == [0] * len(silent)


def test_an_alarm_without_a_cause_lowers_precision_and_a_fault_without_an_alarm_recall():
    town = City(11, 0.001, days=1)
    pack = [rule for rule in rules() if rule.code == "burst"]
    drill = Drill(town, pack)
    drill.hear(town.frames(0, 3 * HOUR, FAULTS, frozenset({"water"})))
    elsewhere = [Fault(Kind.BURST, "water", 2, 2 * HOUR, 3 * HOUR, 0.06)]
    score = Judge(town, elsewhere).scores(drill.told, 0, [Kind.BURST])[Kind.BURST]
    assert (score.alarms, score.right, score.faults, score.found) == (1, 0, 1, 0)
    assert drill.told[0].begin - FAULTS[2].begin <= 3 * MINUTE
