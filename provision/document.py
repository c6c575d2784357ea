"""YAML files as plain data that knows where it was written.

`load` reads one file, `merge` lays one over another, `mark_of` finds the place of anything in the result. Scalars
follow the core schema of YAML 1.2 (yaml.org/spec/1.2.2, 10.3), so `on`, `yes` and `No` are strings. Environment
variables stand inside scalars: `${NAME}`, `${NAME:-default}`, `${NAME:?message}`, `${secret:NAME}`, `$$` for `$`.
"""

from __future__ import annotations

import gc
import re
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, NoReturn, cast

import yaml

from provision.errors import Mark, Problem, SpecError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

# File, line and column of the key, line and column of the value, from 0 as libyaml counts. A Mark for each of a
# large spec's entries would cost more time than parsing it.
Place = tuple[str, int, int, int, int]
Found = tuple[Any, int, int]

MAX_BYTES = 64 * 1024 * 1024
MAX_VALUES = 1_000_000
MAX_DEPTH = 64

_CORE = "tag:yaml.org,2002:"
_INT = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_BAD_CHARACTER = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_VARIABLE = re.compile(
    r"\$(?:(?P<dollar>\$)|(?P<open>\{)(?:(?P<secret>secret:)?(?P<name>[A-Za-z_][A-Za-z0-9_]*)"
    r"(?::(?P<operator>[-?])(?P<operand>(?:(?!\$\{)[^}])*))?(?P<close>\}))?)"
)
_WORDS: dict[str, Any] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **{sign + word: float(sign + "inf") for sign in ("", "+", "-") for word in (".inf", ".Inf", ".INF")},
    **dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")),
}
_SCALARS: dict[str, tuple[type, ...]] = {
    "str": (str,),
    "null": (type(None),),
    "bool": (bool,),
    "int": (int,),
    "float": (float, int),
}
_UNREADABLE: tuple[tuple[type[Exception], str, str], ...] = (
    (FileNotFoundError, "there is no such file", "check the path"),
    (IsADirectoryError, "this is a directory", "name the file in it"),
    (PermissionError, "you may not read this file", "check its permissions"),
)
_SYNTAX = {  # libyaml's words -> ours: what, why, fix
    "mapping values are not allowed in this context": (
        'a ":" can\'t stand here',
        "the value before it has not ended, or the indentation is wrong",
        'align the key, or put a value that holds ": " in quotes',
    ),
    "did not find expected key": (
        "this doesn't belong to what is before it",
        "the indentation fits no map around it, or a quote closed too early",
        "align it with its neighbours, and check the quotes",
    ),
    "did not find expected '-' indicator": ("this is not an item of the list", "", "align it, or start it with -"),
    "could not find expected ':'": ("a key without a : after it", "", "add the :, or correct the indentation"),
    "found character that cannot start any token": ("a value can't start like this", "", "put it in quotes"),
    "did not find expected node content": (
        "a value can't start like this",
        "",
        "put text that holds brackets in quotes",
    ),
    "block sequence entries are not allowed in this context": (
        "a - can't stand here",
        "",
        "start the list in a new line",
    ),
    "found unknown escape character": ("\\ starts no known escape here", "", "write \\\\, or use single quotes"),
}


class Variable(str):
    """An unquoted scalar of which some part came from the environment: the schema decides on its type."""

    __slots__ = ()


class Map(dict[str, Any]):
    """A map of the file; `mark_of` tells where its entries are."""

    __slots__ = ("place", "places")

    def __init__(self, place: Place = ("", -1, -1, -1, -1)) -> None:
        super().__init__()
        self.place = place
        self.places: dict[str, Place] = {}


class Seq(list[Any]):
    """A list of the file; `mark_of` tells where its items are."""

    __slots__ = ("places",)

    def __init__(self) -> None:
        super().__init__()
        self.places: list[Place] = []


