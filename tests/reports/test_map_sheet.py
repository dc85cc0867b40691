"""The printed sheet: its size, what stands on it, and that texts stay texts."""

import io
from dataclasses import asdict, replace

import numpy as np
import numpy.typing as npt
import pypdf
import pypdfium2
import pytest

from geo_tracker.reports.map_sheet import (
    MAP_HEIGHT_MM,
    MAP_WIDTH_MM,
    LegendEntry,
    LegendGroup,
    Sheet,
    sheet_pdf,
)
from geo_tracker.reports.typesetting import STAND_IN, unknown_signs

HOSTILE = '#eval("1") *b* $x$ <img onerror> ]] `${1}` @ref \\ //'
NOWHERE = "\U0010f123"
"""A sign of private use that no font has."""

SVG = (
    f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 31800 24500" width="{MAP_WIDTH_MM}mm"'
    f' height="{MAP_HEIGHT_MM}mm"><path d="M0 0h15900v24500h-15900z" fill="#c06020"/>'
    '<text x="15900" y="9000" font-family="Noto Sans SC" font-size="300">NAME</text></svg>'
)


def sheet(**changes: object) -> Sheet:
    made = Sheet(
        locale="zh_Hans_CN",
        title="永康市 同意率（2020-06-30）",
        subtitle="村界 2019-10-31",
        mark="内部使用",
        notice="合成数据",
        svg=SVG.replace("NAME", "倪宅新村"),
        legend=[
            LegendGroup(
                title="同意率",
                unit="村庄",
                entries=[
                    LegendEntry(label="不足 95%", sign="area", colour="#8a3b12", count="1,234"),
                    LegendEntry(label="无数据", sign="missing", count="17"),
                    LegendEntry(label="县", sign="line", width_mm=0.7),
                    LegendEntry(label="原村", sign="dashes", width_mm=0.2, colour="#a34a12"),
                    LegendEntry(label="严重滞后", sign="point", width_mm=2.6, colour="#c62828"),
                ],
            )
        ],
        scale=170_000,
        bar_mm=58.8,
        bar_label="10 km",
        north_deg=-0.4,
        facts=[("制图人", "王芳"), ("打印日期", "2026-11-26")],
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def page_of(made: Sheet) -> pypdf.PageObject:
    (page,) = pypdf.PdfReader(io.BytesIO(sheet_pdf(made))).pages
    return page


def text_of(made: Sheet) -> str:
    return page_of(made).extract_text().replace("\xa0", " ")


def test_the_sheet_is_one_page_of_a3_landscape() -> None:
    box = page_of(sheet()).mediabox
    inch = 25.4 / 72
    assert float(box.width) * inch == pytest.approx(420, abs=0.05)
    assert float(box.height) * inch == pytest.approx(297, abs=0.05)


def test_all_that_belongs_on_a_map_stands_there_as_text() -> None:
    text = text_of(sheet())
    for said in (
        *("永康市 同意率（2020-06-30）", "内部使用", "合成数据", "同意率", "村庄", "不足 95%"),
        *("1,234", "17", "无数据", "1 : 170 000", "10 km", "N", "制图人", "王芳", "2026-11-26"),
        *("倪宅新村", "原村", "严重滞后"),
    ):
        assert said in text, said


def test_no_text_is_read_as_markup() -> None:
    made = sheet(
        title=HOSTILE,
        subtitle=HOSTILE,
        notice=HOSTILE,
        facts=[(HOSTILE, HOSTILE)],
        legend=[LegendGroup(title=HOSTILE, entries=[LegendEntry(label=HOSTILE, sign="area")])],
    )
    # Narrow columns break lines.
    text = "".join(text_of(made).split())
    assert text.count("".join(HOSTILE.split())) == 7


def test_a_long_title_stays_on_its_line() -> None:
    long = page_of(sheet(title="很长的标题" * 24))
    assert len(long.extract_text()) > 100
    (page,) = pypdf.PdfReader(io.BytesIO(sheet_pdf(sheet(title="很" * 120)))).pages
    assert "内部使用" in page.extract_text()


def test_rare_characters_of_villages_are_printed() -> None:
    assert "㙟头村" in text_of(sheet(title="㙟头村"))
    assert unknown_signs(asdict(sheet(title="㙟头村"))) == []


def test_a_character_that_no_font_has_is_stood_in_for_and_named() -> None:
    made = sheet(svg=SVG.replace("NAME", f"石{NOWHERE}村"), facts=[("村", f"{NOWHERE}塘")])
    assert unknown_signs(asdict(made)) == [NOWHERE]
    text = text_of(made)
    assert f"石{STAND_IN}村" in text
    assert f"{STAND_IN}塘" in text
    assert "U+10F123" in text
    assert NOWHERE not in text


def test_an_error_of_another_kind_is_not_hidden() -> None:
    with pytest.raises(RuntimeError):
        sheet_pdf(sheet(svg="<svg"))


def pixels(made: Sheet) -> npt.NDArray[np.uint8]:
    """Return the page at 2 pixels a millimetre, as rows of red, green, blue."""
    document = pypdfium2.PdfDocument(sheet_pdf(made))
    bitmap = document[0].render(scale=2 * 25.4 / 72, rev_byteorder=True)
    return np.asarray(bitmap.to_numpy())[:, :, :3]


def test_the_map_lies_in_its_frame_at_its_size() -> None:
    page = pixels(sheet())
    brown = (np.abs(page.astype(int) - [0xC0, 0x60, 0x20]) < 12).all(axis=2)
    rows, columns = np.flatnonzero(brown.any(axis=1)), np.flatnonzero(brown.any(axis=0))
    assert columns[-1] - columns[0] == pytest.approx(159 * 2, abs=3)
    assert rows[-1] - rows[0] == pytest.approx(245 * 2, abs=3)


def test_the_scale_bar_is_printed_as_long_as_it_says() -> None:
    ink = [0x1F, 0x29, 0x33]
    page = np.abs(pixels(sheet(bar_mm=40.0)).astype(int) - ink).max(axis=2) < 60
    column = page[200 * 2 :, 336 * 2 - 1 :]
    # The first and the third quarter are dark, the last is light.
    lengths = [np.flatnonzero(row) for row in column]
    dark = [row for row in lengths if 2 * 18 <= len(row) <= 2 * 22 and row[0] < 4]
    assert dark
    assert max(row[-1] - row[0] for row in dark) == pytest.approx(2 * 40 * 3 / 4, abs=2)


def test_missing_values_are_hatched_in_the_legend() -> None:
    only = LegendGroup(title="x", entries=[LegendEntry(label="无数据", sign="missing")])
    page = pixels(sheet(legend=[only]))
    # The first swatch of the column, within its frame.
    swatch = page[38 * 2 : 41 * 2, 337 * 2 + 1 : 344 * 2].astype(int).sum(axis=2)
    assert swatch.max() > 720
    assert swatch.min() < 690
