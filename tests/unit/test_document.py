from __future__ import annotations

import contextlib
import gc
import math
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from provision.document import MAX_BYTES, Document, Map, Seq, Variable, load, mark_of, merge
from provision.errors import SpecError

if TYPE_CHECKING:
    from collections.abc import Iterator

ENVIRON = {"NAME": "value", "EMPTY": "", "PORT": "8080", "KEY": "s3cret"}


def loaded(text: str | bytes, folder: Path, name: str = "spec.yaml") -> Document:
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return load(path, ENVIRON)


def problems(text: str | bytes, folder: Path) -> list[str]:
    with pytest.raises(SpecError) as caught:
        loaded(text, folder)
    lines = str(caught.value).replace(str(folder / "spec.yaml"), "spec.yaml").splitlines()
    return [line.removeprefix("spec.yaml:") for line in lines]


BAD_VARIABLE = (
    "a variable is ${NAME}, ${NAME:-default}, ${NAME:?message} or ${secret:NAME}, and a file ${file:PATH} · "
    "correct it, or write $$ for a plain $"
)
BAD_COLON = (
    'a ":" can\'t stand here · the value before it has not ended, or the indentation is wrong · '
    'align the key, or put a value that holds ": " in quotes'
)
BAD_KEY = (
    "this doesn't belong to what is before it · the indentation fits no map around it, or a quote closed too early · "
    "align it with its neighbours, and check the quotes"
)
TAB = "a tab is in the indentation · YAML indents with spaces only · replace it with spaces"
IN_BRACKETS = 'a variable inside { } or [ ] needs quotes · { has a meaning there · write "${NAME}"'
LAUGHS = "".join(f"{'bcdefgh'[i]}: &{'bcdefgh'[i]} [{','.join(['*' + 'abcdefg'[i]] * 10)}]\n" for i in range(7))
BROKEN: dict[str, tuple[str | bytes, list[str]]] = {
    "empty": ("", [" the file is empty · describe the instance in it"]),
    "white space": (" \n\n", [" the file is empty · describe the instance in it"]),
    "only comments": (
        "# nothing\n",
        [" the file is empty · it holds only comments · describe the instance in it"],
    ),
    "empty document": (
        "---\n",
        ["2:1: the top level is empty · it has to be a map · write lines of key: value"],
    ),
    "list": (
        "- a\n",
        ["1:1: the top level is a list · it has to be a map · write lines of key: value"],
    ),
    "scalar": (
        "# x\nyes\n",
        ["2:1: the top level is a single value · it has to be a map · write lines of key: value"],
    ),
    "two documents": (
        "a: 1\n---\nb: 1\n",
        ["2:1: a second document starts here · a file holds one · use a file for each"],
    ),
    "not utf-8": (
        b"a: \xc3\xa9\nb: \xc3\xa9\xff\n",
        ["2:5: the file is not UTF-8 · byte 0xff at offset 11 · save it as UTF-8"],
    ),
    "utf-16": (
        "a: 1".encode("utf-16"),
        ["1:1: the file is not UTF-8 · byte 0xff at offset 0 · save it as UTF-8"],
    ),
    "nul": (
        "a: 1\nb: x\0\n",
        ["2:5: the character U+0000 · YAML doesn't allow it · remove it, or save the file as UTF-8 text"],
    ),
    "escape": (
        "a: \x1b[0m",
        ["1:4: the character U+001B · YAML doesn't allow it · remove it, or save the file as UTF-8 text"],
    ),
    "tab": ("a:\n\tb: 1\n", [f"2:1: {TAB}"]),
    "tab after spaces": ("a:\n  b: 1\n  \tc: 2\n", [f"3:3: {TAB}"]),
    "tab in a block": ("a: |\n\tb\n", [f"2:1: {TAB}"]),
    "duplicate": (
        "a: 1\nb: 2\na: 3\n",
        ['3:1: the key "a" is here twice · the first is at spec.yaml:1:1 · keep one of them'],
    ),
    "duplicate <<": (
        "b: &b {c: 1}\na: {<<: *b, <<: *b}\n",
        ['2:13: the key "<<" is here twice · the first is at spec.yaml:2:5 · keep one of them'],
    ),
    "quote": (
        'a: "b\nc: d\n',
        ['1:4: the quote " is never closed · the file ends first · add the closing "'],
    ),
    "apostrophe": (
        "a: 'b\nc: d\n",
        ["1:4: the quote ' is never closed · the file ends first · add the closing '"],
    ),
    "quote too early": ("a: 'it's'\n", [f"1:8: {BAD_KEY}"]),
    "bracket": (
        "a: [1, 2\n",
        ["1:4: the [ is never closed · the file ends first · add the closing ]"],
    ),
    "brace": (
        "a: {b: 1\n",
        ["1:4: the { is never closed · the file ends first · add the closing }"],
    ),
    "bracket with more lines": (
        "a: [1, 2\nb: 3\n",
        [
            (
                "2:2: a , or ] is missing before this · the [ at spec.yaml:1:4 is still open · "
                "close it, or put text that holds brackets in quotes"
            ),
        ],
    ),
    "open bracket at the end": (
        "a: [",
        ["2:1: the file ends too early · did not find expected node content · finish what the last line starts"],
    ),
    "colon": ("a: b: c\n", [f"1:5: {BAD_COLON}"]),
    "indentation": ("a:\n  b: 1\n c: 2\n", [f"3:2: {BAD_KEY}"]),
    "not an item": ("- a\nb: 1\n", ["2:1: this is not an item of the list · align it, or start it with -"]),
    "at sign": ("a: @b\n", ["1:4: a value can't start like this · put it in quotes"]),
    "escape sequence": (
        'a: "\\q"\n',
        ["1:5: \\ starts no known escape here · write \\\\, or use single quotes"],
    ),
    "other": (
        "%YAML 3.0\n---\na: 1\n",
        ["1:1: this is not YAML · found incompatible YAML document"],
    ),
    "no anchor": (
        "a: *b\n",
        ["1:4: no anchor &b before this alias · define &b, or quote the text *b"],
    ),
    "recursion": (
        "a: &a [*a]\nb: &b {c: *b}\n",
        [
            "1:8: *a stands inside &a itself · it would never end · write the value out",
            "2:11: *b stands inside &b itself · it would never end · write the value out",
        ],
    ),
    "bomb": (
        f"a: &a [1,1,1,1,1,1,1,1,1,1]\n{LAUGHS}",
        [
            (
                "6:29: the file holds more than 1,000,000 values · each use of an alias counts in full · "
                "split the file, or use fewer aliases"
            ),
        ],
    ),
    "deep": (
        f"a: {'[' * 64}",
        ["1:67: more than 64 levels of maps and lists · no spec is that deep · flatten it"],
    ),
    "deeper than libyaml 0.2.6 looks ahead": (
        f"a: 1\nb: ${{NONE}}\nc: {'[{a: ' * 2500}",
        [
            "2:4: the variable NONE is not set · it has no default · set NONE, or write ${NONE:-default}",
            "3:160: more than 64 levels of maps and lists · no spec is that deep · flatten it",
        ],
    ),
    "five thousand brackets": (
        "[" * 5000,
        ["1:65: more than 64 levels of maps and lists · no spec is that deep · flatten it"],
    ),
    "five thousand dashes": (
        "- " * 5000,
        ["1:129: more than 64 levels of maps and lists · no spec is that deep · flatten it"],
    ),
    "deep by aliases": (
        f"a: &a {'[' * 40}{']' * 40}\nb: {'[' * 40}*a{']' * 40}\n",
        ["2:44: more than 64 levels of maps and lists · no spec is that deep · flatten it"],
    ),
    "tags": (
        "a: !foo 1\nb: !!python/object/apply:os.system [x]\nc: !!str {}\n!x d: !!binary 1\n",
        [
            "1:4: the tag !foo can't stand here · a spec is plain data · remove it",
            "2:4: the tag !!python/object/apply:os.system can't stand here · a spec is plain data · remove it",
            "3:4: the tag !!str can't stand here · a spec is plain data · remove it",
            "4:1: the tag !x can't stand here · a spec is plain data · remove it",
            "4:7: the tag !!binary can't stand here · a spec is plain data · remove it",
        ],
    ),
    "typed": (
        "a: !!int x\nb: !!bool 1\n",
        [
            '1:4: "x" is not of the type !!int · correct it, or remove the tag',
            '2:4: "1" is not of the type !!bool · correct it, or remove the tag',
        ],
    ),
    "keys": (
        "? [a]\n: 1\n? {b: 1}\n: 2\n",
        [
            "1:3: a key is a map or a list · keys are text · put it in quotes",
            "3:3: a key is a map or a list · keys are text · put it in quotes",
        ],
    ),
    "merge of a scalar": (
        "a: {<<: 1}\n",
        ["1:5: << merges something that is no map · give it an alias of a map, or a list of them"],
    ),
    "unset": (
        "a: x ${NONE}\nb: ${EMPTY:?say it}\nc: |\n  text\n  more ${secret:NONE}\nd: 'it''s $${NONE} ${NONE}'\n",
        [
            "1:6: the variable NONE is not set · it has no default · set NONE, or write ${NONE:-default}",
            "2:4: the variable EMPTY is empty · say it · set EMPTY, or write ${EMPTY:-default}",
            ("5:8: the variable NONE is not set · it has no default · set NONE, or write ${secret:NONE:-default}"),
            "6:20: the variable NONE is not set · it has no default · set NONE, or write ${NONE:-default}",
        ],
    ),
    "malformed": (
        'a: ${\nb: x${1}\nc: "${A B}"\nd: "\\x24{?}"\n',
        [
            f"1:4: malformed variable ${{ · {BAD_VARIABLE}",
            f"2:5: malformed variable ${{1}} · {BAD_VARIABLE}",
            f"3:5: malformed variable ${{A B}} · {BAD_VARIABLE}",
            f"4:4: malformed variable ${{?}} · {BAD_VARIABLE}",
        ],
    ),
    "nested variable": (
        "a: ${NONE:-${NAME}}\n",
        [f"1:4: malformed variable ${{NONE:-${{NAME}} · {BAD_VARIABLE}"],
    ),
    "variable in braces": ("a: {b: ${NAME}}\n", [f"1:9: {IN_BRACKETS}"]),
    "variable in brackets": ("a: [${NAME}]\n", [f"1:6: {IN_BRACKETS}"]),
    "all at once": (
        "a: ${NONE}\na: 1\nb: !foo x\nc: [\n",
        [
            "1:4: the variable NONE is not set · it has no default · set NONE, or write ${NONE:-default}",
            '2:1: the key "a" is here twice · the first is at spec.yaml:1:1 · keep one of them',
            "3:4: the tag !foo can't stand here · a spec is plain data · remove it",
            ("5:1: the file ends too early · did not find expected node content · finish what the last line starts"),
        ],
    ),
}


