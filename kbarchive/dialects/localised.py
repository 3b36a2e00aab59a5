"""Pages of the support site in other languages, 2000s: the number is read, the words are kept."""

from __future__ import annotations

import re

from kbarchive.dialects.dialect import Dialect
from kbarchive.dialects.support import DIALECT as SUPPORT

# The letters of the country before a number, as in CHS307710: Chinese, Japanese, Korean, German and others.
_PREFIXED = (
    r"(?:CHS|CHT|CN|TW|JP|KO|KR|DE|D|FR|F|IT|I|ES|E|SP|PT|PTB|BR|NL|SV|SE|DA|NO|FI|PL|CS|CZ|HU|RU|TR|EL|HE|AR|TH)[0-9]{5,6}\b"
)

DIALECT = Dialect(
    name="localised",
    word="",
    mark=r"MARGIN(?=[^\n]{0,200}[^\x00-\x7f])[^\n]{0,200}?"
    rf"(?:\(Article ID\)[ \t]*:[ \t]*[0-9]+|[^\x00-\x7f][ \t]*{_PREFIXED})",
    rows=(
        re.compile(r".*\(Article ID\)[ ]*:[ ]*(?P<id>[0-9]+).*"),
        re.compile(rf".*?[^\x00-\x7f][ ]*(?P<id>{_PREFIXED}).*"),
    ),
    block=False,
    above="first",
    chrome=SUPPORT.chrome,
    blocks=SUPPORT.blocks,
)
