"""How strings are compared: StringComparison, StringComparer, CultureInfo.

Culture means the invariant one: letters before case, lower before upper. [?] Its full table of weights is ICU's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from provision.emulator.gateway.expressions.collected import identity
from provision.emulator.gateway.expressions.signatures import enumeration, family
from provision.emulator.gateway.expressions.values import EnumValue, Net, TypeRef

if TYPE_CHECKING:
    from collections.abc import Callable

NAMES = (
    "CurrentCulture", "CurrentCultureIgnoreCase", "InvariantCulture", "InvariantCultureIgnoreCase", "Ordinal",
    "OrdinalIgnoreCase",
)  # fmt: skip
COMPARISON = enumeration("System.StringComparison", *NAMES)
ORDINAL = EnumValue("StringComparison", "Ordinal", NAMES.index("Ordinal"))
CULTURE = EnumValue("StringComparison", "InvariantCulture", NAMES.index("InvariantCulture"))
CULTURE_IGNORING = EnumValue("StringComparison", NAMES[3], 3)


def upper(text: str) -> str:
    """Return upper case, one character for each."""
    made = text.upper()
    if len(made) == len(text):
        return made
    return "".join(big if len(big := one.upper()) == 1 else one for one in text)


def is_ordinal(how: EnumValue) -> bool:
    """Tell whether case counts."""
    return not how.name.endswith("IgnoreCase")


def folded(text: str, how: EnumValue) -> str:
    """Return what is compared."""
    return text if is_ordinal(how) else upper(text)


def weight(text: str, how: EnumValue) -> Any:
    """Return what is sorted by."""
    if how.name.startswith("Ordinal"):
        return folded(text, how)
    letters = [(not one.isalnum(), one) for one in text.casefold()]
    return (letters, "") if not is_ordinal(how) else (letters, text.swapcase())


def compare(one: str | None, other: str | None, how: EnumValue) -> int:
    """Return -1, 0 or 1."""
    if one is None or other is None:
        return (one is not None) - (other is not None)
    first, second = weight(one, how), weight(other, how)
    return int(first > second) - int(first < second)


@dataclass(frozen=True, slots=True)
class Comparer(Net):
    """A StringComparer."""

    how: EnumValue

    @property
    def type(self) -> TypeRef:
        """StringComparer."""
        return TypeRef("StringComparer")

    def key(self, value: Any) -> Any:
        """Return what makes strings equal for it."""
        return identity(folded(value, self.how) if isinstance(value, str) else value)

    def sorts(self, value: Any) -> Any:
        """Return what it sorts by."""
        return weight(value, self.how)


def _comparer(how: EnumValue) -> Callable[[], Comparer]:
    return lambda: Comparer(how)


class Culture(Net):
    """The one culture that there is here: the invariant one."""

    __slots__ = ()

    @property
    def type(self) -> TypeRef:
        """CultureInfo."""
        return TypeRef("CultureInfo")

    def __str__(self) -> str:
        return ""


def _culture(_: str | None = None) -> Culture:
    return Culture()


COMPARER = family(
    "System.StringComparer",
    {
        **{
            f"static StringComparer {name}": _comparer(EnumValue("StringComparison", name, number))
            for number, name in enumerate(NAMES)
        },
        "bool Equals(string x, string y)": lambda one, x, y: compare(x, y, one.how) == 0,
        "int Compare(string x, string y)": lambda one, x, y: compare(x, y, one.how),
    },
    classes=(Comparer,),
    bases=("IEqualityComparer", "IComparer"),
)
CULTURES = family(
    "System.Globalization.CultureInfo",
    {
        "static CultureInfo InvariantCulture": _culture,
        "static CultureInfo CurrentCulture": _culture,
        "static CultureInfo GetCultureInfo(string name)": _culture,
        "new(string name)": _culture,
        "string Name": lambda _: "",
    },
    classes=(Culture,),
    bases=("IFormatProvider",),
)
FAMILIES = (COMPARISON, COMPARER, CULTURES, family("System.IFormatProvider", {}))
