"""Where each province lies, roughly: what the first two digits of a village's code say of it."""

from collections import Counter
from collections.abc import Iterable

from geo_tracker.importing.codes import code_of
from geo_tracker.importing.crs_guess import Bounds

PROVINCES: dict[str, tuple[str, Bounds]] = {
    "11": ("北京", (115.4, 39.4, 117.5, 41.1)),
    "12": ("天津", (116.7, 38.5, 118.1, 40.3)),
    "13": ("河北", (113.4, 36.0, 119.9, 42.7)),
    "14": ("山西", (110.2, 34.5, 114.6, 40.8)),
    "15": ("内蒙古", (97.1, 37.4, 126.1, 53.4)),
    "21": ("辽宁", (118.8, 38.7, 125.8, 43.5)),
    "22": ("吉林", (121.6, 40.8, 131.4, 46.3)),
    "23": ("黑龙江", (121.1, 43.4, 135.1, 53.6)),
    "31": ("上海", (120.8, 30.6, 122.3, 31.9)),
    "32": ("江苏", (116.3, 30.7, 122.0, 35.2)),
    "33": ("浙江", (118.0, 27.0, 123.0, 31.2)),
    "34": ("安徽", (114.8, 29.3, 119.7, 34.7)),
    "35": ("福建", (115.8, 23.5, 120.8, 28.4)),
    "36": ("江西", (113.5, 24.4, 118.5, 30.1)),
    "37": ("山东", (114.7, 34.3, 122.8, 38.5)),
    "41": ("河南", (110.3, 31.3, 116.7, 36.4)),
    "42": ("湖北", (108.3, 29.0, 116.2, 33.3)),
    "43": ("湖南", (108.7, 24.6, 114.3, 30.2)),
    "44": ("广东", (109.6, 20.2, 117.4, 25.6)),
    "45": ("广西", (104.4, 20.8, 112.1, 26.4)),
    "46": ("海南", (108.3, 18.1, 111.1, 20.2)),
    "50": ("重庆", (105.2, 28.1, 110.2, 32.3)),
    "51": ("四川", (97.3, 26.0, 108.6, 34.4)),
    "52": ("贵州", (103.6, 24.6, 109.6, 29.3)),
    "53": ("云南", (97.5, 21.1, 106.2, 29.3)),
    "54": ("西藏", (78.3, 26.8, 99.2, 36.6)),
    "61": ("陕西", (105.4, 31.7, 111.3, 39.6)),
    "62": ("甘肃", (92.3, 32.5, 108.8, 42.9)),
    "63": ("青海", (89.3, 31.5, 103.1, 39.3)),
    "64": ("宁夏", (104.2, 35.2, 107.7, 39.4)),
    "65": ("新疆", (73.4, 34.3, 96.5, 49.2)),
}
"""Name, and west, south, east, north in degrees, by the first two digits of codes. The islands of
the South China Sea are left out of 海南, so that its box says something."""


def province_of(codes: Iterable[object]) -> tuple[str, Bounds] | None:
    """Return name and box of the province that nearly all codes begin with, if there is one.

    Parameters
    ----------
    codes : iterable
        Codes as the file has them; what is no village code does not count.
    """
    found = [code.stat[:2] for value in codes if (code := code_of(value)) and code.stat]
    counted = Counter(found).most_common(1)
    if not counted or counted[0][1] < 0.9 * len(found):
        return None
    return PROVINCES.get(counted[0][0])