@pytest.mark.parametrize(("text", "expected"), BROKEN.values(), ids=BROKEN.keys())
def test_every_problem_of_a_broken_file_is_reported(text: str | bytes, expected: list[str], tmp_path: Path) -> None:
    assert problems(text, tmp_path) == expected


def test_a_file_that_cannot_be_read_is_a_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def why(path: Path) -> str:
        with pytest.raises(SpecError) as caught:
            load(path, {})
        return str(caught.value)

    missing = tmp_path / "missing.yaml"
    assert why(missing) == f"{missing}: there is no such file · check the path"
    assert why(tmp_path) == f"{tmp_path}: this is a directory · name the file in it"
    assert why(Path("a\0b")) == "a\0b: can't be read: embedded null byte"

    def forbidden(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", forbidden)
    assert why(missing) == f"{missing}: you may not read this file · check its permissions"


def test_a_file_of_more_than_64_mib_is_refused(tmp_path: Path) -> None:
    with (tmp_path / "spec.yaml").open("wb") as stream:
        stream.truncate(MAX_BYTES + 1)
    with pytest.raises(SpecError, match="the file is larger than 64 MiB · no spec is that large · split it"):
        load(tmp_path / "spec.yaml", {})


def test_marks_name_the_file_as_it_was_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.yaml").write_text("b: 1\n")
    assert str(mark_of(load(Path("a.yaml"), {}).root, ["b"])) == "a.yaml:1:4"


CORE: list[tuple[str, Any]] = [
    ("true", True), ("True", True), ("TRUE", True), ("false", False), ("tRue", "tRue"),
    ("yes", "yes"), ("on", "on"), ("No", "No"), ("y", "y"),
    ("null", None), ("~", None), ("", None), ("nULL", "nULL"),
    ("0", 0), ("-12", -12), ("+7", 7), ("007", 7), ("0o17", 15), ("0x1F", 31), ("0b1", "0b1"), ("1_000", "1_000"),
    ("-0x1", "-0x1"), ("1:30", "1:30"), ("2024-05-01", "2024-05-01"), ("9" * 5000, "9" * 5000),
    ("1.5", 1.5), (".5", 0.5), ("1.", 1.0), ("1e3", 1000.0), ("-.inf", -math.inf), ("+.INF", math.inf), (".", "."),
    ("1.2.3", "1.2.3"), ("+", "+"), ("'1'", "1"), ('"null"', "null"), ("=", "="), ("\u0663", "\u0663"),
    ("!!str 1", "1"), ("! 1", "1"), ("!!int '1'", 1), ("!!float 1", 1.0), ("!!null ''", None), ("!!bool 'true'", True),
    ("!!map {}", {}), ("!!seq []", []),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), CORE)