@dataclass(frozen=True, slots=True)
class Document:
    """What a file says, and the variable -> value of every `${secret:NAME}` in it."""

    root: Map
    secrets: Mapping[str, str]


def load(path: Path, environ: Mapping[str, str]) -> Document:
    """Read the YAML file `path`; everything that is wrong with it is raised as one SpecError."""
    text = _read(path)
    builder = _Builder(text, str(path), environ)
    collecting = gc.isenabled()
    gc.disable()  # nothing becomes garbage while the tree grows, and looking for it takes longer than building
    try:
        root = builder.document()
    except yaml.YAMLError as error:
        builder.problems.append(_syntax(error, text, str(path)))
    finally:
        if collecting:
            gc.enable()
    if builder.problems:
        raise SpecError(builder.problems)
    return Document(root, builder.secrets)


def mark_of(root: Map, loc: Sequence[str | int], *, key: bool = False) -> Mark:
    """Where the value at `loc` is (or its key); of a path that leads out of the tree, where its last known step is."""
    place, node = root.place, cast("Any", root)
    for step in loc:
        known = range(len(node)) if isinstance(node, Seq) else getattr(node, "places", ())
        if step not in known:
            break
        place, node = node.places[step], node[step]
    file, key_line, key_column, line, column = place
    return Mark(file, key_line + 1, key_column + 1) if key else Mark(file, line + 1, column + 1)


def merge(base: Map, overlay: Map) -> Map:
    """Lay `overlay` over `base`: maps deeply, scalars and lists replaced, `null` removes a key (as RFC 7396 does)."""
    result = Map(base.place)
    result.update(base)
    result.places.update(base.places)
    for key, value in overlay.items():
        before = result.get(key)
        if value is None:
            result.pop(key, None)
            result.places.pop(key, None)
        elif isinstance(value, Map):
            result[key] = merge(before if isinstance(before, Map) else Map(value.place), value)
            if not isinstance(before, Map):
                result.places[key] = overlay.places[key]
        else:
            result[key] = value
            result.places[key] = overlay.places[key]
    return result


@dataclass(frozen=True, slots=True)
class _Anchor:
    """An anchored node: where it is, the values and levels that each use of it adds, its text where it can be a key."""

    found: Found
    values: int
    levels: int
    text: str | None


