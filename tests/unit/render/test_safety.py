"""Names and values come from Azure: nothing in them may act on a terminal, a page or a parser."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provision import render
from provision.address import Address, Scope
from provision.comparison import PropertyChange
from provision.diff import Action, Change
from provision.errors import AzureError, Mark
from provision.plan import Plan
from provision.render import FORMATS, Verb
from provision.render.markdown import escaped, fenced
from provision.report import Outcome, Report, Result
from provision.resource import LeftAlone

HOSTILE = "\x1b[31m\x9b2J\x07\x00\r\x7f\u202e\u2028\ud800\ufffe"
ANY = st.text(st.characters(), max_size=30)


def written(text: str, format: str) -> list[str]:  # noqa: A002 - as render calls it
    properties = (
        PropertyChange(text, text, {text: text}),
        PropertyChange("value", f"{text}\nold\n", f"{text}\nnew\n"),
    )
    address = Address(f"apis/{text}")
    changes = tuple(Change(address, action, properties, None, "", Mark(text, 1, 1), text) for action in Action)
    plan = Plan(Scope(text, text, text), changes, {}, (LeftAlone(address, text),), (text,), managed=9)
    results = tuple(Result(changes[0], outcome, text, 1.0) for outcome in Outcome)
    return [
        *(render.plans([plan], format, verb) for verb in Verb),
        render.reports([Report(plan, results)], format, Verb.APPLY),
        render.failure(AzureError(text), format),
    ]


@pytest.mark.parametrize("format", FORMATS)
@settings(deadline=None, max_examples=60)
@given(text=ANY | st.just(HOSTILE))
def test_outputs_hold_no_character_that_acts(text: str, format: str) -> None:  # noqa: A002
    for output in written(text, format):
        assert output.endswith("\n")
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]", output)
        output.encode()


def test_escapes_are_shown() -> None:
    output = written(HOSTILE, "text")[0]
    shown = r"\x1b[31m\x9b2J\x07\x00\x0d\x7f\u202e\u2028\ud800\ufffe"
    assert f"  + apis/{shown}  {shown}:1:1 ({shown})\n" in output
    assert r'"\u001b[31m\x9b2J\u0007\u0000\r\x7f\u202e\u2028\ud800\ufffe"' in output


@settings(deadline=None, max_examples=100)
@given(text=ANY)
def test_xml_and_json_parse_whatever_the_text(text: str) -> None:
    for output in written(text, "junit"):
        assert ET.fromstring(output).tag == "testsuites"
    for output in written(text, "json"):
        assert json.loads(output)["format_version"] == "1.0"


@given(lines=st.lists(st.text(st.sampled_from("`~a\t "), max_size=12)))
def test_nothing_inside_a_fence_closes_it(lines: list[str]) -> None:
    first, *content, last = fenced(lines)
    assert first == f"{last}diff"
    assert set(last) == {"`"}
    assert content == lines
    assert not any(line.strip().startswith(last) for line in lines)


@given(text=ANY | st.text(st.sampled_from("|<>&`*_[]~#\\\n\r a")))
def test_a_cell_is_one_line_of_nothing_but_text(text: str) -> None:
    cell = escaped(text)
    assert "\n" not in cell
    assert not re.search(
        r"[<>|\\`*_\[\]~]|&(?!#\d+;)|#(?!\d+;)", cell.replace("<br>", "").replace("\\x", "").replace("\\u", "")
    )


def test_a_row_of_a_table_has_its_cells_whatever_the_text() -> None:
    output = written("a|b\n| c |<script>", "markdown")[0]
    rows = [line for line in output.splitlines() if line.startswith("| `")]
    assert rows[0] == (
        "| `+` | apis/a&#124;b<br>&#124; c &#124;&#60;script&#62; "
        "| a&#124;b&#92;x0a&#124; c &#124;&#60;script&#62;:1:1 (a&#124;b&#92;x0a&#124; c &#124;&#60;script&#62;) |"
    )
    assert {row.count("|") for row in rows} == {4}


def test_commands_of_github_cannot_be_forged() -> None:
    for output in written("a\n::stop-commands::x,line=2:%0A", "github"):
        commands = output.splitlines()
        assert all(re.match(r"::(warning|error|notice) ", command) for command in commands)
    assert (
        ",title=apis/a\\x0a%3A%3Astop-commands%3A%3Ax%2Cline=2%3A%250A::"
        in written("a\n::stop-commands::x,line=2:%0A", "github")[0]
    )


def test_without_colour_there_is_no_escape_and_with_it_only_around_sign_and_address() -> None:
    changes = tuple(Change(Address("apis/a"), action, (), mark=Mark("f", 1, 1)) for action in Action)
    plan = Plan(Scope("s", "g", "i"), changes)
    plain = render.plans([plan], "text", Verb.PLAN)
    coloured = render.plans([plan], "text", Verb.PLAN, colour=True)
    assert "\x1b" not in plain
    assert re.sub(r"\x1b\[\d*m", "", coloured) == plain
    assert re.findall(r"  (\x1b.*?m)(. apis/a)(\x1b\[0m)  f:1:1\n", coloured) == [
        (f"\x1b[{code}m", f"{sign} apis/a", "\x1b[0m")
        for sign, code in (("+", 32), ("~", 33), ("-", 31), ("±", 31), ("^", 32), ("x", 31))
    ]


def test_importing_render_imports_nothing_heavy() -> None:
    heavy = ("azure", "pydantic", "yaml", "typer", "rich", "urllib", "http", "ssl", "logging")
    code = f"import sys, provision.render; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