def test_scalars_follow_the_core_schema(text: str, expected: object, tmp_path: Path) -> None:
    value = loaded(f"a: {text}\n", tmp_path).root["a"]
    assert (value, type(value).__mro__[-2]) == (expected, type(expected).__mro__[-2])


def test_nan_is_a_float(tmp_path: Path) -> None:
    assert math.isnan(loaded("a: .NaN\n", tmp_path).root["a"])


def test_keys_are_their_source_text(tmp_path: Path) -> None:
    text = '200: a\ntrue: b\n~: c\n"x y": d\n${NAME}: e\n&k 0x1: f\n? g\n'
    assert list(loaded(text, tmp_path).root) == ["200", "true", "~", "x y", "${NAME}", "0x1", "g"]
    assert loaded("a: &k b\n*k : c\n", tmp_path).root == {"a": "b", "b": "c"}


def test_byte_order_mark_and_crlf_are_accepted(tmp_path: Path) -> None:
    document = loaded(b"\xef\xbb\xbfa: 1\r\nb:\r\n  c: |\r\n    x\r\n    y\r\n", tmp_path)
    assert document.root == {"a": 1, "b": {"c": "x\ny\n"}}
    assert str(mark_of(document.root, ["b", "c"], key=True)).endswith("spec.yaml:3:3")
    assert str(mark_of(document.root, ["a"])).endswith("spec.yaml:1:4")


