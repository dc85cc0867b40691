"""The picture of who became whom: bars and ribbons in proportion."""

import re
from itertools import pairwise
from xml.etree import ElementTree

import pytest

from geo_tracker.maps.lineage_flow import FlowLink, FlowNode, flow_picture

HOSTILE = "<script>alert(1)</script>\"'&`${1}"
SVG = "{http://www.w3.org/2000/svg}"


def picture(nodes: list[FlowNode], links: list[FlowLink], columns: int = 2) -> ElementTree.Element:
    heads = [f"20{10 + number}" for number in range(columns)]
    return ElementTree.fromstring(flow_picture(nodes, links, heads=heads, title="who"))


def bars(svg: ElementTree.Element) -> list[tuple[float, float, float]]:
    """Left, top and height of each bar."""
    return [
        (float(bar.attrib["x"]), float(bar.attrib["y"]), float(bar.attrib["height"]))
        for bar in svg.iter(f"{SVG}rect")
    ]


def ends(svg: ElementTree.Element) -> list[tuple[float, float, float, float]]:
    """Top and bottom of each ribbon at its start, and at its end."""
    found = []
    for path in svg.iter(f"{SVG}path"):
        y = [float(pair[1]) for pair in re.findall(r"(-?[\d.]+) (-?[\d.]+)", path.attrib["d"])]
        bottom = re.search(r"V([\d.]+)", path.attrib["d"])
        assert bottom is not None
        found.append((y[0], y[-1], y[3], float(bottom[1])))
    return found


TWO = [
    FlowNode("east", 0, "东村", size=3),
    FlowNode("west", 0, "西村", size=1),
    FlowNode("new", 1, "新村", size=4),
]
BOTH = [
    FlowLink("east", "new", size=3, colour=0, title="east"),
    FlowLink("west", "new", size=1, colour=1, title="west"),
]


def test_bars_and_ribbons_are_as_large_as_what_they_stand_for() -> None:
    svg = picture(TWO, BOTH)
    east, west, new = bars(svg)
    assert east[2] == pytest.approx(3 * west[2], abs=0.2)
    assert new[2] == pytest.approx(east[2] + west[2], abs=0.2)
    for (top, bottom, to_top, to_bottom), bar in zip(ends(svg), (east, west), strict=True):
        assert (top, bottom) == pytest.approx((bar[1], bar[1] + bar[2]), abs=0.2)
        assert to_bottom - to_top == pytest.approx(bar[2], abs=0.2)


def test_ribbons_fill_the_bar_they_lead_to_without_crossing() -> None:
    svg = picture(TWO, BOTH)
    new = bars(svg)[2]
    (_, _, first, middle), (_, _, second, last) = ends(svg)
    assert (first, middle, last) == pytest.approx((new[1], second, new[1] + new[2]), abs=0.2)


def test_a_village_that_was_split_gives_each_its_part() -> None:
    nodes = [FlowNode(1, 0, "老村", size=4), FlowNode(2, 1, "甲村"), FlowNode(3, 1, "乙村")]
    links = [
        FlowLink(1, 2, size=3, colour=0, title="", label="75 %"),
        FlowLink(1, 3, size=1, colour=0, title="", label="25 %"),
    ]
    svg = picture(nodes, links)
    old, larger, smaller = bars(svg)
    assert larger[2] + smaller[2] == pytest.approx(old[2], abs=0.2)
    assert larger[1] < smaller[1]
    assert {"75 %", "25 %"} <= {text.text for text in svg.iter(f"{SVG}text")}


def test_three_generations_stand_in_three_columns_beside_what_they_became() -> None:
    nodes = [
        *(FlowNode(name, 0, name, size=1) for name in "abcd"),
        FlowNode("ac", 1, "ac", size=2),
        FlowNode("bd", 1, "bd", size=2),
        FlowNode("all", 2, "all", size=4),
    ]
    pairs = [("a", "ac"), ("c", "ac"), ("b", "bd"), ("d", "bd"), ("ac", "all"), ("bd", "all")]
    links = [FlowLink(x, y, size=1 if len(x) == 1 else 2, colour=0, title="") for x, y in pairs]
    places = dict(zip([node.key for node in nodes], bars(picture(nodes, links, 3)), strict=True))
    assert places["a"][0] < places["ac"][0] < places["all"][0]
    order = sorted("abcd", key=lambda name: places[name][1])
    assert order in (list("acbd"), list("bdac"))


def test_what_is_not_known_is_a_dashed_line_and_has_no_width() -> None:
    svg = picture(TWO, [BOTH[0], FlowLink("west", "new", size=None, colour=1, title="west")])
    known, unknown = svg.iter(f"{SVG}path")
    assert "stroke-dasharray" not in known.attrib
    assert unknown.attrib["fill"] == "none"
    assert "stroke-dasharray" in unknown.attrib


def test_what_is_in_doubt_is_dashed_and_keeps_its_width() -> None:
    doubtful = FlowLink("east", "new", size=3, colour=0, title="", is_doubtful=True)
    path = next(picture(TWO, [doubtful]).iter(f"{SVG}path"))
    assert "stroke-dasharray" in path.attrib
    assert path.attrib["fill"] != "none"


def test_a_name_leads_to_its_page_but_not_to_the_page_it_stands_on() -> None:
    nodes = [
        FlowNode(1, 0, "老村", url="/villages/1", size=1),
        FlowNode(2, 1, "新村", url="/villages/2", is_here=True, size=1),
    ]
    svg = picture(nodes, [FlowLink(1, 2, size=1, colour=0, title="")])
    assert [link.attrib["href"] for link in svg.iter(f"{SVG}a")] == ["/villages/1"]


def test_hostile_texts_stay_texts() -> None:
    nodes = [
        FlowNode(1, 0, HOSTILE, code=HOSTILE, lines=[HOSTILE], warning=HOSTILE, url=HOSTILE),
        FlowNode(2, 1, "新村"),
    ]
    link = FlowLink(1, 2, size=1, colour=0, title=HOSTILE, label=HOSTILE)
    text = flow_picture(nodes, [link], heads=[HOSTILE, HOSTILE], title=HOSTILE)
    svg = ElementTree.fromstring(text)
    kinds = {element.tag.removeprefix(SVG) for element in svg.iter()}
    assert kinds == {"svg", "text", "tspan", "path", "title", "rect", "a"}
    assert HOSTILE in {element.text for element in svg.iter()}
    assert not re.search(r"\s(on\w+|style)=", text)


def test_texts_do_not_lie_over_each_other_however_small_the_villages_are() -> None:
    lines = ["一", "二"]
    nodes = [FlowNode(n, 0, f"第{n}村", lines=lines, size=1) for n in range(1, 8)]
    nodes.append(FlowNode(0, 1, "新村", size=7000))
    links = [FlowLink(n, 0, size=1, colour=n, title="") for n in range(1, 8)]
    ys = sorted(
        float(text.attrib["y"])
        for text in picture(nodes, links).iter(f"{SVG}text")
        if float(text.attrib["x"]) < 100 and float(text.attrib["y"]) > 20
    )
    assert len(ys) == 21
    assert min(after - before for before, after in pairwise(ys)) >= 14
