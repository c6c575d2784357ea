"""The words in which a kind says what the table of facts can't know about its properties."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Siblings = Mapping[str, Any]  # the properties beside one, by their names


@dataclass(frozen=True, slots=True)
class Default:
    """What the service puts where a PUT says nothing. Without it: nothing (null and empty are the same).

    A function is given the properties beside it and returns the value.
    """

    value: Any


@dataclass(frozen=True, slots=True)
class Named:
    """It is the resource's own name where a spec says nothing."""


@dataclass(frozen=True, slots=True)
class Unsure:
    """What the service puts where a PUT says nothing isn't known: there it is left alone, and that is said.

    Of a resource's own properties only, not of those in them.
    """


@dataclass(frozen=True, slots=True)
class Keyed:
    """A list whose items are told apart by one property, in any order."""

    by: str


@dataclass(frozen=True, slots=True)
class AnyOrder:
    """A list that is a set."""


@dataclass(frozen=True, slots=True)
class Whole:
    """A list that is written whole, also where the rest of the resource isn't: nothing of its items is kept."""


@dataclass(frozen=True, slots=True)
class Folded:
    """Compared without regard to case and spaces, as ARM compares regions; of a map, its keys are."""


@dataclass(frozen=True, slots=True)
class Fixed:
    """Can't be changed once the resource exists; `advice` says what to do instead."""

    advice: str


@dataclass(frozen=True, slots=True)
class Mirrored:
    """Azure shows it under another name too, and refuses both in one PUT: what it shows here is never sent back."""


@dataclass(frozen=True, slots=True)
class WriteOnly:
    """Azure never gives this back: it is sent with other changes, never compared. `reason` is told to users.

    `kept`: what an update doesn't send keeps its value, and Azure makes one for what is new: an export leaves it out.
    """

    reason: str
    when: Callable[[Siblings], bool] | None = None
    kept: bool = False


@dataclass(frozen=True, slots=True)
class Secret:
    """Never to stand in a file in clear, and never shown: a spec gives it as `${secret:NAME}`.

    `when`: only where that is true of the properties beside it. What Azure doesn't give back is WriteOnly too.
    """

    when: Callable[[Siblings], bool] | None = None


@dataclass(frozen=True, slots=True)
class Ref:
    """Names another resource: one of `collections`, the first of which short names mean.

    With several, a short name has its collection before it (`products/starter`). `bare`: ARM wants the name alone,
    and no path. `words`: what may stand there and is no reference. `within`: the type of what the collection lies in;
    it is the one around the resource that refers.
    """

    collections: tuple[str, ...]
    bare: bool = False
    words: tuple[str, ...] = ()
    within: str = ""

    @property
    def types(self) -> tuple[str, ...]:
        """The types of what it may lead to."""
        return tuple(f"{self.within}/{one}" if self.within else one for one in self.collections)


@dataclass(frozen=True, slots=True)
class Document:
    """A policy document or fragment, compared by what it means. `root`: the element that it is."""

    root: str


@dataclass(frozen=True, slots=True)
class Interpolated:
    """`{{name}}` in its texts stands for the named value of that display name."""


@dataclass(frozen=True, slots=True)
class Required:
    """The service demands it although the SDK's model doesn't say so.

    `returned`: whether everything that it gives back has it, what it made by itself included.
    """

    returned: bool = True


@dataclass(frozen=True, slots=True)
class Optional:
    """The SDK's model demands it, and provision fills it in."""


@dataclass(frozen=True, slots=True)
class ReadOnly:
    """Only ever comes back, although the SDK's model would send it: no key of a spec, never sent, never compared."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Could be written, and is no key of a spec; `reason` stands in the reference.

    `told`: where Azure has a value, the report says that it is left alone.
    """

    reason: str
    told: bool = True


@dataclass(frozen=True, slots=True)
class Entries:
    """Of a map whose entries are anybody's: what is known of some of them, by their names."""

    known: Mapping[str, tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Limits:
    """What the service accepts beyond what the SDK's model says; only what is given here replaces that."""

    pattern: str | None = None
    shortest: int | None = None
    longest: int | None = None
    least: int | None = None
    most: int | None = None
    words: tuple[str, ...] | None = None


Fact = (
    Default
    | Named
    | Unsure
    | Keyed
    | AnyOrder
    | Whole
    | Folded
    | Fixed
    | Mirrored
    | WriteOnly
    | Secret
    | Ref
    | Document
    | Interpolated
    | Required
    | Optional
    | ReadOnly
    | LeftOut
    | Entries
    | Limits
)
Facts = Mapping[str, Fact | tuple[Fact, ...]]
