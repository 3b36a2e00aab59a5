"""What is a heading, and what only looks like one; which lines with an asterisk are comments."""

from __future__ import annotations

import pytest

from kbarchive.parsing import _lexer
from kbarchive.parsing.headings import is_heading, is_meant, is_subheading, read_heading, read_label, section_kind


@pytest.mark.parametrize(
    ("heading", "kind"),
    [("SYMPTOMS", "symptoms"), ("Cause :", "cause"), ("Resolution: ", "resolution"), (" Cause", "other"), ("Other", "other")],
)
def test_kinds_of_sections(heading: str, kind: str) -> None:
    assert section_kind(heading) == kind


@pytest.mark.parametrize(
    ("block", "read"),
    [
        ("One  \n===   \nmore\n\n", ("One", True)),
        ("One\n====\n", ("One", False)),
        ("  One\n=====\n", ("  One", True)),
        ("One \nTwo\n-------\n\n", ("One Two", True)),
        ("One\nTwo\n---\n", ("One Two", False)),
    ],
)
def test_a_heading_is_as_long_as_its_line(block: str, read: tuple[str, bool]) -> None:
    assert read_heading(block) == read


@pytest.mark.parametrize(
    ("block", "fits"),
    [
        ("Lamps\n=====\n", True),
        ("Lamps\n====\n", False),
        ("CAUSE\n===\n", True),
        ("other\n===\n", False),
    ],
)
def test_a_standard_name_is_one_whatever_its_underline(block: str, fits: bool) -> None:
    assert is_heading(block) is fits


@pytest.mark.parametrize(
    ("heading", "below", "fits"),
    [
        ("Lamp  Hums", "red   yes", False),
        ("Lamp  Hums", "It hums.", True),
        ("Lamp Hums", "red   yes", True),
        ("Step 1.  Look", "red   yes", True),
    ],
)
def test_columns_above_and_below_dashes_are_a_table(heading: str, below: str, fits: bool) -> None:
    assert is_subheading(f"{heading}\n{'-' * len(heading)}\n", below) is fits
    assert not is_subheading(f"{heading}\n----{'-' * len(heading)}\n", below)


@pytest.mark.parametrize(
    ("heading", "above", "below", "fits"),
    [
        ("Lamps That Hum", "", "They hum.", True),
        ("Lamps That Hum So", "", "They hum.", False),  # it fits
        ("Lamps That Hum", "", "red   yes", False),
        ("Lamps  That Hum", "", "They hum.", False),
        ("Lamps That Hum.", "", "They hum.", False),
        ("Lamps That Hum", "Of all kinds:", "They hum.", False),
        ("Lamps", "-----------------", "They hum.", True),
        ("Lamps", "------------------", "They hum.", False),
        ("Lamps  Hum", "-----------------", "They hum.", False),
    ],
)
def test_an_underline_of_another_length_is_meant_for_its_line(heading: str, above: str, below: str, fits: bool) -> None:
    assert is_meant(f"{heading}\n-----------------\n", above, below) is fits


@pytest.mark.parametrize(("length", "fits"), [(65, True), (67, False)])
def test_a_rule_below_a_full_line_is_meant_for_none(length: int, fits: bool) -> None:
    assert is_meant(f"{'lamp' * 16}\n{'=' * length}\n", "", "") is fits


@pytest.mark.parametrize(
    ("line", "label"),
    [(" Expand imageSYMPTOMS \n", "SYMPTOMS"), ("Cause :\n", "Cause"), (":Cause\n", ":Cause"), ("None", "None")],
)
def test_labels(line: str, label: str) -> None:
    assert read_label(line) == label


_CODE = "      USE LAMPS.DBF\n"
_STAR = "      * Turn all lamps on.\n"


@pytest.mark.parametrize(
    ("above", "below", "comment"),
    [
        (_CODE, "", True),
        ("", _CODE, True),
        (f"{_CODE}\n\n", "\nWords.\n", True),
        ("", f"{_STAR}      *\n\n{_CODE}", True),
        ("", "", False),
        (f"  {_CODE}\n", "", False),
        (f"{_CODE}Words of prose stand here.\n", "", False),
        ("", f"Words of prose stand here.\n{_CODE}", False),
        (_CODE + "\n" * 700, "", False),
    ],
)
def test_an_asterisk_at_the_depth_of_program_text_begins_a_comment(above: str, below: str, comment: bool) -> None:
    text = f"{above}{_STAR}{below}"
    kinds = [kind for kind, start, end, _ in _lexer(frozenset()).tokens(text) if start <= len(above) < end]
    assert ("BULLET" not in kinds) is comment, kinds


@pytest.mark.parametrize(("rule", "heading"), [("=====", True), ("===", False)])
def test_a_rule_makes_a_heading_of_a_line_as_long(rule: str, heading: bool) -> None:
    kinds = [kind for kind, *_ in _lexer(frozenset()).tokens(f"Lamps\n{rule}\n\nThey hum.\n")]
    assert ("HEADING" in kinds) is heading