def test_mark_of_gives_the_deepest_place_there_is(tmp_path: Path) -> None:
    root = loaded("a:\n  - b: 1\n  - [x, y]\n", tmp_path, "f").root

    def at(*loc: str | int, key: bool = False) -> str:
        return str(mark_of(root, loc, key=key)).rpartition("/")[2]

    assert [at(), at("a"), at("a", key=True), at("a", 0, "b"), at("a", 1, 1)] == [
        "f:1:1", "f:2:3", "f:1:1", "f:2:8", "f:3:9",
    ]  # fmt: skip
    assert at("a", 0, "b", "c", 3) == "f:2:8"
    assert at("a", 7) == at("a", -1) == at("a", "x") == at("a")
    assert at("nope") == at("nope", key=True) == "f:1:1"


def test_aliases_share_their_value_and_keep_the_anchors_place(tmp_path: Path) -> None:
    root = loaded("a: &x {k: 1}\nb: *x\nc: [*x, &s text, *s]\n", tmp_path).root
    assert root["a"] is root["b"] is root["c"][0]
    assert mark_of(root, ["b", "k"]) == mark_of(root, ["a", "k"])
    assert mark_of(root, ["c", 2]) == mark_of(root, ["c", 1])
    assert mark_of(root, ["b"], key=True).line == 2


