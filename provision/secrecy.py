"""Secret values: found in a text in whatever form they come back, kept out of files, put back from the environment."""

from __future__ import annotations

import json
import os
import re
from functools import cache
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

_MARK = re.compile(r"\$\{(?:secret:([A-Za-z_][A-Za-z0-9_]*)|(secret-file(?:-base64)?:[^}\n]*))\}|\$\$")
SHORTEST: Final = 4  # characters; a shorter value is a part of too many words to be found in a text
_SHORTEST_LINE: Final = 8  # lines of a longer secret: a key in PEM has telling ones, JSON has lines of one brace
_SHORTEST_PREFIX: Final = 8  # so much of a secret is recognised where the text was cut in the middle of it
_HEAD: Final = 4
_CUT: Final = re.compile(r"(?:…|\.\.\.)|[\"'`)\]}>»]*\s*\Z")
_LONGEST_ESCAPE: Final = 24


SECRET: Final = "(secret)"  # noqa: S105 - what is shown instead of one
OTHER: Final = "(another secret)"  # what Azure has where the spec has a secret, and it isn't that one


class Concealed(str):
    """A text that is secret by what it is the value of; equal to what it says."""

    __slots__ = ()


class Veil:
    """Replaces secret values in texts.

    A value is found as it is, in other case, percent-encoded, in the escapes of XML and JSON, in two of these at once,
    by each of its lines, and by its beginning where the text was cut.
    """

    def __init__(self, labels: Mapping[str, str]) -> None:
        """`labels`: each secret value -> what is shown in its place."""
        self._short = {value.lower(): label for value, label in labels.items() if 0 < len(value) < SHORTEST}
        self._words = re.compile(
            "|".join(rf"(?<!\w){re.escape(one)}(?!\w)" for one in self._short) or r"(?!)", re.IGNORECASE
        )
        needles = {plain: label for value, label in labels.items() for plain in _needles(value)}
        longest_first = sorted(needles.items(), key=lambda item: (-len(item[0]), item[0]))
        self._needles = [([_forms(one) for one in plain], label) for plain, label in longest_first]
        heads = dict.fromkeys("".join(map(_pattern, forms[:_HEAD])) for forms, _ in self._needles)
        self._heads = re.compile("|".join(heads) or r"(?!)", re.IGNORECASE)

    def text(self, plain: str, *, cut: bool = True) -> str:
        """The text without the secrets. A value below four characters is replaced only where it is a whole word.

        `cut`: it may end in the middle of one. Of a name that isn't so: `authorizationEndpoint` ends as connection
        strings begin.
        """
        plain = self._words.sub(lambda match: self._short[match[0].lower()], plain)
        shown: list[str] = []
        done = at = 0
        while found := self._heads.search(plain, at):
            start = found.start()
            end, label = max((_extent(forms, plain, start, cut=cut), label) for forms, label in self._needles)
            at = start + 1
            if end > start:
                shown += (plain[done:start], label)
                done = at = end
        return "".join((*shown, plain[done:]))


def _needles(value: str) -> Iterator[str]:
    """What tells a secret: its whole, without the space around it, and each of its longer lines."""
    lines = [line.strip() for line in value.splitlines() if len(line.strip()) >= _SHORTEST_LINE]
    yield from (plain for plain in (value, value.strip(), *lines) if len(plain) >= SHORTEST)


@cache
def _forms(character: str) -> tuple[str, ...]:
    """How one character may be written, the longest first; letters and digits are escaped by nobody."""
    if character.isascii() and character.isalnum():
        return (character.lower(),)
    plain = {character, character.lower(), character.upper()}
    once = {form for one in plain for form in _escapes(one)}
    twice = {form for one in once for form in _escapes(one)}
    more = {"\r\n"} if character == "\n" else set()
    spelt = {form for one in once | twice | more for form in (one, one.lower())}
    return tuple(sorted(spelt, key=lambda form: (-len(form), form)))


def _escapes(text: str) -> Iterator[str]:
    """The text as it is, and as URLs, XML, JSON and Python write it."""
    percent = _each(text, lambda one: "".join(f"%{byte:02x}" for byte in one.encode("utf-8", "surrogatepass")))
    yield from (text, percent, percent.replace("%20", "+"))
    yield from (json.dumps(text)[1:-1], json.dumps(text, ensure_ascii=False)[1:-1], text.replace("/", "\\/"))
    yield from (repr(f'{text}"')[1:-2], repr(f"{text}'\"")[1:-4], _each(text, _units))
    element = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    yield from (element, element.replace('"', "&quot;").replace("'", "&apos;"))
    yield from (element.replace('"', "&#34;").replace("'", "&#39;"), element.replace("'", "&#x27;"))
    yield from (_each(text, lambda one: f"&#{ord(one)};"), _each(text, lambda one: f"&#x{ord(one):x};"))


