"""What a message says to install is this distribution, from where it came, and never somebody else's."""

from __future__ import annotations

import json
import re
import tomllib
from importlib import metadata
from typing import TYPE_CHECKING, Any

import pytest

from provision.cli import origin
from tests.conftest import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

COMMIT = "5547fa05555b0a1d3b1c0d3c1a1f4c0b5e0f0a01"
CLONE = "pip install '.[local]'"
INSTALLS = r"(?:pip[x\d.]*|uv pip|uv tool|uv|uvx|pipx|poetry|conda|pdm|hatch) +(?:install|add|run|inject)\b|\buvx\b"
# The other distribution: its name alone, with an extra, a version or a page, not a part of another word or of a path.
BARE = r"(?<![\w./\-])provision(?![\w/\-]|\.\w| @)"
FOREIGN = (
    re.compile(rf"(?:{INSTALLS})[^\n#|&;]*?{BARE}"),
    re.compile(r"(?<![\w./\-])provision\[[a-z, ]+\]"),
    re.compile(r"(?<![\w./\-])provision *(?:[=~><!]=) *\d"),
    re.compile(r"(?:project|simple)/provision(?![\w\-])"),
)
BEFORE = "provision"  # put in by hand, so that this file is no find of its own


def hint(monkeypatch: pytest.MonkeyPatch, recorded: Any) -> str:
    class Installed:
        def read_text(self, name: str) -> str | None:
            assert name == "direct_url.json"
            return recorded if recorded is None or isinstance(recorded, str) else json.dumps(recorded)

    def found(name: str) -> Installed:
        assert name == "apim-provision"
        return Installed()

    monkeypatch.setattr(metadata, "distribution", found)
    return origin.install("local")


def test_a_folder_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    recorded = {"url": tmp_path.as_uri(), "dir_info": {}}
    assert hint(monkeypatch, recorded) == f"pip install '{tmp_path}[local]'"
    recorded["dir_info"] = {"editable": True}
    assert hint(monkeypatch, recorded) == f"pip install --editable '{tmp_path}[local]'"


def test_a_wheel_is_named_and_its_spaces_are_quoted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wheel = tmp_path / "my wheels" / "apim_provision-0.1.0-py3-none-any.whl"
    wheel.parent.mkdir()
    wheel.touch()
    recorded = {"url": wheel.as_uri(), "archive_info": {"hash": "sha256=00"}}
    assert "%20" in recorded["url"]
    assert hint(monkeypatch, recorded) == f"pip install '{wheel}[local]'"


@pytest.mark.parametrize(
    ("recorded", "said"),
    [
        (
            {"url": "https://example.com/p.git", "vcs_info": {"vcs": "git", "commit_id": COMMIT}},
            f"pip install 'apim-provision[local] @ git+https://example.com/p.git@{COMMIT}'",
        ),
        (
            {"url": "ssh://git@example.com/p", "subdirectory": "py", "vcs_info": {"vcs": "git", "commit_id": COMMIT}},
            f"pip install 'apim-provision[local] @ git+ssh://git@example.com/p@{COMMIT}#subdirectory=py'",
        ),
        (
            {"url": "https://example.com/apim_provision-0.1.0.tar.gz", "archive_info": {}},
            "pip install 'apim-provision[local] @ https://example.com/apim_provision-0.1.0.tar.gz'",
        ),
        ({"url": "file:///no/such/apim_provision-0.1.0-py3-none-any.whl", "archive_info": {}}, CLONE),
        (None, CLONE),
        ("not json", CLONE),
        ([], CLONE),
        ({"dir_info": {}}, CLONE),
        ({"url": "https://example.com/p.git", "vcs_info": {}}, CLONE),
    ],
)
def test_what_is_recorded_is_what_is_said(monkeypatch: pytest.MonkeyPatch, recorded: Any, said: str) -> None:
    assert hint(monkeypatch, recorded) == said


def test_without_an_installation_the_sources_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def nowhere(name: str) -> None:
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "distribution", nowhere)
    assert origin.install("local") == CLONE


def test_the_distribution_has_the_name_that_messages_use() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["name"] == origin.DISTRIBUTION == "apim-provision"
    assert project["scripts"] == {"provision": "provision.__main__:main"}


def foreign(text: str) -> list[str]:
    return [found.group(0) for pattern in FOREIGN for found in pattern.finditer(text.replace("\\\n", " "))]


def texts() -> Iterator[Path]:
    """Every text of the repository; what tools keep for themselves begins with a dot, or is built."""
    for path in ROOT.rglob("*"):
        parts = path.relative_to(ROOT).parts
        hidden = any(part.startswith(".") and part not in (".ci", ".github", ".gitignore") for part in parts)
        if not hidden and not {"__pycache__", "dist", "build"} & set(parts) and path.is_file():
            yield path


@pytest.mark.parametrize(
    "line",
    [
        f"pip install {BEFORE}",
        f"pip install '{BEFORE}[local]'",
        f'python -m pip install --upgrade "{BEFORE}>=0.1"',
        f"pip3 install -U \\\n  {BEFORE}",
        f"pipx install {BEFORE}",
        f"pipx run {BEFORE} plan",
        f"uvx {BEFORE} --version",
        f"uv tool install {BEFORE}",
        f"uv add {BEFORE}",
        f"{BEFORE}[local,dev]",
        f"{BEFORE}==0.1.0",
        f"https://example.com/project/{BEFORE}/",
    ],
)
def test_the_other_distribution_is_recognised(line: str) -> None:
    assert foreign(line)


@pytest.mark.parametrize(
    "line",
    [
        "pip install '.[local]'",
        "pip install 'apim-provision[local]'",
        "pip install . && provision plan spec.yaml",
        "pip install apim-provision # then provision --version",
        "pip install --editable '/home/me/provision[local]'",
        "provision plan --out plan.json",
        "mypy provision tests",
    ],
)
def test_what_is_ours_is_not(line: str) -> None:
    assert foreign(line) == []


def test_no_text_names_the_other_distribution_as_something_to_install() -> None:
    found: dict[str, list[str]] = {}
    read = 0
    for path in texts():
        try:
            text = path.read_text("utf-8")
        except UnicodeDecodeError:
            continue
        read += 1
        if names := foreign(text):
            found[str(path.relative_to(ROOT))] = names
    assert read > 500
    assert found == {}