def test_an_inner_anchor_of_the_same_name_hides_the_outer_one(tmp_path: Path) -> None:
    assert loaded("a: &x [&x 1, *x]\nb: *x\n", tmp_path).root == {"a": [1, 1], "b": 1}


def test_merge_keys_fill_in_what_the_map_does_not_say(tmp_path: Path) -> None:
    root = loaded("p: &p {a: 1, b: 2}\nq: &q {b: 3, c: 4}\nr:\n  <<: [*p, *q]\n  a: 9\n's': {'<<': 1}\n", tmp_path).root
    assert root["r"] == {"a": 9, "b": 2, "c": 4}
    assert list(root["r"]) == ["a", "b", "c"]
    assert mark_of(root, ["r", "c"]) == mark_of(root, ["q", "c"])
    assert root["s"] == {"<<": 1}


VARIABLES: list[tuple[str, str, type]] = [
    ("${NAME}", "value", Variable),
    ("x-${NAME}-y", "x-value-y", Variable),
    ("${PORT}", "8080", Variable),
    ("'${PORT}'", "8080", str),
    ('"${PORT}"', "8080", str),
    ("|-\n  a ${NAME}\n  b", "a value\nb", str),
    ("! ${PORT}", "8080", str),
    ("!!str ${PORT}", "8080", str),
    ("!!int ${PORT}", "8080", int),
    ("${NONE:-fall back}", "fall back", Variable),
    ("${EMPTY:-x}", "x", Variable),
    ("${EMPTY}", "", Variable),
    ("${NONE:-}", "", Variable),
    ("${NONE:-a$$b}", "a$b", Variable),
    ("${NAME:?must be set}", "value", Variable),
    ("${NAME}$$${PORT}", "value$8080", Variable),
    ("$$", "$", str),
    ("$${NAME}", "${NAME}", str),
    ("$5 and $", "$5 and $", str),
    ("$NAME", "$NAME", str),
    ("${secret:KEY}", "s3cret", Variable),
]


@pytest.mark.parametrize(("text", "expected", "kind"), VARIABLES)
def test_variables_are_replaced(text: str, expected: str, kind: type, tmp_path: Path) -> None:
    value = loaded(f"a: {text}\n", tmp_path).root["a"]
    assert str(value) == expected
    assert type(value) is kind


def test_a_variables_text_is_never_read_again(tmp_path: Path) -> None:
    (tmp_path / "f").write_text("a: ${A}\n")
    assert load(tmp_path / "f", {"A": "${B}: [$$\n"}).root == {"a": "${B}: [$$\n"}


def test_secrets_are_collected_with_the_values_used(tmp_path: Path) -> None:
    text = 'a: "x${secret:KEY}"\nb: ${secret:NONE:-default}\nc: ${PORT}\nd: $${secret:NAME}\n'
    document = loaded(text, tmp_path)
    assert document.secrets == {"KEY": "s3cret", "NONE": "default"}
    assert document.root["a"] == "xs3cret"


@pytest.mark.parametrize("text", ["a: 1\n", "a: [\n", "a: *b\n"])
@pytest.mark.parametrize("enabled", [True, False])
def test_the_collector_is_left_as_it_was(text: str, tmp_path: Path, *, enabled: bool) -> None:
    before = gc.isenabled()
    (gc.enable if enabled else gc.disable)()
    try:
        with contextlib.suppress(SpecError):
            loaded(text, tmp_path)
        assert gc.isenabled() is enabled
    finally:
        (gc.enable if before else gc.disable)()


def test_merge_of_files_keeps_each_values_place(tmp_path: Path) -> None:
    base = loaded("a: {b: 1, c: [1, 2]}\nd: x\ne: {f: 1}\n", tmp_path, "base").root
    overlay = loaded(
        "\na: {b: 2, c: [3], new: {n: 1, gone: null}}\nd: null\nnever: null\ne: text\n", tmp_path, "over"
    ).root
    result = merge(base, overlay)
    assert result == {"a": {"b": 2, "c": [3], "new": {"n": 1}}, "e": "text"}
    assert base == {"a": {"b": 1, "c": [1, 2]}, "d": "x", "e": {"f": 1}}

    def at(*loc: str | int) -> str:
        return str(mark_of(result, loc)).rpartition("/")[2]

    assert [at(), at("a"), at("a", "b"), at("a", "c", 0), at("a", "new", "n"), at("e"), at("d")] == [
        "base:1:1", "base:1:4", "over:2:8", "over:2:15", "over:2:28", "over:5:4", "base:1:1",
    ]  # fmt: skip


