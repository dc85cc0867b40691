"""Colours of classes can be told apart with any colour vision and in grey print."""

import itertools

import numpy as np
import pytest

from geo_tracker.maps.ramps import LIGHTS, MERGED, SEQUENTIAL, UNTOUCHED, diverging, sequential

# Machado, Oliveira & Fernandes (2009), severity 1: linear light as seen with each deficiency.
VISION = {
    "usual": np.eye(3),
    "protanopia": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deuteranopia": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "tritanopia": np.array(
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ]
    ),
}
TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
WHITE = np.array([0.9505, 1.0, 1.089])

JUST_SEEN = 2.3
"""Distance in CIELAB that two patches side by side need to be told apart (Mahy et al. 1994)."""

SHARES_A_BORDER = 2.5 * JUST_SEEN


def lab(colour: str, vision: str) -> np.ndarray:
    channels = np.array([int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)])
    light = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    seen = np.clip(VISION[vision] @ light, 0, 1)
    ratio = TO_XYZ @ seen / WHITE
    f = np.where(ratio > 216 / 24389, np.cbrt(ratio), (24389 / 27 * ratio + 16) / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def nearest(colours: list[str], vision: str) -> float:
    seen = [lab(colour, vision) for colour in colours]
    return min(float(np.linalg.norm(a - b)) for a, b in itertools.combinations(seen, 2))


@pytest.mark.parametrize("name", SEQUENTIAL)
@pytest.mark.parametrize("count", range(2, 8))
def test_lightness_falls_from_class_to_class_whatever_the_eye(name: str, count: int) -> None:
    for vision in VISION:
        lightness = [lab(colour, vision)[0] for colour in sequential(name, count)]
        assert (np.diff(lightness) < -JUST_SEEN).all(), (vision, lightness)


@pytest.mark.parametrize("name", SEQUENTIAL)
def test_a_ramp_can_be_turned_about(name: str) -> None:
    assert sequential(name, 5, dark_low=True) == sequential(name, 5)[::-1]


@pytest.mark.parametrize("vision", VISION)
@pytest.mark.parametrize("each", [1, 2, 3])
def test_both_sides_of_a_middle_are_told_apart(vision: str, each: int) -> None:
    assert nearest(diverging(each, each), vision) > SHARES_A_BORDER


def test_equal_distance_from_a_middle_has_an_equally_strong_colour() -> None:
    whole = diverging(3, 3)
    assert diverging(1, 3) == whole[2:]
    assert diverging(3, 1) == whole[:4]


@pytest.mark.parametrize("vision", VISION)
@pytest.mark.parametrize("colours", [list(LIGHTS.values()), [MERGED, UNTOUCHED]])
def test_words_have_colours_that_are_told_apart(vision: str, colours: list[str]) -> None:
    assert nearest(colours, vision) > SHARES_A_BORDER
