"""Stage 1: YAML files -> Spec. Everything that can be known to be wrong without Azure is said here, all at once."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from itertools import starmap
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from pydantic_core import ValidationError

from provision import complaints, document
from provision.complaints import now
from provision.errors import SpecError
from provision.schema import document as grammar
from provision.schema import used
from provision.schema.validator import validator
from provision.spec.files import read
from provision.spec.findings import findings
from provision.spec.nodes import Node, nodes, place_of
from provision.spec.policies import policies
from provision.spec.remarks import InClear, literals

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from provision.address import Address
    from provision.complaints import Later
    from provision.errors import Mark, Problem
    from provision.spec.nodes import Loc

__all__ = ["Node", "Spec", "load", "nodes"]


@dataclass(frozen=True, slots=True)
class Spec:
    """A spec that is right as far as can be told offline."""

    file: str
    data: Mapping[str, Any]
    tree: document.Map
    secrets: Mapping[str, str]  # the name of each `${secret:NAME}` -> its value
    policies: Mapping[Address, Mark]  # where the text of a policy stands, when that is a file of its own
    warnings: tuple[Problem, ...] = ()  # what is allowed, and should not be so
    clear: tuple[InClear, ...] = ()  # secrets that stand in it
    unseen: tuple[Problem, ...] = ()  # what only a look into the instance can tell
    # policy -> what it refers to in the instance, and where
    mentions: Mapping[Address, Mapping[Address, Mark]] = field(default_factory=lambda: MappingProxyType({}))

    def mark(self, node: Node) -> Mark:
        """Where a resource stands in the file."""
        return place_of(self.tree, node)

    def nodes(self) -> Iterator[Node]:
        """Every resource of the spec, parents first."""
        return nodes(self.data)


def load(
    path: Path | document.Source,
    overlays: Sequence[Path | document.Source] = (),
    environ: Mapping[str, str] | None = None,
) -> Spec:
    """Read a spec and lay the overlays over it. Raises SpecError with everything that is wrong."""
    files = read([path, *overlays], os.environ if environ is None else environ)
    if not files.whole:
        raise SpecError(files.problems, files.more)
    tree, secrets = files.tree, files.secrets
    data, said = _validated(tree)
    every = list(nodes(tree if data is None else data))
    found = policies(every, tree, files.texts, secrets, files.unsettled)
    first = found.mentioned_first()
    said += [*found.problems, *findings(every, tree, files.unsettled, first, sound=data is not None)]
    said = [*map(now, files.problems), *(one for one in said if one.mark not in files.unsettled)]
    if said or data is None:
        raise complaints.refusal(said, secrets, files.more + found.more)
    for loc, (text, _) in found.files.items():
        _put(data, loc, text)
    marks = {node.address: found.files[node.loc][1] for node in every if node.loc in found.files}
    clear = tuple(literals(every, tree, files.secret))
    warnings = complaints.presentable([*files.warnings, *(one.warning for one in clear), *found.doubts], secrets)
    unseen = complaints.presentable(starmap(complaints.not_seen, first.items()), secrets)
    return Spec(
        file=str(path),
        data=data,
        tree=tree,
        secrets=MappingProxyType(secrets),
        policies=MappingProxyType(marks),
        warnings=tuple(warnings),
        clear=clear,
        mentions=MappingProxyType(found.mentions),
        unseen=tuple(unseen),
    )


def _validated(tree: document.Map) -> tuple[dict[str, Any] | None, list[Later]]:
    try:
        return validator(used(tree)).validate_python(tree), []
    except ValidationError as error:
        return None, complaints.translate(error, grammar(), tree)


def _put(data: Any, loc: Loc, value: str) -> None:
    for step in loc[:-1]:
        data = data[step]
    data[loc[-1]] = value
