"""Where this installation came from, so that a message can say how to install the rest of it."""

from __future__ import annotations

import json
import shlex
from importlib import metadata
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit
from urllib.request import url2pathname

DISTRIBUTION = "apim-provision"  # the name `provision` belongs to somebody else wherever distributions are published
SOURCES = "."


def install(extra: str) -> str:
    """The command that installs this distribution with an extra, from where it came.

    Nothing is published under its name, so an installation that doesn't know its origin (a file that `direct_url.json`
    names and that is gone, or none named) is pointed to a clone: `pip install '.[extra]'`.
    """
    try:
        recorded = metadata.distribution(DISTRIBUTION).read_text("direct_url.json")
    except metadata.PackageNotFoundError:
        recorded = None
    return shlex.join(["pip", "install", *_requirement(recorded, f"[{extra}]")])


def _requirement(recorded: str | None, extra: str) -> list[str]:
    """What pip is told, by what direct_url.json names (PEP 610): a folder, a file, an archive, a repository."""
    try:
        found: dict[str, Any] = json.loads(recorded or "{}")
        url, folder = found["url"], found.get("subdirectory")
        if "vcs_info" in found:
            url = f"{found['vcs_info']['vcs']}+{url}@{found['vcs_info']['commit_id']}"
    except (ValueError, KeyError, TypeError):
        return [SOURCES + extra]
    if not url.startswith("file:"):
        return [f"{DISTRIBUTION}{extra} @ {url}" + (f"#subdirectory={folder}" if folder else "")]
    path = Path(url2pathname(unquote(urlsplit(url).path)))
    if not path.exists():
        return [SOURCES + extra]
    editable = ["--editable"] if found.get("dir_info", {}).get("editable") else []
    return [*editable, f"{path}{extra}"]
