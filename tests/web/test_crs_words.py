"""Coordinate systems are called by surveyors' words in both languages."""

import pytest
import sqlalchemy as sa
from flask import Flask
from flask_babel import force_locale

from geo_tracker.app import create_app
from geo_tracker.config import Settings
from geo_tracker.importing.crs_list import crs_families
from geo_tracker.web.crs_words import crs_word


@pytest.fixture
def app(settings: Settings, engine: sa.Engine) -> Flask:
    return create_app(settings, engine)


@pytest.mark.parametrize(
    ("name", "chinese"),
    [
        ("China Geodetic Coordinate System 2000", "CGCS2000，经纬度"),
        (
            "CGCS2000 / 3-degree Gauss-Kruger CM 120E",
            "CGCS2000，3 度带，中央经线 120°E（横坐标无带号）",
        ),
        (
            "Xian 1980 / 3-degree Gauss-Kruger zone 40",
            "1980 西安坐标系，3 度带，第 40 带（横坐标加带号）",
        ),
        (
            "Beijing 1954 / Gauss-Kruger zone 20",
            "1954 北京坐标系，6 度带，第 20 带（横坐标加带号）",
        ),
        ("WGS 84 / UTM zone 50N", "WGS 84 / UTM zone 50N"),
    ],
)
def test_a_system_is_called_as_surveyors_do(app: Flask, name: str, chinese: str) -> None:
    with app.test_request_context(), force_locale("zh_Hans_CN"):
        assert crs_word(name) == chinese


def test_no_two_systems_of_a_family_share_a_word(app: Flask) -> None:
    with app.test_request_context(), force_locale("zh_Hans_CN"):
        for _family, members in crs_families():
            words = [crs_word(name) for _code, name in members]
            assert len(words) == len(set(words))
