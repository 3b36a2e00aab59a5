"""A typesetter's judgement on lines whose layout is kept: what is program text, what are columns, and where they stand."""

from __future__ import annotations

import re
from collections.abc import Iterable

_DASHES = re.compile(r"[ ]*-{2,}(?:[ ]+-{2,})*[ ]*")
_GROUP = re.compile(r"-{2,}")
_INK = bytes(ord("0" if byte == ord(" ") else "1") for byte in range(256))
# One of so many rows is none of the head.
_HEAD = 5
_GUTTER = re.compile(r"(?<=1)0(?=1)")
_STAMP = re.compile(r"[0-9]{1,2}([-/])[0-9]{1,2}\1[0-9]{2,4}|[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?(?:[apAP][mM]?)?")
_COLUMN_EDGE = re.compile(r"(?:\A0*|00+)(?=1)")

# Words that prose is full of and program text hardly has in lower case.
_PROSE_WORDS = frozenset(
    "a an and are as at be been by can click does for from has have if in into is it its may must no not of on or"
    " should so such than that the their then there these this to use was when where which will with you your".split()
)
_WORD = re.compile(r"[A-Za-z']+")
_SENTENCE_END = re.compile(r"[.:?!,]['\")]*$")
_CODE_LINE = re.compile(
    r"""
      .*+ (?<=[;{}\\]) $                                              # ends as no sentence does
    | ['*] | // | /\* | ; | \# (?:include|define|if|endif|else|pragma|import)\b | <[A-Za-z/!%?] | \[[^\]]*\]$ | REM\b | @
    | (?:HKEY_ | [A-Za-z]:\\ | \\\\ | https?:// | ftp:// | file:)\S*
    | [\w.()\[\]$%!&>-]++ \s*+ [:+*/-]?= \s* \S                       # an assignment
    | [\w.:>-]++ \( .*+ (?<=\)) $                                     # a call, a prototype
    | (?:Option|Dim|Redim|ReDim|Const|Declare|Static|Public|Private|Friend|Global|Type|End|Exit|Sub|Function|Property|Set|Let
        |Call|Loop|Next|Wend|Do|With|Case|Else|ElseIf|On\ Error|GoTo|Debug\.Print|MsgBox|Print|Open|Close|Attribute|Begin)
      \b (?! .*[a-z]{2}\ (?:the|a|to|and|of)\b )
    | ON\ (?:BAR|ERROR|ESCAPE|KEY|PAD|SELECTION|SHUTDOWN)\b
    | (?:For\ \w+\ = | If\ .*\ Then\b | While\ | Select\ Case)
    | (?:SELECT|INSERT|UPDATE|DELETE|CREATE|DROP|ALTER|EXEC|EXECUTE|DECLARE|FROM|WHERE|GO|USE|SET|PRINT|GRANT|DEFINE|DO|IF|ENDIF
        |ELSE|CASE|ENDCASE|DEFINE|ACTIVATE|CLEAR|CLOSE|RETURN|REPLACE|STORE|SKIP|LOCATE|APPEND|MODIFY|INPUT|DIM|END|NEXT|FOR|SUB)
      \b [^a-z]* $
    | (?:int|void|char|long|short|unsigned|struct|class|typedef|return|static|extern|const|double|float|BOOL|DWORD|HWND|if|for
        |while|else|switch|case|public|private|protected|virtual|using|namespace|template|printf|main) \s* [\w*&(:~<]
      (?: .* [(){};,=] $ | \w* \s* \( )
    | (?= \S++ $ ) (?: [^\s.]*[\\/_=<>%$|] | \S++ (?<= [\\/=_<>%$|] . ) )  # one word with the signs of a name or path
    """,
    re.VERBOSE,
)


def is_prose(lines: list[str]) -> bool:
    """Whether lines read as sentences: by their small words, or by their beginning and end."""
    words = [word for line in lines for word in _WORD.findall(line)]
    if not words:
        return False
    small = len([word for word in words if word in _PROSE_WORDS])
    if small >= 2 and small * 12 >= len(words):
        return True
    last = lines[-1]
    return (
        bool(_SENTENCE_END.search(last))
        and (small >= 1 or len(words) <= 6)
        and words[0][0].isalpha()
        and not last.endswith(");")
    )


def is_plainly_prose(text: str) -> bool:
    """Whether a text has so many small words that nothing else need be asked."""
    return len(_PROSE_WORDS.intersection(text.split())) >= 3


def is_code(lines: list[str]) -> bool:
    """Whether most of the lines can only be program text, commands, keys or addresses."""
    hits = len([line for line in lines if _CODE_LINE.match(line.strip())])
    return hits * 2 >= len(lines) and (hits == len(lines) or not is_prose(lines))


