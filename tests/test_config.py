"""Settings come from the environment, and a wrong one is named."""

from dataclasses import fields
from pathlib import Path

import pytest

from geo_tracker.config import Settings, environment_name, settings_from_environment
from geo_tracker.errors import InputError
from geo_tracker.language import LOCALES, Message, translate


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for setting in fields(Settings):
        monkeypatch.delenv(environment_name(setting.name), raising=False)


def test_without_an_environment_the_defaults_hold() -> None:
    assert settings_from_environment() == Settings()
    assert Settings().url.endswith("data/tracker.gpkg")


@pytest.mark.parametrize(
    ("name", "text", "setting", "value"),
    [
        ("DATABASE_URL", "postgresql://planner@db/city", "database_url", None),
        ("GEO_TRACKER_DATA_DIR", "/srv/geo", "data_dir", Path("/srv/geo")),
        ("GEO_TRACKER_PORT", "8080", "port", 8080),
        ("GEO_TRACKER_SECURE_COOKIES", "Yes", "secure_cookies", True),
        ("GEO_TRACKER_SECURE_COOKIES", "0", "secure_cookies", False),
        ("GEO_TRACKER_MAP_AUTHOR", "永康市民政局", "map_author", "永康市民政局"),
    ],
)
def test_each_kind_of_setting_is_read(
    monkeypatch: pytest.MonkeyPatch, name: str, text: str, setting: str, value: object
) -> None:
    monkeypatch.setenv(name, text)
    assert getattr(settings_from_environment(), setting) == (text if value is None else value)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("GEO_TRACKER_PORT", "eight"),
        ("GEO_TRACKER_MAX_UPLOAD_MB", "1.5"),
        ("GEO_TRACKER_SECURE_COOKIES", "maybe"),
    ],
)
def test_a_wrong_value_is_refused_by_name(
    monkeypatch: pytest.MonkeyPatch, name: str, text: str
) -> None:
    monkeypatch.setenv(name, text)
    with pytest.raises(InputError) as refused:
        settings_from_environment()
    assert {name, text} <= set(refused.value.message.values.values())


@pytest.mark.parametrize("written", ["postgresql://u@h/d", "postgres://u@h/d"])
def test_plain_database_addresses_get_the_driver_that_is_installed(written: str) -> None:
    assert Settings(database_url=written).url == "postgresql+psycopg://u@h/d"


@pytest.mark.parametrize("setting", fields(Settings), ids=lambda setting: setting.name)
def test_every_setting_says_what_it_is_for_in_both_languages(setting: object) -> None:
    text = setting.metadata["help"]  # type: ignore[attr-defined]
    said = {translate(Message(text, {}), locale) for locale in LOCALES}
    assert len(said) == len(LOCALES)
