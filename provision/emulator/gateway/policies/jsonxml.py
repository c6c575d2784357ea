"""JSON written as XML.

Sources: [doc] Microsoft's reference of `json-to-xml`, [fyi] results of the service in tutorials of fyicenter.com,
[?] inferred, among that how the namespace attributes work together.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from provision.emulator.gateway.values import text_of

if TYPE_CHECKING:
    from collections.abc import Mapping

UNFIT = re.compile(r"[^\w.\-:]|^[\d.\-]")
ROOT = "Document"  # around everything [fyi]; [?] that it is even where JSON has a single member of its own
NIL = ' xsi:nil="true" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
MARK, TEXT = "@", "#text"


@dataclass(frozen=True, slots=True)
class Writer:
    """How JSON becomes XML.

    A member `{prefix}{separator}name` declares a namespace, and one that begins with such a name and the separator is
    in it. A member called `block` holds the attributes of its element, as members that begin with `@` do.
    """

    separator: str = "_"
    prefix: str = "xmlns"
    block: str = ""

    def write(self, value: Any) -> str:
        """Return JSON as XML: arrays are repeated elements, null is nil, truths are C#'s [fyi]."""
        if not isinstance(value, dict):
            value = {"Array" if isinstance(value, list) else "Value": value}
        return self._element(ROOT, value, frozenset())

    def _element(self, name: str, value: Any, spaces: frozenset[str]) -> str:
        if isinstance(value, list):
            return "".join(self._element(name, one, spaces) for one in value) or f"<{self._tag(name, spaces)} />"
        if not isinstance(value, dict):
            tag, text = self._tag(name, spaces), "" if value is None else escaped(text_of(value))
            return f"<{tag}>{text}</{tag}>" if text else f"<{tag}{NIL if value is None else ''} />"
        attributes, inner = self._attributes(value), []
        spaces |= {key.partition(":")[2] for key in attributes if key.startswith("xmlns:")}
        for key, one in value.items():
            if key == TEXT:
                inner.append("" if one is None else escaped(text_of(one)))
            elif not self._is_attribute(key):
                inner.append(self._element(key, one, spaces))
        tag = self._tag(name, spaces)
        written = "".join(f' {self._tag(key, spaces)}="{escaped(one)}"' for key, one in attributes.items())
        return f"<{tag}{written}>{''.join(inner)}</{tag}>" if any(inner) else f"<{tag}{written} />"

    def _is_attribute(self, key: str) -> bool:
        return key.startswith(MARK) or key in (self.block or None, self.prefix) or self._declared(key) != ""

    def _declared(self, key: str) -> str:
        """Return the name of the namespace that a member declares."""
        start = f"{self.prefix}{self.separator}"
        return key[len(start) :] if self.prefix and self.separator and key.startswith(start) else ""

    def _attributes(self, value: Mapping[str, Any]) -> dict[str, str]:
        """Return the attributes among the members."""
        found: dict[str, str] = {}
        for key, one in value.items():
            if self.block and key == self.block and isinstance(one, dict):
                found |= {name: "" if inner is None else text_of(inner) for name, inner in one.items()}
            elif key.startswith(MARK):
                found[key[1:]] = "" if one is None else text_of(one)
            elif key == self.prefix:
                found["xmlns"] = text_of(one)
            elif self._declared(key):
                found[f"xmlns:{self._declared(key)}"] = text_of(one)
        return found

    def _tag(self, name: str, spaces: frozenset[str]) -> str:
        space, mark, rest = name.partition(self.separator) if self.separator else (name, "", "")
        plain = f"{space}:{rest}" if mark and space in spaces else name
        return UNFIT.sub(lambda found: f"_x{ord(found.group()):04X}_", plain)


def escaped(text: str) -> str:
    """Return a text as it stands in XML."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
