"""Wheel and sdist, built into the folder that is the argument and tried in clean environments: `make dist`.

An environment of its own gets what the wheel says it needs, as .ci/lock.txt pins it, and nothing else; there the wheel
has to validate, to say how its extra is installed, and with that to tell the story of the worked example. The sdist has
to build the same wheel, and to install without fetching anything. Ends with 1 where something doesn't hold.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import tarfile
import tempfile
import venv
import zipfile
from importlib import metadata
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
LOCK = ROOT / ".ci" / "lock.txt"
SPEC = "specs/azureml-demo.yaml"
NAME = "apim-provision"
ENTRY = re.compile(r"^([\w.-]+)==.*\\\n(?: +--hash=.*\n)+", re.MULTILINE)  # a name, a version, its hashes
SAFE: dict[str, Any] = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}  # Python 3.11.4


def say(text: str) -> None:
    """One line of progress, at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def check(what: str, held: object, why: object = "") -> None:
    """Say what holds; end where it doesn't."""
    if not held:
        sys.exit(f"make dist: it does not hold that {what}\n{why}")
    say(f"  {what}")


def environment() -> dict[str, str]:
    """The environment without what would let the checkout's package be imported instead of the installed one."""
    kept = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "APIM_NAME", "VIRTUAL_ENV")}
    return {**kept, "PYTHONSAFEPATH": "1", "CI": "1"}


def run(*words: str | Path, expect: int = 0, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    command = [str(word) for word in words]
    done = subprocess.run(command, cwd=cwd, env=environment(), capture_output=True, text=True, check=False)
    if done.returncode != expect:
        sys.exit(f"make dist: exit {done.returncode}: {shlex.join(command)}\n{done.stdout}{done.stderr}")
    return done


def needed(extra: str = "") -> set[str]:
    """Names of all that the distribution needs, with an extra, by what the installed ones say of themselves."""
    found: set[str] = set()
    todo = [Requirement(f"{NAME}[{extra}]" if extra else NAME)]
    seen: set[str] = set()
    while todo:
        wanted = todo.pop()
        if str(wanted) in seen:
            continue
        seen.add(str(wanted))
        found.add(canonicalize_name(wanted.name))
        for text in metadata.requires(wanted.name) or ():
            inner = Requirement(text)
            if not inner.marker or any(inner.marker.evaluate({"extra": name}) for name in (*wanted.extras, "")):
                todo.append(inner)
    return found - {NAME}


def locked(names: set[str], path: Path) -> Path:
    """The entries of the lock for these names, in a file."""
    entries = {entry[1]: entry[0] for entry in ENTRY.finditer(LOCK.read_text("utf-8"))}
    check("the lock holds what the distribution needs", names <= set(entries), sorted(names - set(entries)))
    path.write_text("".join(entries[name] for name in sorted(names)), "utf-8")
    return path


class Clean:
    """A virtual environment that holds nothing but pip."""

    def __init__(self, folder: Path) -> None:
        venv.create(folder, with_pip=True)
        self.folder = folder
        self.bin = folder / ("Scripts" if os.name == "nt" else "bin")

    def pip(self, *words: str | Path) -> None:
        """Run pip in it."""
        run(self.bin / "python", "-m", "pip", "--quiet", "--disable-pip-version-check", *words)

    def lock(self, requirements: Path) -> None:
        """Install what a file pins, with its hashes."""
        self.pip("install", "--no-deps", "--require-hashes", "--requirement", requirements)

    def provision(self, *words: str, expect: int = 0) -> subprocess.CompletedProcess[str]:
        """Run the installed command."""
        return run(self.bin / "provision", *words, expect=expect)

    def works(self) -> None:
        """Check what needs no Azure."""
        where = run(self.bin / "python", "-c", "import provision; print(provision.__file__)").stdout
        check("the installed package is the one that runs", Path(where.strip()).is_relative_to(self.folder), where)
        said = self.provision("--version").stdout
        check("--version says the distribution's", said == f"provision {metadata.version(NAME)}\n", said)
        said = self.provision("validate", SPEC).stdout
        check("the worked example is valid", "valid" in said, said)
        self.pip("check")

    def story(self) -> None:
        """Tell the story of the worked example on the embedded Azure."""
        said = run(self.bin / "python", "tests/e2e/story.py").stdout
        check("the embedded Azure carries the worked example from nothing to nothing", "That was all" in said, said)


def built(folder: Path, source: Path, *targets: str) -> list[Path]:
    """Build from a folder of sources; nothing is fetched, since the backend comes from the lock."""
    before = set(folder.glob("*"))
    wanted = [word for target in targets for word in ("--target", target)]
    run(sys.executable, "-m", "hatchling", "build", "--directory", folder, *wanted, cwd=source)
    return sorted(set(folder.glob("*")) - before)


def contents(wheel: Path) -> dict[str, bytes]:
    """Every file of a wheel."""
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def try_wheel(wheel: Path, folder: Path) -> None:
    """The wheel, without its extra and with it."""
    clean = Clean(folder / "wheel")
    clean.lock(locked(needed(), folder / "needed.txt"))
    clean.pip("install", "--no-deps", wheel)
    clean.works()
    state = folder / "state.sqlite3"
    said = clean.provision("plan", SPEC, "--cloud", "local", "--state", str(state), expect=1).stderr
    command = shlex.split(said.rpartition(": ")[2])
    check(
        "the message about the missing extra names this wheel", command == ["pip", "install", f"{wheel}[local]"], said
    )
    clean.lock(locked(needed("local"), folder / "local.txt"))
    clean.pip(command[1], "--no-index", *command[2:])  # as the message says; what it needs is there, from the lock
    clean.works()
    clean.story()


def try_sdist(sdist: Path, wheel: Path, folder: Path) -> None:
    """The sdist builds what the checkout built, and is installed without a network."""
    with tarfile.open(sdist) as archive:
        archive.extractall(folder, **SAFE)
    source = folder / sdist.name.removesuffix(".tar.gz")
    again = built(folder / "again", source, "wheel")
    check("the sdist builds the same wheel", contents(again[0]) == contents(wheel))
    clean = Clean(folder / "sdist")
    clean.lock(LOCK)
    clean.pip("install", "--no-index", "--no-deps", "--no-build-isolation", sdist)
    clean.works()
    clean.story()


def main(folder: Path) -> None:
    """Build and try it all."""
    for old in folder.glob(f"{NAME.replace('-', '_')}-*"):
        old.unlink()
    sdist, wheel = sorted(built(folder, ROOT, "sdist", "wheel"), key=lambda path: path.suffix == ".whl")
    with tempfile.TemporaryDirectory() as directory:
        say(f"{wheel.name}:")
        try_wheel(wheel, Path(directory))
        say(f"{sdist.name}:")
        try_sdist(sdist, wheel, Path(directory))
    say(f"{wheel}\n{sdist}")


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve())
