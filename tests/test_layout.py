"""What a typesetter says of lines: tables, their heads, what is code."""

from __future__ import annotations

import pytest

from kbarchive.parsing.layout import box_rows, has_table_head


@pytest.mark.parametrize(
    ("lines", "is_head"),
    [
        (["Lamp  Colour", "----  ------", "north  green"], True),
        (["Lamp", "----  ------"], True),  # two groups of dashes are enough
        (["Lamp  Colour", "------", "north  green"], True),
        (["Lamp  Colour", "----", "north  green"], False),  # too short to be a rule below columns
        (["Lamp Colour", "-----------", "north green"], False),
        (["  Lamp Colour", "  -----------"], False),  # its indent parts no columns
        (["Error", "Code   Name", "-----------", "1  NEXT"], True),
        (["Error", "Code", "No.   Name", "-----------", "1  NEXT"], True),
        (["Error", "Code", "of", "No.   Name", "-----------", "1  NEXT"], False),
        (["-----------", "Lamp  Colour"], False),
        (["Lamp  Colour", "-----------", "----  ------"], True),
        (["Lamp Colour", "-----------", "----  ------"], False),  # the first dashes decide
        (["Lamp  Colour"], False),
        ([], False),
    ],
)
def test_the_head_of_a_table(lines: list[str], is_head: bool) -> None:
    assert has_table_head(lines) == is_head


@pytest.mark.parametrize(
    ("lines", "rows"),
    [
        (["+---+---+", "| a | b |", "+---+---+", "| c | d |", "+---+---+"], (("a", "b"), ("c", "d"))),
        (["| a | b |", "| c | d |"], (("a c", "b d"),)),  # no edge between them: cells that wrap
        (["+---+", "|a|b|", "|c| |", "+---+", "|d|e|", "|f| |", "| |g|"], (("a c", "b"), ("d f", "e g"))),
        (["+---+", "||", "+---+"], (("",),)),
        (["+---+", "|", "+---+"], ()),
        (["+---+", "| a | b |", "| c |"], ()),
        (["+---+", "| a | b"], ()),
        (["+---+", "| a +---+ |"], ()),  # a box in a box
        ([], ()),
    ],
)
def test_the_cells_of_a_drawn_table(lines: list[str], rows: tuple[tuple[str, ...], ...]) -> None:
    assert box_rows(lines) == rows
