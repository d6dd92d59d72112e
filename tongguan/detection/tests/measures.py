# SPDX-License-Identifier: Apache-2.0
"""What each detector measures, one reading of one stream at a time, in plain Python."""

from collections import deque
from statistics import median

WEEK, HOUR = 168, 3_600_000


def flat_line(chosen: dict):
    since = value = seen = None

    def hear(at, now):
        nonlocal since, value, seen
        gap = chosen.get("gap", 0) * 1000
        if value is None or abs(now - value) > chosen.get("tolerance", 0) or (gap and at - seen > gap):
            since = at
        value, seen = now, at
        return [(at, (at - since) / 1000)]

    return hear


def rate(chosen: dict):
    window = int(chosen["window"] * 1000)
    part = max(window // 6, 1)
    kept: deque = deque()

    def hear(at, now):
        if not kept or kept[-1][0] // part != at // part:
            kept.append((at, now))
        oldest = next(one for one in kept if one[0] >= at - window)
        if (at - oldest[0]) * 2 < window:
            return []
        change = (now - oldest[1]) * 60_000 / (at - oldest[0])
        return [(at, {"rise": change, "fall": -change}.get(chosen.get("side"), abs(change)))]

    return hear


def stepped(every: int, judge):
    step, held = None, []

    def hear(at, now):
        nonlocal step, held
        told = []
        if step is not None and at // every != step:
            found = judge(sum(held) / len(held))
            told = [] if found is None else [((step + 1) * every, found)]
            held = []
        step = at // every
        held.append(now)
        return told

    return hear


def cusum(chosen: dict):
    learned, high, low, beyond = [], 0.0, 0.0, 0
    lowest = min(chosen[one] for one in ("blue", "yellow", "orange", "red") if one in chosen)
    worst = max(chosen[one] for one in ("blue", "yellow", "orange", "red") if one in chosen)

    def judge(mean):
        nonlocal learned, high, low, beyond
        if len(learned) < chosen["learn"]:
            learned.append(mean)
            return None
        usual = sum(learned) / len(learned)
        spread = (sum((one - usual) ** 2 for one in learned) / (len(learned) - 1)) ** 0.5
        apart = (mean - usual) / max(spread, chosen["floor"])
        high = min(max(high + apart - chosen["slack"], 0), 2 * worst)
        low = min(max(low - apart - chosen["slack"], 0), 2 * worst)
        found = max(high, low)
        beyond = beyond + 1 if found >= lowest else 0
        if chosen["relearn"] and beyond >= chosen["relearn"]:
            learned, high, low, beyond = [], 0.0, 0.0, 0
        return found

    return stepped(int(chosen["every"] * 1000), judge)


def page_hinkley(chosen: dict):
    heard, high, low, beyond = [], 0.0, 0.0, 0

    def judge(mean):
        nonlocal heard, high, low, beyond
        heard.append(mean)
        if len(heard) <= chosen["learn"]:
            return None
        apart = mean - sum(heard) / len(heard)
        high, low = max(high + apart - chosen["delta"], 0), max(low - apart - chosen["delta"], 0)
        found = max(high, low)
        beyond = beyond + 1 if found >= chosen["blue"] else 0
        if chosen["relearn"] and beyond >= chosen["relearn"]:
            heard, high, low, beyond = [], 0.0, 0.0, 0
        return found

    return stepped(int(chosen["every"] * 1000), judge)


def season(chosen: dict):
    profile: dict[int, list[float]] = {}  # level, spread, weeks
    hour, held, anchor = None, [], 0.0

    def teach():
        mean = sum(held) / len(held)
        apart = sum(abs(one - anchor) for one in held) / len(held)
        if hour % WEEK not in profile:
            profile[hour % WEEK] = [mean, apart, 1]
            return
        level, spread, weeks = profile[hour % WEEK]
        share, most = max(1 / (weeks + 1), 0.1), 3 * spread if weeks >= 2 else float("inf")
        level += share * max(-most, min(most, mean - level))
        profile[hour % WEEK] = [level, spread + share * (min(apart, most) - spread), weeks + 1]

    def hear(at, now):
        nonlocal hour, held, anchor
        this = (at + int(chosen["zone"] * HOUR)) // HOUR
        if hour is not None and this != hour:
            teach()
        if this != hour:
            hour, held = this, []
            anchor = profile[hour % WEEK][0] if hour % WEEK in profile else now
        held.append(now)
        level, spread, weeks = profile.get(hour % WEEK, (0, 0, 0))
        return [(at, abs(now - level) / max(spread, chosen["floor"]))] if weeks >= chosen["weeks"] else []

    return hear


def in_groups(chosen: dict, groups: list, judge_of):
    """Look at each group after every step, as ``groups.judged`` says it."""
    every, stale = chosen["every"] * 1000, chosen["stale"] * 1000
    judges = [judge_of(slot) for slot in range(len(groups))]
    steps: list = [None] * len(groups)
    heard: list[dict] = [{} for _ in groups]

    def hear(stream, at, now):
        told = []
        for slot, group in enumerate(groups):
            if stream not in group:
                continue
            part = group.index(stream)
            if at <= heard[slot].get(part, (-1,))[0]:
                continue
            step = max(at // every, steps[slot] or 0)
            if steps[slot] is not None and step > steps[slot]:
                end = (steps[slot] + 1) * every
                values = {p: v for p, (t, v) in heard[slot].items() if t >= end - stale}
                found = judges[slot](values)
                told += [] if found is None else [(slot, end, found)]
            steps[slot] = step
            heard[slot][part] = (at, now)
        return told

    return hear


def balance(signs: list):
    def judge_of(slot):
        def judge(values):
            known = all(part in values for part, sign in enumerate(signs[slot]) if sign)
            return (
                sum(sign * values[part] for part, sign in enumerate(signs[slot]) if sign) if known else None
            )

        return judge

    return judge_of


def neighbours(chosen: dict):
    def judge_of(slot):
        offset, spread, count = 0.0, 0.0, 0

        def judge(values):
            nonlocal offset, spread, count
            others = [value for part, value in values.items() if part]
            if 0 not in values or len(others) < chosen["least"]:
                return None
            apart = values[0] - median(others)
            off = apart - offset
            found = abs(off) / max(spread, chosen["floor"]) if count >= chosen["learn"] else None
            share = 1 / min(count + 1, chosen["learn"])
            most = 3 * spread if count >= chosen["learn"] else float("inf")
            off = off if count else 0.0
            offset = offset + share * max(-most, min(most, off)) if count else apart
            spread += share * (min(abs(off), most) - spread)
            count = min(count + 1, chosen["learn"])
            return found

        return judge

    return judge_of
