"""libyaml's events -> data with places: scalars of the core schema, anchors, merge keys, variables."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NoReturn

import yaml

from provision.document.scalars import plain_value
from provision.document.tree import Map, Seq, Variable
from provision.document.variables import VARIABLE, Variables
from provision.errors import Mark, Problem, Problems, SpecError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

Found = tuple[Any, int, int]
MAX_VALUES = 1_000_000
MAX_DEPTH = 64

_CORE = "tag:yaml.org,2002:"
_SCALARS: Mapping[str, tuple[type, ...]] = MappingProxyType(
    {
        "str": (str,),
        "null": (type(None),),
        "bool": (bool,),
        "int": (int,),
        "float": (float, int),
    }
)


@dataclass(frozen=True, slots=True)
class _Anchor:
    """An anchored node: where it is, the values and levels that each use of it adds, its text where it can be a key."""

    found: Found
    values: int
    levels: int
    text: str | None


class Builder:
    """Builds the data from libyaml's events; collects problems, and goes on wherever the events do."""

    def __init__(self, text: str, file: str, environ: Mapping[str, str], root: Path) -> None:
        self.text, self.file, self.environ, self.root = text, file, environ, root
        self.problems = Problems()
        self.torn = False  # something is missing from the tree, so that checks of it would mislead
        self.unsettled: set[tuple[int, int]] = set()  # scalars, by line and column, whose value isn't known
        self.secret: set[tuple[int, int]] = set()  # scalars in which a ${secret:NAME} stands
        self.secrets: dict[str, str] = {}
        self.anchors: dict[str, _Anchor | None] = {}  # None: not complete yet
        self.values = self.depth = self.deepest = 0
        self.next: Callable[[], Any] = yaml.CBaseLoader(text).get_event

    def _problem(self, mark: yaml.Mark, what: str, why: str, fix: str) -> None:
        place = Mark(self.file, mark.line + 1, mark.column + 1)
        self.problems.add(lambda: Problem(place, what, why, fix))

    def _stop(self, mark: yaml.Mark, what: str, why: str, fix: str) -> NoReturn:
        self._problem(mark, what, why, fix)
        raise SpecError(self.problems.kept, self.problems.more)

    def document(self) -> Map:
        """Build the only document of the text. Raises yaml.YAMLError, and SpecError where there is none."""
        self.next()  # the start of the stream; then a document's, or the end
        if type(self.next()) is yaml.StreamEndEvent:
            why = "it holds only comments" if self.text.strip() else ""
            raise SpecError([Problem(Mark(self.file), "the file is empty", why, "describe the instance in it")])
        event = self.next()
        root, *_ = self._node(event)
        self.next()  # the end of the document
        following = self.next()
        if type(following) is not yaml.StreamEndEvent:
            self._problem(
                following.start_mark, "a second document starts here", "a file holds one", "use a file for each"
            )
        if not isinstance(root, Map):
            kind = "a list" if isinstance(root, Seq) else "empty" if root is None else "a single value"
            self._stop(event.start_mark, f"the top level is {kind}", "it has to be a map", "write lines of key: value")
        return root

    def _node(self, event: Any) -> Found:
        """Build the node that `event` starts: its value, line and column."""
        if type(event) is yaml.AliasEvent:
            return self._alias(event)
        self._add(1, 0, event)
        if event.anchor is not None:
            return self._anchored(event)
        return self._fresh(event)

    def _add(self, values: int, levels: int, event: Any) -> None:
        """Count what the expanded tree would hold: that is what bombs of aliases blow up."""
        self.values += values
        if self.values > MAX_VALUES:
            what, why = f"the file holds more than {MAX_VALUES:,} values", "each use of an alias counts in full"
            self._stop(event.start_mark, what, why, "split the file, or use fewer aliases")
        if self.depth + levels > self.deepest:
            self.deepest = self.depth + levels
            if self.deepest > MAX_DEPTH:
                what = f"more than {MAX_DEPTH} levels of maps and lists"
                self._stop(event.start_mark, what, "no spec is that deep", "flatten it")

    def _fresh(self, event: Any) -> Found:
        mark = event.start_mark
        line, column = mark.line, mark.column
        if type(event) is yaml.ScalarEvent:
            return self._scalar(event), line, column
        self._add(0, 1, event)
        self.depth += 1
        value = self._mapping(event, line, column) if type(event) is yaml.MappingStartEvent else self._sequence(event)
        self.depth -= 1
        return value, line, column

    def _anchored(self, event: Any) -> Found:
        name, values, deepest = event.anchor, self.values, self.deepest
        self.anchors[name], self.deepest = None, self.depth
        found = self._fresh(event)
        text = event.value if type(event) is yaml.ScalarEvent else None
        if self.anchors[name] is None:
            self.anchors[name] = _Anchor(found, self.values - values + 1, self.deepest - self.depth, text)
        self.deepest = max(deepest, self.deepest)
        return found

    def _alias(self, event: Any) -> Found:
        mark, name = event.start_mark, event.anchor
        anchor = self.anchors.get(name)
        if anchor is not None:
            self._add(anchor.values, anchor.levels, event)
            return anchor.found
        self.torn = True
        if name in self.anchors:
            self._problem(mark, f"*{name} stands inside &{name} itself", "it would never end", "write the value out")
        else:
            fix = f"define &{name}, or quote the text *{name}"
            self._problem(mark, f"no anchor &{name} before this alias", "", fix)
        return None, mark.line, mark.column

    def _mapping(self, start: Any, line: int, column: int) -> Map:
        self._check_tag(start, "map")
        file, following, node = self.file, self.next, self._node
        result = Map((file, line, column, line, column))
        places, merging = result.places, None
        while type(event := following()) is not yaml.MappingEndEvent:
            mark: Any = event.start_mark
            key = self._key(event)
            if key == "<<" and getattr(event, "style", None) == "":
                merging = mark
            value, value_line, value_column = node(following())
            if key in places:
                first = Mark(file, places[key][1] + 1, places[key][2] + 1)
                self._problem(mark, f'the key "{key}" is here twice', f"the first is at {first}", "keep one of them")
            elif key is not None:
                result[key] = value
                places[key] = (file, mark.line, mark.column, value_line, value_column)
        if merging is not None:
            self._merge_key(result, merging)
        return result

    def _key(self, event: Any) -> str | None:
        """Text of a key as the file has it; None where there is none."""
        mark: Any = event.start_mark
        if type(event) is yaml.ScalarEvent:
            text = str(event.value)
            if event.tag is not None:
                self._check_tag(event, *_SCALARS)
            if event.anchor is not None:
                self.anchors[event.anchor] = _Anchor((text, mark.line, mark.column), 1, 0, text)
            return text
        known = len(self.problems)
        self._node(event)
        anchor = self.anchors.get(event.anchor)
        if type(event) is yaml.AliasEvent and anchor is not None and anchor.text is not None:
            return anchor.text
        self.torn = True
        if known == len(self.problems):
            self._problem(mark, "a key is a map or a list", "keys are text", "put it in quotes")
        return None

    def _merge_key(self, result: Map, mark: yaml.Mark) -> None:
        """Carry out `<<`: keys of the merged maps that the map itself doesn't have; the first map wins."""
        value = result.pop("<<")
        del result.places["<<"]
        sources = value if isinstance(value, Seq) else [value]
        if not all(isinstance(source, Map) for source in sources):
            fix = "give it an alias of a map, or a list of them"
            self.torn = True
            self._problem(mark, "<< merges something that is no map", "", fix)
            return
        for source in sources:
            for key, entry in source.items():
                if key not in result:
                    result[key], result.places[key] = entry, source.places[key]

    def _sequence(self, start: Any) -> Seq:
        self._check_tag(start, "seq")
        file, following, node = self.file, self.next, self._node
        result = Seq()
        while type(event := following()) is not yaml.SequenceEndEvent:
            value, line, column = node(event)
            result.append(value)
            result.places.append((file, line, column, line, column))
        return result

    def _check_tag(self, event: Any, *allowed: str) -> None:
        tag = event.tag
        if tag is not None and tag != "!" and tag not in {_CORE + name for name in allowed}:
            shown = tag.replace(_CORE, "!!")
            self.unsettled.add((event.start_mark.line, event.start_mark.column))
            self._problem(event.start_mark, f"the tag {shown} can't stand here", "a spec is plain data", "remove it")

    def _scalar(self, event: Any) -> Any:
        text, tag, plain = event.value, event.tag, event.style == ""
        if "${" in text:
            variable = any(match["close"] or match["source"] for match in VARIABLE.finditer(text))
            text = VARIABLE.sub(Variables(self, event), text)
            if variable and plain and tag is None:
                return Variable(text)
        elif "$" in text:
            text = text.replace("$$", "$")
        if tag is None:
            return plain_value(text) if plain else text
        name = tag.removeprefix(_CORE)
        if name not in _SCALARS:
            self._check_tag(event)
            return text
        value = text if name == "str" else plain_value(text)
        if type(value) not in _SCALARS[name]:
            what = f'"{text}" is not of the type !!{name}'
            self.unsettled.add((event.start_mark.line, event.start_mark.column))
            self._problem(event.start_mark, what, "", "correct it, or remove the tag")
        return float(value) if name == "float" and type(value) is int else value