class _Builder:
    """Builds the data from libyaml's events; collects problems, and goes on wherever the events do."""

    def __init__(self, text: str, file: str, environ: Mapping[str, str]) -> None:
        self.text, self.file, self.environ = text, file, environ
        self.problems: list[Problem] = []
        self.secrets: dict[str, str] = {}
        self.anchors: dict[str, _Anchor | None] = {}  # None: not complete yet
        self.values = self.depth = self.deepest = 0
        self.next: Callable[[], Any] = yaml.CBaseLoader(text).get_event

    def problem(self, mark: yaml.Mark, what: str, why: str, fix: str) -> None:
        self.problems.append(Problem(Mark(self.file, mark.line + 1, mark.column + 1), what, why, fix))

    def stop(self, mark: yaml.Mark, what: str, why: str, fix: str) -> NoReturn:
        self.problem(mark, what, why, fix)
        raise SpecError(self.problems)

    def document(self) -> Map:
        self.next()  # the start of the stream; then a document's, or the end
        if type(self.next()) is yaml.StreamEndEvent:
            why = "it holds only comments" if self.text.strip() else ""
            raise SpecError([Problem(Mark(self.file), "the file is empty", why, "describe the instance in it")])
        event = self.next()
        root, *_ = self.node(event)
        self.next()  # the end of the document
        following = self.next()
        if type(following) is not yaml.StreamEndEvent:
            self.problem(
                following.start_mark, "a second document starts here", "a file holds one", "use a file for each"
            )
        if not isinstance(root, Map):
            kind = "a list" if isinstance(root, Seq) else "empty" if root is None else "a single value"
            self.stop(event.start_mark, f"the top level is {kind}", "it has to be a map", "write lines of key: value")
        return root

    def node(self, event: Any) -> Found:
        """Build the node that `event` starts: its value, line and column."""
        if type(event) is yaml.AliasEvent:
            return self.alias(event)
        self.add(1, 0, event)
        if event.anchor is not None:
            return self.anchored(event)
        return self.fresh(event)

    def add(self, values: int, levels: int, event: Any) -> None:
        """Count what the expanded tree would hold: that is what bombs of aliases blow up."""
        self.values += values
        if self.values > MAX_VALUES:
            what, why = f"the file holds more than {MAX_VALUES:,} values", "each use of an alias counts in full"
            self.stop(event.start_mark, what, why, "split the file, or use fewer aliases")
        if self.depth + levels > self.deepest:
            self.deepest = self.depth + levels
            if self.deepest > MAX_DEPTH:
                what = f"more than {MAX_DEPTH} levels of maps and lists"
                self.stop(event.start_mark, what, "no spec is that deep", "flatten it")

    def fresh(self, event: Any) -> Found:
        mark = event.start_mark
        line, column = mark.line, mark.column
        if type(event) is yaml.ScalarEvent:
            return self.scalar(event), line, column
        self.add(0, 1, event)
        self.depth += 1
        value = self.mapping(event, line, column) if type(event) is yaml.MappingStartEvent else self.sequence(event)
        self.depth -= 1
        return value, line, column

    def anchored(self, event: Any) -> Found:
        name, values, deepest = event.anchor, self.values, self.deepest
        self.anchors[name], self.deepest = None, self.depth
        found = self.fresh(event)
        text = event.value if type(event) is yaml.ScalarEvent else None
        if self.anchors[name] is None:
            self.anchors[name] = _Anchor(found, self.values - values + 1, self.deepest - self.depth, text)
        self.deepest = max(deepest, self.deepest)
        return found

    def alias(self, event: Any) -> Found:
        mark, name = event.start_mark, event.anchor
        anchor = self.anchors.get(name)
        if anchor is not None:
            self.add(anchor.values, anchor.levels, event)
            return anchor.found
        if name in self.anchors:
            self.problem(mark, f"*{name} stands inside &{name} itself", "it would never end", "write the value out")
        else:
            self.problem(mark, f"no anchor &{name} before this alias", "", f"define &{name}, or quote the text *{name}")
        return None, mark.line, mark.column

    def mapping(self, start: Any, line: int, column: int) -> Map:
        self.check_tag(start, "map")
        file, following, node = self.file, self.next, self.node
        result = Map((file, line, column, line, column))
        places, merging = result.places, None
        while type(event := following()) is not yaml.MappingEndEvent:
            mark: Any = event.start_mark
            key = self.key(event)
            if key == "<<" and getattr(event, "style", None) == "":
                merging = mark
            value, value_line, value_column = node(following())
            if key in places:
                first = Mark(file, places[key][1] + 1, places[key][2] + 1)
                self.problem(mark, f'the key "{key}" is here twice', f"the first is at {first}", "keep one of them")
            elif key is not None:
                result[key] = value
                places[key] = (file, mark.line, mark.column, value_line, value_column)
        if merging is not None:
            self.merge_key(result, merging)
        return result

    def key(self, event: Any) -> str | None:
        """Text of a key as the file has it; None where there is none."""
        mark: Any = event.start_mark
        if type(event) is yaml.ScalarEvent:
            text = str(event.value)
            if event.tag is not None:
                self.check_tag(event, *_SCALARS)
            if event.anchor is not None:
                self.anchors[event.anchor] = _Anchor((text, mark.line, mark.column), 1, 0, text)
            return text
        known = len(self.problems)
        self.node(event)
        anchor = self.anchors.get(event.anchor)
        if type(event) is yaml.AliasEvent and anchor is not None and anchor.text is not None:
            return anchor.text
        if known == len(self.problems):
            self.problem(mark, "a key is a map or a list", "keys are text", "put it in quotes")
        return None

    def merge_key(self, result: Map, mark: yaml.Mark) -> None:
        """Carry out `<<`: keys of the merged maps that the map itself doesn't have; the first map wins."""
        value = result.pop("<<")
        del result.places["<<"]
        sources = value if isinstance(value, Seq) else [value]
        if not all(isinstance(source, Map) for source in sources):
            self.problem(mark, "<< merges something that is no map", "", "give it an alias of a map, or a list of them")
            return
        for source in sources:
            for key, entry in source.items():
                if key not in result:
                    result[key], result.places[key] = entry, source.places[key]

    def sequence(self, start: Any) -> Seq:
        self.check_tag(start, "seq")
        file, following, node = self.file, self.next, self.node
        result = Seq()
        while type(event := following()) is not yaml.SequenceEndEvent:
            value, line, column = node(event)
            result.append(value)
            result.places.append((file, line, column, line, column))
        return result

    def check_tag(self, event: Any, *allowed: str) -> None:
        tag = event.tag
        if tag is not None and tag != "!" and tag not in {_CORE + name for name in allowed}:
            shown = tag.replace(_CORE, "!!")
            self.problem(event.start_mark, f"the tag {shown} can't stand here", "a spec is plain data", "remove it")

    def scalar(self, event: Any) -> Any:
        text, tag, plain = event.value, event.tag, event.style == ""
        if "$" in text:
            variable = any(match["close"] for match in _VARIABLE.finditer(text))
            text = _VARIABLE.sub(partial(self.variable, event), text)
            if variable and plain and tag is None:
                return Variable(text)
        if tag is None:
            return _plain(text) if plain else text
        name = tag.removeprefix(_CORE)
        if name not in _SCALARS:
            self.check_tag(event)
            return text
        value = text if name == "str" else _plain(text)
        if type(value) not in _SCALARS[name]:
            self.problem(event.start_mark, f'"{text}" is not of the type !!{name}', "", "correct it, or remove the tag")
        return float(value) if name == "float" and type(value) is int else value

    def variable(self, event: Any, match: re.Match[str]) -> str:
        """Value of one variable in a scalar; an empty text, and a problem, where there is none."""
        name, operator, operand = match.group("name", "operator", "operand")
        if match["dollar"]:
            return "$"
        if not match["close"]:
            shown = match.string[match.start() :].splitlines()[0].partition("}")
            why = "a variable is ${NAME}, ${NAME:-default}, ${NAME:?message} or ${secret:NAME}"
            self.inside(
                event, match, f"malformed variable {''.join(shown[:2])}", why, "correct it, or write $$ for a plain $"
            )
            return ""
        value = self.environ.get(name)
        if value is None or (operator and not value):
            value = operand.replace("$$", "$") if operator == "-" else ""
            if operator != "-":
                what = f"the variable {name} is {'empty' if name in self.environ else 'not set'}"
                self.inside(
                    event, match, what, operand or "it has no default", f"set {name}, or write {_default(match)}"
                )
        if match["secret"]:
            self.secrets[name] = value
        return value

    def inside(self, event: Any, match: re.Match[str], what: str, why: str, fix: str) -> None:
        """Report a problem at the `${` that `match` found in the scalar's value, as near as escapes allow."""
        start, end = event.start_mark.index, event.end_mark.index
        offset = start
        for _ in range(match.string.count("${", 0, match.start()) + 1):
            offset = self.text.find("${", offset, end) + 1
            if not offset:
                break
        line, column = _position(self.text, offset - 1 if offset else start)
        self.problems.append(Problem(Mark(self.file, line + 1, column + 1), what, why, fix))


