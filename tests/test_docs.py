"""The documents say what the code is; what follows from it is written by a command."""

import re

import pytest

from geo_tracker.config import ROOT
from scripts import documents

NOT_FOR_SHIPPING = re.compile(r"\bA?GPL|SSPL|BUSL|Commons Clause|UNKNOWN", re.IGNORECASE)


@pytest.mark.parametrize(("name", "language"), documents.READMES.items())
def test_the_settings_in_the_readme_are_those_of_the_code(name: str, language: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    assert documents.settings_table(language) in text


def test_the_list_of_licences_is_complete() -> None:
    listed = documents.LICENCES.read_text(encoding="utf-8")
    for package, version in documents.runtime_packages():
        assert re.search(rf"^\| {re.escape(package)} \| {re.escape(version)} \| \S", listed, re.M)


def test_all_parts_by_others_may_be_shipped() -> None:
    packages = documents.runtime_packages()
    assert len(packages) > 30
    for package, _version in packages:
        licence = documents.licence_of(package).replace("LGPL", "")
        assert licence == "" or not NOT_FOR_SHIPPING.search(licence), package


def test_both_readmes_have_the_same_parts_and_pictures() -> None:
    english, chinese = ((ROOT / name).read_text(encoding="utf-8") for name in documents.READMES)
    for pattern in (r"^#+ ", r"^\d\. ", r"^```", r"^\| `", r"<!-- \w+ -->"):
        counts = [len(re.findall(pattern, text, re.M)) for text in (english, chinese)]
        assert counts[0] == counts[1] > 0, pattern
    for text, language in ((english, "en"), (chinese, "zh")):
        pictures = re.findall(r"\((docs/screenshots/[^)]+)\)", text)
        assert pictures
        assert all(name.endswith(f"-{language}.png") for name in pictures)


@pytest.mark.parametrize("name", [*documents.READMES, "CHANGELOG.md"])
def test_links_of_the_documents_lead_somewhere(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#:]+)\)", text):
        assert (ROOT / target).exists(), target


def test_every_room_is_in_the_readme() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    rooms = [
        path.name
        for path in (ROOT / "geo_tracker").iterdir()
        if path.is_dir() and (path / "__init__.py").exists()
    ]
    assert all(f"`{room}/`" in text for room in rooms)
