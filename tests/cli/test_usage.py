"""Wrong usage ends with 64, on stderr, before anything is sent; help and version go to stdout."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.conftest import WORKED, Cloud, here

if TYPE_CHECKING:
    from pathlib import Path

SOME = ("--subscription-id", "s")
COMMANDS = ("validate", "plan", "apply", "drift", "destroy", "schema", "emulator")

WRONG = [
    (("paln", WORKED), "paln"),
    (("plan",), "SPEC"),
    (("validate",), "SPEC"),
    (("plan", WORKED, "--ouput", "json"), "--ouput"),
    (("plan", WORKED, "--output"), "--output"),
    (("drift", WORKED, *SOME, "--output", "yaml"), "text, json, markdown, junit"),
    (("drift", WORKED, *SOME, "--report", "junit"), "FORMAT=FILE"),
    (("drift", WORKED, *SOME, "--report", "junit="), "FORMAT=FILE"),
    (("drift", WORKED, *SOME, "--report", "yaml=x"), "no such format"),
    (("plan", WORKED, *SOME, "--cloud", "moon"), "azure, usgov, china, local"),
    (("plan", WORKED), "AZURE_SUBSCRIPTION_ID"),
    (("apply", WORKED, "--yes"), "AZURE_SUBSCRIPTION_ID"),
    (("plan", WORKED, *SOME, "--target", "apis"), "no address"),
    (("plan", WORKED, *SOME, "--target", "nonsense/x"), "no address"),
    (("plan", WORKED, *SOME, "--exclude", "apis/x/operations"), "no address"),
    (("apply", WORKED, *SOME, "--replace", ""), "no address"),
    (("plan", WORKED, *SOME, "--restore", "--purge-first"), "contradict"),
    (("apply", WORKED, *SOME, "--restore", "--purge-first"), "contradict"),
    (("plan", WORKED, *SOME, "--state", "x.sqlite3"), "--cloud local"),
    (("plan", WORKED, "--cloud", "local", "--endpoint", "http://127.0.0.1:1", "--state", "x"), "--state"),
    (("plan", WORKED, "--endpoint", "127.0.0.1:8080"), "no http or https URL"),
    (("plan", WORKED, *SOME, "--max-delete", "-1"), "--max-delete"),
    (("plan", WORKED, *SOME, "--max-update", "101"), "--max-update"),
    (("plan", WORKED, *SOME, "--max-update", "many"), "--max-update"),
    (("destroy", WORKED, *SOME, "--restore"), "--restore"),
    (("emulator", "--port", "70000"), "--port"),
    (("emulator", "--port", "0", "--clock", "yesterday"), "2001-02-03T04:05:06Z"),
    (("emulator", "--port", "0", "--clock", "2001-02-03T04:05:06"), "time zone"),
    (("emulator", "--port", "0", "--throttle", "hard"), "azure or off"),
    (("emulator", "--port", "0", "--create-polls", "-1"), "--create-polls"),
    (("apply", "plan.json", WORKED, *SOME), "alone"),
    (("apply", "plan.json", *SOME, "--overlay", WORKED), "alone"),
    (("apply", "plan.json", *SOME, "--target", "apis/x"), "plan --out"),
    (("apply", "plan.json", *SOME, "--replace", "apis/x"), "plan --out"),
    (("apply", "plan.json", *SOME, "--restore"), "plan --out"),
    (("schema", "/no/such/folder/schema.json"), "/no/such/folder"),
]


@pytest.mark.parametrize(("words", "said"), WRONG, ids=[" ".join(words).replace(WORKED, "SPEC") for words, _ in WRONG])
def test_wrong_usage_is_told_from_everything_else(words: tuple[str, ...], said: str) -> None:
    ran = here(*words).ended(64)
    assert ran.out == ""
    assert said in ran.err
    assert "Traceback" not in ran.err


def test_wrong_usage_sends_nothing(cloud: Cloud, tmp_path: Path) -> None:
    """Also where the mistake would only show at the end: the file of a report that can't be written."""
    for words in (
        ("drift", WORKED, "--report", f"json={tmp_path}/no/such/folder/r.json"),
        ("apply", WORKED, "--yes", "--report", f"json={tmp_path}/no/such/folder/r.json"),
        ("plan", WORKED, "--out", f"{tmp_path}/no/such/folder/plan.json"),
    ):
        ran, sent = cloud.watched(*words)
        ran.ended(64)
        assert [one.method for one in sent if one.method not in ("GET", "HEAD")] == [], str(ran)


@pytest.mark.parametrize("verb", COMMANDS)
def test_help_is_data(verb: str) -> None:
    for option in ("--help", "-h"):
        ran = here(verb, option).ended(0)
        assert ran.out.startswith(f"Usage: provision {verb}")
        assert ran.err == ""


def test_the_root_says_what_there_is() -> None:
    ran = here("--help").ended(0)
    assert all(f"  {verb} " in ran.out for verb in COMMANDS)
    assert "64 wrong usage" in ran.out
    assert here("--version").ended(0).out == "provision 0.1.0\n"


def test_without_words_it_shows_the_help() -> None:
    ran = here()
    assert "Usage: provision" in ran.out + ran.err
    assert ran.code == 64


def test_validate_says_what_is_valid(tmp_path: Path) -> None:
    ran = here("validate", WORKED).ended(0)
    assert ran.out == f"{WORKED}: valid, 11 resources\n"
    assert ran.err == ""
    bad = tmp_path / "bad.yaml"
    bad.write_text("spec: 1\nresourceGroup: {name: g}\nservice: {name: s, existing: true}\napi: {}\nspec: 1\n")
    ran = here("validate", WORKED, str(bad)).ended(1)
    assert ran.out == f"{WORKED}: valid, 11 resources\n"
    assert f"{bad}:5:1: " in ran.err


def test_the_environment_names_cloud_and_subscription(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AZURE_SUBSCRIPTION_ID", "11111111-1111-1111-1111-111111111111")
    _, sent = cloud.watched("plan", WORKED)
    assert {one.path.split("/")[2] for one in sent} == {"11111111-1111-1111-1111-111111111111"}
    _, sent = cloud.watched("plan", WORKED, "--subscription-id", "22222222-2222-2222-2222-222222222222")
    assert {one.path.split("/")[2] for one in sent} == {"22222222-2222-2222-2222-222222222222"}
    monkeypatch.setenv("PROVISION_CLOUD", "moon")
    assert "moon" in here("plan", WORKED).ended(64).err


def test_schema_is_written_whole(tmp_path: Path) -> None:
    shown = here("schema").ended(0)
    written = here("schema", str(tmp_path / "schema.json")).ended(0)
    assert (written.out, written.err) == ("", "")
    assert (tmp_path / "schema.json").read_text("utf-8") == shown.out
