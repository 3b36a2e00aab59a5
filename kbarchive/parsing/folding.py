"""Gives an article its lines again whose line ends became blanks."""

from __future__ import annotations

import re

from kbarchive.parsing.text import Text

_NAMES = r"SYMPTOMS?|CAUSE|RESOLUTION|WORKAROUND|STATUS|SUMMARY|MORE INFORMATION|REFERENCES"
# Where the form has line ends, each pattern one kind of line; every blank at the edge of a group stands in for one.
_LINES = (
    re.compile(r"[ ]((?:TITLE|PRODUCT|PROD/VER|OPER/SYS|KEYWORDS)[ ]*:)"),
    re.compile(r"[ ](={20,}|-{20,})(?=[ \n])"),
    re.compile(r"[ ](The information in this article applies to:)(?=[ \n])"),
    re.compile(rf"[ ]((?:{_NAMES})[ ]={{4,18}})(?=[ \n])"),
    re.compile(r"[ ]((?:Additional query words|Keywords|Technology|Version|Platform|Issue type|Solution Type)[ ]*:)"),
)
_ENDED = re.compile(r"(?<=[=\-]{4})[ ](?=\S)")
_BOX = re.compile(r"\nThe information in this article applies to:[ \n][\s\S]*?\n-{20}")
_UNDERLINED = re.compile(rf"(?<=\n)({_NAMES})[ ](={{4,}})(?=[ \n])")


def unfold(text: Text) -> Text:
    """The text with line ends where the form has them; where paragraphs began cannot be told. No place in it is moved."""
    readable = text.readable
    for pattern in _LINES:
        readable = pattern.sub(r"\n\1", readable)
    readable = _UNDERLINED.sub(r"\1\n\2", readable)
    readable = _ENDED.sub("\n", readable)
    readable = _BOX.sub(lambda match: match[0].replace(" - ", "\n- "), readable)
    return text._replace(readable=readable, folded=True)
