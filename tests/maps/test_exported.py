"""The map in one file: what it is made of and what its policy lets run."""

import base64
import hashlib
import re

import pytest

from geo_tracker.maps.exported import EXPORT_TEXTS, ExportedPage, exported_html

HOSTILE = "<img src=x onerror=\"document.title='broken'\"></script>`${document.title=1}`&倪宅"


def exported(text: str = "倪宅新村") -> str:
    square = {
        "type": "Polygon",
        "coordinates": [[[120, 29], [120.1, 29], [120.1, 29.1], [120, 29.1], [120, 29]]],
    }
    line = {"type": "LineString", "coordinates": [[120, 29], [120.1, 29.1]]}
    figures = [[0, text, text, 0]]

    def features(*properties: dict[str, object]) -> dict[str, object]:
        return {
            "type": "FeatureCollection",
            "features": [
                {"type": "Feature", "geometry": square, "properties": about} for about in properties
            ],
        }

    village = {
        "id": 1, "name": text, "place": text, "class": 0, "look": "", "seat": [29.05, 120.05],
        "middle": [29.05, 120.05], "figures": figures,
    }  # fmt: skip
    former = {
        "id": 2, "name": text, "into": 1, "point": [29.02, 120.02], "share": text,
        "figures": figures,
    }  # fmt: skip
    return exported_html(
        ExportedPage(
            language="zh-Hans",
            title=text,
            subtitle=text,
            mark=text,
            notice=text,
            facts=[(text, text)],
            bounds=(120.0, 29.0, 120.1, 29.1),
            content={
                "theme": {"title": text, "note": text},
                "signs": [{"look": "hatched", "label": text, "count": "1"}],
                "marks": {
                    "label": text,
                    "count": "1",
                    "points": [{"name": text, "about": text, "point": [29.03, 120.03]}],
                },
                "legend": [{"class": 0, "label": text, "color": "#74a7cc", "count": "1"}],
                "villages": features(village),
                "formers": features(former),
                "lines": {"town": line, "county": line},
                "projects": [
                    {"name": text, "light": "red", "point": [29.03, 120.07], "about": text}
                ],
                "problems": [
                    {"name": text, "light": "yellow", "point": [29.05, 120.03], "about": text}
                ],
                "figures": [text],
                "sources": [text],
            },
            texts=dict.fromkeys(EXPORT_TEXTS, text),
        )
    )


def policy_of(page: str) -> str:
    found = re.search(r'http-equiv="Content-Security-Policy" content="([^"]+)"', page)
    assert found is not None
    return found[1]


def hash_of(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


@pytest.mark.parametrize("tag", ["script", "style"])
def test_the_policy_lets_run_just_what_is_in_the_file(tag: str) -> None:
    page = exported()
    texts = re.findall(rf"<{tag}>(.*?)</{tag}>", page, re.DOTALL)
    assert len(texts) >= 2
    (said,) = re.findall(rf"{tag}-src ([^;]+)", policy_of(page))
    assert said.split() == [hash_of(text) for text in texts]


def test_the_policy_lets_nothing_be_fetched() -> None:
    policy = policy_of(exported())
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    assert "http" not in policy


def test_nothing_in_the_file_is_to_be_loaded() -> None:
    page = exported()
    assert not re.findall(r"<(?:link|img|iframe|object|script [^>]*src)\b", page)


def test_hostile_texts_are_escaped_wherever_they_stand() -> None:
    page = exported(HOSTILE)
    assert "<img" not in page
    assert page.count("</script>") == page.count("<script>")


def test_every_text_the_script_asks_for_is_there() -> None:
    script = exported()
    asked = set(re.findall(r"texts\.(\w+)", script)) | {"light_green", "light_unknown"}
    assert asked - {"loading"} <= EXPORT_TEXTS.keys()