def is_only_code(lines: list[str]) -> bool:
    """Whether each line can only be program text, a command, a key or an address."""
    return all(_CODE_LINE.match(line.strip()) for line in lines)


def table_rows(lines: list[str]) -> tuple[tuple[str, ...], ...]:
    """The cells of a table by row, without the dashes under its head; () where the lines are no table.

    Columns begin where the groups of dashes do, or else where two or more blanks part them in all rows.
    """
    dashes = next((number for number, line in enumerate(lines[:5]) if _DASHES.fullmatch(line)), None)
    rows = [line for number, line in enumerate(lines) if line.strip() and number != dashes]
    if dashes is not None and dashes > 0 and len(rows) > 1:
        starts = [match.start() for match in _GROUP.finditer(lines[dashes])]
        if len(starts) > 1:
            return tuple([_cut(line, starts) for line in rows])
        starts = _column_starts(rows) or _column_starts([rows[0], *rows[1:2]]) or []
        return tuple([_cut(line, starts) for line in rows]) if len(starts) > 1 else ()
    if len(rows) < 3 or not all("  " in line.strip() for line in rows):
        return ()
    starts = _column_starts(rows)
    if len(starts) < 2 or any("\t" in line or _CODE_LINE.match(line.strip()) for line in rows):
        return ()
    return tuple([_cut(line, starts) for line in rows])


def box_rows(lines: list[str]) -> tuple[tuple[str, ...], ...]:
    """The cells of a drawn table by row, those between two edges together; () where the bars part no columns."""
    rows: list[list[str]] = []
    fresh = True
    for line in (line.strip() for line in lines):
        if line.startswith("+"):
            fresh = True
        elif not line.endswith("|") or "+--" in line or len(line) < 2:
            return ()
        else:
            cells = [cell.strip() for cell in line[1:-1].split("|")]
            if rows and len(cells) != len(rows[0]):
                return ()
            if fresh:
                rows.append(cells)
            else:  # a cell that wraps
                rows[-1] = [f"{above} {cell}".strip() for above, cell in zip(rows[-1], cells, strict=True)]
            fresh = False
    return tuple(map(tuple, rows))


def has_table_head(lines: list[str]) -> bool:
    """Whether dashes stand below one of the first three lines, in groups or below columns."""
    for number, line in enumerate(lines[1:4], 1):
        if _DASHES.fullmatch(line):
            groups = len(_GROUP.findall(line))
            return groups > 1 or (len(line.strip()) > 4 and "  " in lines[number - 1].strip())
    return False


def dedent(lines: list[str]) -> list[str]:
    """The lines without their common indent and without blanks at their ends; tabs are kept."""
    lines = [line.rstrip() for line in lines]
    filled = [line for line in lines if line]
    if not filled:
        return []
    first, last = min(filled), max(filled)
    depth = 0
    while depth < len(first) and first[depth] in " \t" and depth < len(last) and first[depth] == last[depth]:
        depth += 1
    return [line[depth:] for line in lines]


def _column_starts(rows: list[str]) -> list[int]:
    """Where columns begin: behind two or more places that are blank in every row, or one beside dates or times."""
    width = max(map(len, rows))
    ink = 0  # a bit for each place, set where any row has a sign
    for row in rows:
        ink |= int(row.ljust(width).encode("latin-1", "replace").translate(_INK), 2)
    places = f"{ink:b}".zfill(width)
    starts = [match.end() for match in _COLUMN_EDGE.finditer(places)]
    if not any(map(_STAMP.search, rows[:_HEAD])):
        return starts
    parted = [start for match in _GUTTER.finditer(places) if _is_beside_stamps(rows, start := match.end())]
    return sorted(starts + parted) if parted else starts


def _is_beside_stamps(rows: list[str], start: int) -> bool:
    """Whether the words right or left of a blank are dates or times, in all rows where they have digits."""
    reaching = [row for row in rows if len(row) > start]
    return _are_stamps(row[start:].partition(" ")[0] for row in reaching) or _are_stamps(
        row[: start - 1].rpartition(" ")[2] for row in reaching
    )


def _are_stamps(words: Iterable[str]) -> bool:
    """Whether some words are dates and times, two or more, and no other numbers."""
    number = 0
    for word in words:
        if _STAMP.fullmatch(word):
            number += 1
        elif any(map(str.isdigit, word)):
            return False
    return number > 1


def _cut(line: str, starts: list[int]) -> tuple[str, ...]:
    """The cells of a line. A word that runs over a column's start stays whole, in the cell that it begins in."""
    cells: list[str] = []
    begin = 0
    for start in starts[1:]:
        if start < len(line) and " " not in line[start - 1 : start + 1]:
            word = line.rfind(" ", 0, start) + 1
            if word > begin:
                start = word
        cells.append(line[begin:start].strip())
        begin = start
    cells.append(line[begin:].strip())
    return tuple(cells)