def _each(text: str, escaped: Callable[[str], str]) -> str:
    return "".join(one if one.isascii() and one.isalnum() else escaped(one) for one in text)


def _units(character: str) -> str:
    encoded: bytes = character.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{encoded[at]:02x}{encoded[at + 1]:02x}" for at in range(0, len(encoded), 2))


def _pattern(forms: tuple[str, ...]) -> str:
    return f"(?:{'|'.join(map(re.escape, forms))})"


def _extent(forms: list[tuple[str, ...]], text: str, start: int, *, cut: bool) -> int:
    """Where a secret that begins at `start` ends; `start` itself where it is not there."""
    ends = {start}
    for count, written in enumerate(forms):
        further = {end + len(form) for end in ends for form in written if _stands(form, text, end)}
        if not further:
            ended = (_cut_off(text, end, written) for end in ends if cut and count >= _SHORTEST_PREFIX)
            return max(ended, default=start)
        ends = further
    return max(ends)


def _stands(form: str, text: str, at: int) -> bool:
    piece = text[at : at + len(form)]
    return form in (piece, piece.lower())


def _cut_off(text: str, end: int, following: tuple[str, ...]) -> int:
    """Where a text that was cut in the middle of a secret, or of an escape in it, ends; -1 where it goes on."""
    rest = text[end : end + _LONGEST_ESCAPE].lower()
    if end + len(rest) == len(text) and any(form.startswith(rest) for form in following):
        return len(text)
    return end if _CUT.match(text, end) else -1


def hide(value: Any, secrets: Mapping[str, str]) -> Any:
    """JSON data in which every secret value stands as `${secret:NAME}`; other dollars are doubled."""
    longest_first = sorted(secrets.items(), key=lambda item: -len(item[1]))

    def text(plain: str) -> str:
        pieces = re.split("|".join(re.escape(secret) for _, secret in longest_first if secret) or r"(?!)", plain)
        found = re.findall("|".join(re.escape(secret) for _, secret in longest_first if secret) or r"(?!)", plain)
        names = {secret: name for name, secret in secrets.items()}
        shown = [piece.replace("$", "$$") for piece in pieces]
        marks = [mark(names[secret]) for secret in found]
        return "".join(part for pair in zip(shown, [*marks, ""], strict=True) for part in pair)

    return _mapped(value, text)


def mark(name: str) -> str:
    """What stands in the place of a secret: of a variable, or of a file, whose name tells what it is."""
    return f"${{{name}}}" if ":" in name else f"${{secret:{name}}}"


def reveal(value: Any, secrets: Mapping[str, str]) -> Any:
    """The inverse of `hide`; `secrets` holds every name that stands in the value."""

    def one(match: re.Match[str]) -> str:
        name = match[1] or match[2]
        return secrets[name] if name else "$"

    return _mapped(value, lambda hidden: _MARK.sub(one, hidden))


def digest(secret: str) -> dict[str, Any]:
    """What tells a secret again, and nobody what it is: scrypt with a salt of its own, as JSON.

    A saved plan is an artifact that many may read: with a fast hash, or one whose key lies beside it, short secrets
    could be guessed by trying.
    """
    salt = os.urandom(16)
    cost = {"n": 2**14, "r": 8, "p": 1}  # RFC 7914, section 2: for interactive use
    return {**cost, "salt": salt.hex(), "scrypt": _scrypt(secret, salt, **cost)}


def matches(secret: str, known: Mapping[str, Any]) -> bool:
    """Whether `known` is the digest of this secret. Raises KeyError, TypeError or ValueError for what is no digest."""
    cost = {name: min(int(known[name]), most) for name, most in (("n", 2**16), ("r", 16), ("p", 4))}
    return bool(_scrypt(secret, bytes.fromhex(known["salt"]), **cost) == known["scrypt"])


def _scrypt(secret: str, salt: bytes, *, n: int, r: int, p: int) -> str:
    import hashlib  # noqa: PLC0415 - only saved plans need it

    raw = secret.encode("utf-8", "surrogatepass")
    return hashlib.scrypt(raw, salt=salt, n=n, r=r, p=p, maxmem=256 * n * r, dklen=32).hex()


def _mapped(value: Any, text: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return text(value)
    if isinstance(value, dict):
        return {key: _mapped(item, text) for key, item in value.items()}
    return [_mapped(item, text) for item in value] if isinstance(value, list | tuple) else value
