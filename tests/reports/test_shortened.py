"""Long tables on paper: cut, and saying so."""

from geo_tracker.reports.document import Document, Heading, Table, TableColumn
from geo_tracker.reports.shortened import MOST_ROWS, shortened

WORDS = "The first {shown} of {count} rows."


def document(count: int) -> Document:
    table = Table(
        name="n",
        columns=[TableColumn(header="n", kind="count")],
        rows=[[number] for number in range(count)],
        total=[count],
        note="As counted.",
    )
    return Document(
        locale="en",
        title="t",
        subtitle="",
        mark="",
        notice="",
        footer="",
        page_words="{page}/{pages}",
        blocks=[Heading(text="h"), table],
    )


def test_a_table_that_paper_can_bear_stays_as_it_is() -> None:
    made = document(MOST_ROWS)
    assert shortened(made, words=WORDS) == made


def test_a_longer_one_is_cut_says_so_and_keeps_the_total_of_all() -> None:
    made = shortened(document(MOST_ROWS + 700), words=WORDS)
    (table,) = made.tables
    assert [row[0] for row in table.rows] == list(range(MOST_ROWS))
    assert table.total == [MOST_ROWS + 700]
    assert table.note == f"The first {MOST_ROWS} of 1,200 rows. As counted."
    assert made.blocks[0] == Heading(text="h")
