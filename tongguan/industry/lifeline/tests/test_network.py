# SPDX-License-Identifier: Apache-2.0
"""Traces along networks: what to shut, who is left without, what hangs together."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tongguan.industry.lifeline.coupling import Reach, neighbours
from tongguan.industry.lifeline.network import EdgeRow, Graph, NodeRow
from tongguan.kernel.errors import Invalid

LON, LAT = 117.2272, 31.8206
M = 1 / 111_195.08


def node(code: str, kind: str = "junction", x: float = 0.0, y: float = 0.0) -> NodeRow:
    return NodeRow(code, kind, LON + x * M / np.cos(np.radians(LAT)), LAT + y * M)


def pipe(code: str, begin: str, end: str, metres: float = 100.0, kind: str = "pipe", **more: bool) -> EdgeRow:
    return EdgeRow(code, kind, begin, end, metres, **more)


def street() -> Graph:
    """S—V1—a—b—V2—c, with users at b and c; a second source T behind V3 feeds c."""
    nodes = [
        node("S", "source"),
        node("V1", "valve"),
        node("a"),
        node("b"),
        node("u1", "user"),
        node("V2", "valve"),
        node("c"),
        node("u2", "user"),
        node("V3", "valve"),
        node("T", "source"),
    ]
    main = ["S", "V1", "a", "b", "u1"]
    runs = [*pairwise(main), ("b", "V2"), ("V2", "c"), ("c", "u2"), ("c", "V3"), ("V3", "T")]
    return Graph(nodes, [pipe(f"p{n}", *ends) for n, ends in enumerate(runs, 1)])


def test_a_broken_main_is_shut_by_the_valves_around_it_and_only_its_own_users_are_without():
    cut = street().isolate("p3")
    assert cut.valves == ("V1", "V2")
    assert cut.nodes == ("a", "b", "u1")
    assert cut.edges == ("p2", "p3", "p4", "p5")
    assert cut.users == ("u1",), "the second source still feeds c"
    assert cut.complete


def test_a_valve_that_is_stuck_takes_more_with_it():
    cut = street().isolate("p3", stuck={"V2"})
    assert cut.valves == ("V1", "V3")
    assert set(cut.users) == {"u1", "u2"}


def test_a_cut_that_reaches_the_source_says_that_it_is_not_complete():
    cut = street().isolate("p1")
    assert (cut.valves, cut.complete) == (("V1",), False)


def test_a_valve_drawn_as_a_pipe_shuts_as_well():
    graph = Graph(
        [node("S", "source"), node("a"), node("b"), node("u", "user")],
        [pipe("p1", "S", "a"), pipe("v", "a", "b", kind="valve"), pipe("p2", "b", "u")],
    )
    cut = graph.isolate("p2")
    assert (cut.valves, cut.edges, cut.users) == (("v",), ("p2",), ("u",))


def test_flow_is_followed_down_and_up_and_closed_pipes_lead_nowhere():
    graph = Graph(
        [node(c) for c in "abcd"],
        [pipe("1", "a", "b"), pipe("2", "b", "c"), pipe("3", "c", "d", open=False)],
    )
    assert graph.downstream("a") == ("b", "c")
    assert graph.upstream("c") == ("b", "a")
    assert graph.distances(["a", "c", "d"]).tolist()[0] == [0.0, 200.0, np.inf]
    assert graph.near("a", 150.0) == (("b", 100.0),)


def test_of_two_pipes_between_the_same_nodes_the_shorter_is_the_way():
    graph = Graph([node("a"), node("b")], [pipe("1", "a", "b", 100.0), pipe("2", "b", "a", 30.0)])
    assert graph.distances(["a", "b"])[0, 1] == 30.0


def test_an_edge_that_ends_nowhere_is_refused_by_name():
    with pytest.raises(Invalid) as refused:
        Graph([node("a")], [pipe("1", "a", "x")])
    assert refused.value.field == "end"


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 11), st.integers(0, 11)), min_size=1, max_size=24),
    st.sets(st.integers(1, 11)),
    st.data(),
)
def test_once_the_valves_are_shut_no_way_leads_from_a_source_to_the_cut(runs, valves, data):
    nodes = [node(str(n), "source" if n == 0 else "valve" if n in valves else "junction") for n in range(12)]
    graph = Graph(nodes, [pipe(f"p{k}", str(a), str(b)) for k, (a, b) in enumerate(runs)])
    cut = data.draw(st.integers(0, len(runs) - 1))
    found = graph.isolate(f"p{cut}")
    shut = {int(code) for code in found.valves}
    reached, todo = {0} - shut, [0]
    while todo:
        here = todo.pop()
        for a, b in runs:
            for one, other in ((a, b), (b, a)):
                if one == here and other not in reached and other not in shut:
                    reached.add(other)
                    todo.append(other)
    ends = set(runs[cut]) - valves
    assert not found.complete or not (ends & reached)
    assert all(int(code) in valves for code in found.valves)


def test_gas_is_looked_for_in_chambers_near_the_leak_and_along_their_drains():
    drains = Graph(
        [node("Y1", "manhole", x=8.0), node("Y2", "manhole", x=60.0), node("Y3", "manhole", x=400.0)],
        [pipe("d1", "Y1", "Y2", 52.0, "conduit"), pipe("d2", "Y2", "Y3", 340.0, "conduit")],
    )
    homes = Graph([node("B1", "basement", y=5.0)], [])
    found = neighbours(LON, LAT, {"雨水": drains, "楼": homes}, Reach(soil_m=20.0, along_m=100.0))
    assert [(one.network, one.code) for one in found] == [("楼", "B1"), ("雨水", "Y1"), ("雨水", "Y2")]
    assert found[1].reason == "检查井Y1距泄漏点8米（土壤渗透）"
    assert found[2].reason == "检查井Y2经检查井Y1沿管道相通52米"
    assert found[0].weight > found[1].weight > found[2].weight > 0