def _default(match: re.Match[str]) -> str:
    return f"${{{match['secret'] or ''}{match['name']}:-default}}"


def _plain(text: str) -> Any:
    """Resolve an unquoted scalar: null, bool, int, float, else the text itself."""
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in "+-.0123456789":
        return text
    if _INT.fullmatch(text):
        try:
            return int(text, {"0o": 8, "0x": 16}.get(text[:2], 10))
        except ValueError:  # Python refuses to read thousands of digits
            return text
    return float(text) if _FLOAT.fullmatch(text) else text


def _position(text: str, offset: int) -> tuple[int, int]:
    return text.count("\n", 0, offset), offset - text.rfind("\n", 0, offset) - 1


def _read(path: Path) -> str:
    file = str(path)
    try:
        with path.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        reasons = [row[1:] for row in _UNREADABLE if isinstance(error, row[0])]
        what, fix = reasons[0] if reasons else (f"can't be read: {getattr(error, 'strerror', None) or error}", "")
        raise SpecError([Problem(Mark(file), what, "", fix)]) from None
    if len(data) > MAX_BYTES:
        raise SpecError([Problem(Mark(file), "the file is larger than 64 MiB", "no spec is that large", "split it")])
    try:
        text = data.decode().removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode()
        line, column = _position(before, len(before))
        why = f"byte 0x{data[error.start]:02x} at offset {error.start}"
        mark = Mark(file, line + 1, column + 1)
        raise SpecError([Problem(mark, "the file is not UTF-8", why, "save it as UTF-8")]) from None
    if bad := _BAD_CHARACTER.search(text):
        line, column = _position(text, bad.start())
        what, why = f"the character U+{ord(bad[0]):04X}", "YAML doesn't allow it"
        raise SpecError(
            [Problem(Mark(file, line + 1, column + 1), what, why, "remove it, or save the file as UTF-8 text")]
        )
    return text


