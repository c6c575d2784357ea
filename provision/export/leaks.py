"""Secrets that stand in texts in clear, as far as their form tells."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

# A value that is an expression, a named value or a variable is none in clear.
_CLEAR: Final = r"(?![@{$]|&quot;|\s)"
_KEYLIKE: Final = r"(?:[\w.-]*(?:key|secret|token|password)|authorization|code|sig)"
_FORMS: Final = (
    ("a bearer token", rf"\b(?-i:Bearer)\s+{_CLEAR}(?=\S*[0-9]|\S{{20}})[A-Za-z0-9._~+/=-]{{8,}}"),
    ("a user name and password", rf"\b(?-i:Basic)\s+{_CLEAR}(?=\S*[0-9=]|\S{{20}})[A-Za-z0-9+/]{{8,}}=*"),
    (
        "a key in a query string",
        rf"[?&;](?:[\w.-]*(?:key|secret|token|password|passwd|pwd)|code|sig|apikey)={_CLEAR}[^&\s\"'<>{{}}@]{{6,}}",
    ),
    (
        "a key of an account",
        rf"\b(?:AccountKey|SharedAccessKey|SharedAccessSignature|InstrumentationKey)={_CLEAR}[^;\s\"'<>]{{8,}}",
    ),
    ("a password", rf"\b(?:password|client-secret|clientSecret|secret)\s*=\s*\"{_CLEAR}[^\"{{}}@]{{4,}}\""),
    ("a token", r"\beyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}\."),
    (
        "a header or parameter that is a key",
        rf"<set-(?:header|query-parameter)\s[^>]*name=\"{_KEYLIKE}\"[^>]*>\s*<value>\s*{_CLEAR}[^<{{@]{{6,}}</value>",
    ),
)
_LEAKS: Final = tuple((what, re.compile(form, re.IGNORECASE)) for what, form in _FORMS)


def leaks(text: str) -> Iterator[tuple[str, int]]:
    """What seems to be a secret in a text, and in which of its lines; in each line one of each form."""
    seen: set[tuple[str, int]] = set()
    for what, form in _LEAKS:
        for match in form.finditer(text):
            found = (what, text.count("\n", 0, match.start()) + 1)
            if found not in seen:
                seen.add(found)
                yield found
