"""Files in the scalars of a spec: what they hold, from where, and that secret ones show up nowhere."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from tests.conftest import Cloud, here

HEAD = """\
spec: 1
resourceGroup: {name: demoazureml, location: eastus}
service: {name: demoazureml, sku: {name: Developer, capacity: 1}, publisherName: us, publisherEmail: us@example.com}
"""
KEY = "battery-of-the-file"
PFX = bytes(range(256))


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    inside = tmp_path / "specs"
    (inside / "sub").mkdir(parents=True)
    (tmp_path / "outside.txt").write_text("not yours", "utf-8")
    (inside / "sub" / "text.txt").write_text("two\r\nlines\r\n", "utf-8")
    (inside / "sub" / "key").write_text(f"{KEY}\n", "utf-8")
    (inside / "sub" / "c.pfx").write_bytes(PFX)
    (inside / "sub" / "in").symlink_to("text.txt")
    (inside / "sub" / "out").symlink_to(tmp_path / "outside.txt")
    monkeypatch.chdir(inside)
    return inside


def spec(value: str, secret: str = "") -> str:
    more = f"\n  hidden: {{secret: true, value: '{secret}'}}" if secret else ""
    Path("spec.yaml").write_text(f"{HEAD}namedValues:\n  shown: {{value: '{value}'}}{more}\n", "utf-8")
    return "spec.yaml"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("${file:sub/text.txt}", "two\r\nlines"),
        ("a ${file:sub/in} b", "a two\r\nlines b"),
        ("${file-base64:sub/c.pfx}", base64.b64encode(PFX).decode()),
        ("${file:-default}", "default"),
        ("$${file:sub/text.txt}", "${file:sub/text.txt}"),
    ],
)
def test_a_file_is_a_value(cloud: Cloud, written: str, meant: str) -> None:
    cloud.applied(spec(written))
    assert cloud.arm.get("namedValues/shown")["properties"]["value"] == meant
    cloud.clean("spec.yaml")


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("sub/out", "it is outside of the spec's folder"),
        ("../outside.txt", "it is outside of the spec's folder"),
        ("/etc/hostname", "it is outside of the spec's folder"),
        ("sub/none", "no such file or directory"),
        ("sub", "it is a directory"),
        ("sub/c.pfx", "it is not UTF-8: file-base64 takes what is no text"),
    ],
)
def test_what_can_not_be_read_is_an_error_there(path: str, why: str) -> None:
    ran = here("validate", spec(f"x ${{file:{path}}}")).ended(1)
    assert ran.err.startswith(f"spec.yaml:5:21: the file {path} can't be read · {why} · ")


@pytest.mark.parametrize("source", ["secret-file:sub/key", "secret-file-base64:sub/c.pfx"])
def test_a_secret_file_shows_up_nowhere(cloud: Cloud, source: str) -> None:
    value = KEY if source == "secret-file:sub/key" else base64.b64encode(PFX).decode()
    path = spec("plain", f"${{{source}}}")
    texts = []
    for words in (("plan", path, "--out", "plan.json"), ("apply", "plan.json"), ("drift", path)):
        for form in ("text", "json"):
            ran = cloud(*words, "--output", form) if words[0] != "apply" or form == "text" else None
            texts += [ran.ended(0).out, ran.err] if ran else []
    texts.append(Path("plan.json").read_text("utf-8"))
    assert all(value not in text for text in texts)
    assert cloud.arm("POST", "namedValues/hidden/listValue").body == {"value": value}
    assert here("validate", path).ended(0).err == ""


def test_a_saved_plan_reads_its_secret_files_again(cloud: Cloud) -> None:
    cloud("plan", spec("plain", "${secret-file:sub/key}"), "--out", "plan.json").ended(0)
    Path("sub/key").write_text("another", "utf-8")
    assert "is not the one that was planned with" in cloud("apply", "plan.json").ended(1).err
    Path("sub/key").unlink()
    assert "the plan needs the secret in sub/key" in cloud("apply", "plan.json").ended(1).err


def test_a_file_that_is_included_reads_from_the_spec_s_folder_too() -> None:
    Path("spec.yaml").write_text(f"{HEAD}include: [sub/values.yaml]\n", "utf-8")
    Path("beside.txt").write_text("beside", "utf-8")
    Path("sub/values.yaml").write_text("namedValues: {a: {value: '${file:../beside.txt} ${file:in}'}}\n", "utf-8")
    here("validate", "spec.yaml").ended(0)
    Path("sub/values.yaml").write_text("namedValues: {a: {value: '${file:../../outside.txt}'}}\n", "utf-8")
    assert "outside of the spec's folder" in here("validate", "spec.yaml").ended(1).err