def _syntax(error: yaml.YAMLError, text: str, file: str) -> Problem:
    """Say in a user's words what libyaml stumbled over."""
    if not isinstance(error, yaml.MarkedYAMLError) or error.problem_mark is None:
        return Problem(Mark(file), "this is not YAML", str(error).splitlines()[0])
    at, said = error.problem_mark, error.problem or ""
    mark = Mark(file, at.line + 1, at.column + 1)
    line = text[: at.index].rpartition("\n")[2] + text[at.index :].partition("\n")[0]
    indentation = line[: len(line) - len(line.lstrip())]
    if "\t" in indentation and ("token" in said or "tab" in said):
        mark = Mark(file, at.line + 1, indentation.index("\t") + 1)
        return Problem(mark, "a tab is in the indentation", "YAML indents with spaces only", "replace it with spaces")
    if text[max(at.index - 1, 0) : at.index + 1] == "${":
        return Problem(mark, "a variable inside { } or [ ] needs quotes", "{ has a meaning there", 'write "${NAME}"')
    at_end = not text[at.index :].strip()
    if error.context_mark and (unclosed := _unclosed(error.context_mark, mark, said, text, at_end=at_end)):
        return unclosed
    if at_end:
        return Problem(mark, "the file ends too early", said, "finish what the last line starts")
    return Problem(mark, *_SYNTAX.get(said, ("this is not YAML", said, "")))


def _unclosed(opened: Any, mark: Mark, said: str, text: str, *, at_end: bool) -> Problem | None:
    """Describe a quote or bracket at `opened` that is still open at `mark`; None where that is not what is wrong."""
    opener = text[opened.index : opened.index + 1]
    start = Mark(mark.file, opened.line + 1, opened.column + 1)
    closer = {"[": "]", "{": "}"}.get(opener, opener)
    if opener in ("'", '"') and "end of stream" in said:
        return Problem(start, f"the quote {opener} is never closed", "the file ends first", f"add the closing {closer}")
    if opener not in ("[", "{") or not said.startswith("did not find expected ','"):
        return None
    if at_end:
        return Problem(start, f"the {opener} is never closed", "the file ends first", f"add the closing {closer}")
    fix = "close it, or put text that holds brackets in quotes"
    return Problem(mark, f"a , or {closer} is missing before this", f"the {opener} at {start} is still open", fix)