# Without $ (a variable), and without what libyaml takes for a line's end and editors don't.
words = st.text(
    st.characters(codec="utf-8", categories=["L", "N", "P", "S", "Zs"], exclude_characters="$"), max_size=12
)
scalars = st.none() | st.booleans() | st.integers() | words | st.floats(allow_nan=False)
trees = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(words, inner, max_size=4),
    max_leaves=25,
)
roots = st.dictionaries(words, trees, max_size=5)


class Dumper(yaml.SafeDumper):
    """PyYAML writes YAML 1.1, to which `1e3` and `0o7` are strings: this one puts them in quotes."""


Dumper.add_implicit_resolver(
    "tag:example.org,2024:number",
    re.compile(r"(?:[-+]?(?:\.[0-9]|[0-9])[0-9.]*(?:[eE][-+]?[0-9]+)?|0o[0-7]+)\Z"),
    list("-+.0123456789"),
)


def places(node: yaml.Node | None) -> Iterator[tuple[tuple[str | int, ...], str, int, int]]:
    """Path, "key" or "value", line and column of everything, as PyYAML's own composer sees it."""
    if not isinstance(node, yaml.MappingNode | yaml.SequenceNode):
        return
    pairs = node.value if isinstance(node, yaml.MappingNode) else enumerate(node.value)
    for key, value in pairs:
        step = key.value if isinstance(key, yaml.Node) else key
        if isinstance(key, yaml.Node):
            yield (step,), "key", key.start_mark.line, key.start_mark.column
        yield (step,), "value", value.start_mark.line, value.start_mark.column
        for loc, *rest in places(value):
            yield (step, *loc), *rest  # type: ignore[misc]


@settings(deadline=None)
@given(data=roots, flow=st.booleans(), unicode=st.booleans(), width=st.sampled_from([20, 10**6]))
def test_dumped_data_comes_back_with_every_place(
    tmp_path_factory: pytest.TempPathFactory, data: dict[str, Any], flow: bool, unicode: bool, width: int
) -> None:
    text = yaml.dump(data, Dumper=Dumper, default_flow_style=flow, allow_unicode=unicode, width=width)
    root = loaded(text, tmp_path_factory.getbasetemp()).root
    assert root == data
    for loc, what, line, column in places(yaml.compose(text, yaml.SafeLoader)):
        mark = mark_of(root, loc, key=what == "key")
        assert (mark.line, mark.column) == (line + 1, column + 1)
        value: Any = root
        for step in loc:
            value = value[step]
        written = text.split("\n")[line][column:]
        if what == "value" and isinstance(value, int) and not isinstance(value, bool):
            assert written.startswith(str(value))


def patched(base: Any, overlay: Any) -> Any:
    """MergePatch of RFC 7396, section 2."""
    if not isinstance(overlay, dict):
        return overlay
    result = dict(base) if isinstance(base, dict) else {}
    for key, value in overlay.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = patched(result.get(key), value)
    return result


def has_all_places(value: object) -> bool:
    if isinstance(value, Map):
        return value.places.keys() == value.keys() and all(map(has_all_places, value.values()))
    return not isinstance(value, Seq) or (len(value.places) == len(value) and all(map(has_all_places, value)))


@settings(deadline=None)
@given(base=roots, overlay=roots)
def test_merge_is_a_merge_patch(
    tmp_path_factory: pytest.TempPathFactory, base: dict[str, Any], overlay: dict[str, Any]
) -> None:
    folder = tmp_path_factory.getbasetemp()
    one, two = (loaded(yaml.dump(data, Dumper=Dumper), folder).root for data in (base, overlay))
    merged = merge(one, two)
    assert merged == patched(base, overlay)
    assert merge(merged, two) == merged
    assert merge(one, Map()) == one == base
    assert two == overlay
    assert has_all_places(merged)
