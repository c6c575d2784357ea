"""All files of a spec in one tree: the spec, what it includes, and the overlays."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from provision import complaints, document
from provision.errors import SpecError
from provision.schema import FREE
from provision.spec.includes import INCLUDE, named
from provision.spec.remarks import null_removals

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from provision.errors import Mark, Problem


@dataclass(slots=True)
class Files:
    """All files of a spec, merged, and what is known of them."""

    tree: document.Map = field(default_factory=document.Map)
    texts: dict[str, str] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    more: int = 0
    unsettled: set[Mark] = field(default_factory=set)
    secret: set[Mark] = field(default_factory=set)
    warnings: list[Problem] = field(default_factory=list)
    whole: bool = True  # every file gave a tree

    def parse(
        self, path: Path | document.Source, environ: Mapping[str, str], root: Path | None = None
    ) -> document.Map | None:
        """The tree of one file; None, and problems, where it has none. `root`: the spec's folder."""
        try:
            loaded = document.parse(path, environ, root)
        except SpecError as error:
            self.problems += error.problems
            self.more += error.more
            self.whole = False
            return None
        self.secrets.update(loaded.secrets)
        self.texts[str(path)] = loaded.text
        self.problems += loaded.problems.kept
        self.more += loaded.problems.more
        self.unsettled |= loaded.unsettled
        self.secret |= loaded.secret
        return _without_free(loaded.root)

    def including(self, path: Path | document.Source, environ: Mapping[str, str]) -> document.Map | None:
        """The tree of one file and of those that it includes."""
        root = self.parse(path, environ)
        if root is None or INCLUDE not in root:
            return root
        paths, problems = named(root, str(path), self.unsettled)
        self.problems += problems
        for one in paths:
            further = self.parse(one, environ, document.folder_of(str(path)))
            if further is None:
                continue
            if INCLUDE in further:
                self.problems.append(complaints.includes_further(document.mark_at(further, INCLUDE, key=True)))
                del further[INCLUDE], further.places[INCLUDE]
            root, twice = document.join(root, further)
            self.problems += [complaints.joined_twice(mark, key, first) for key, mark, first in twice]
        return root


def read(paths: Sequence[Path | document.Source], environ: Mapping[str, str]) -> Files:
    """All files merged; the problems of each of them."""
    files = Files()
    for index, path in enumerate(paths):
        root = files.including(path, environ)
        if root is None:
            continue
        if index:
            files.warnings += null_removals(files.tree, root)
        files.tree = document.merge(files.tree, root) if index else root
    return files


def _without_free(root: document.Map) -> document.Map:
    """Without the keys that are the user's own."""
    for name in [name for name in root if name.startswith(FREE)]:
        del root[name], root.places[name]
    return root
