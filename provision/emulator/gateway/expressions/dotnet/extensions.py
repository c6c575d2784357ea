"""What sequences of tokens and of nodes have: Newtonsoft.Json.Linq.Extensions and System.Xml.Linq.Extensions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from provision.emulator.gateway.expressions.dotnet.serializing import to_object
from provision.emulator.gateway.expressions.errors import Refused
from provision.emulator.gateway.expressions.jtokens import JProperty, JToken
from provision.emulator.gateway.expressions.runtime import Seq
from provision.emulator.gateway.expressions.signatures import family
from provision.emulator.gateway.expressions.values import TypeRef, plain
from provision.emulator.gateway.expressions.xnodes import XContainer, XElement, XName, XObject

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from provision.emulator.gateway.expressions.runtime import Runtime


def _tokens(rt: Runtime, source: Any) -> Iterator[JToken]:
    for one in rt.each(source):
        if not isinstance(one, JToken):
            raise Refused("Only tokens of JSON have this member")
        yield one


def _children(rt: Runtime, source: Any) -> Seq:
    return Seq(lambda: (inner for one in _tokens(rt, source) for inner in one.children()))


def _keyed(rt: Runtime, source: Any, key: Any = None, *, types: tuple[TypeRef, ...] = ()) -> Seq:
    key = plain(key)

    def make() -> Iterator[Any]:
        for one in _tokens(rt, source):
            found = rt.types.by_name["JToken"].members["this"][0].function(one, key) if key is not None else one
            inner = found.value if isinstance(found, JProperty) else found
            if inner is not None:
                yield to_object(rt, inner, types[0]) if types else inner

    return Seq(make)


def _through(take: Callable[[Any, XName | None], Iterable[Any]], kind: type) -> Callable[..., Seq]:
    """Make a sequence of what each node gives."""

    def build(rt: Runtime, source: Any, name: XName | None = None) -> Seq:
        def make() -> Iterator[Any]:
            for one in rt.each(source):
                if not isinstance(one, kind):
                    raise Refused("Only nodes of XML have this member")
                yield from take(one, name)

        return Seq(make)

    return build


def _remove(rt: Runtime, source: Any) -> None:
    for one in rt.gather(source):
        if not isinstance(one, XObject):
            raise Refused("Only nodes of XML have this member")
        one.remove()


TOKENS = family(
    "Newtonsoft.Json.Linq.Extensions",
    {
        "IEnumerable Children()": _children,
        "IEnumerable Values()": _keyed,
        "IEnumerable Values(object key)": _keyed,
        "IEnumerable Values<T>()": _keyed,
        "IEnumerable Values<T>(object key)": _keyed,
    },
)
NODES = family(
    "System.Xml.Linq.NodeExtensions",
    {
        "IEnumerable Elements(XName name=)": _through(lambda one, name: one.elements(name), XContainer),
        "IEnumerable Descendants(XName name=)": _through(lambda one, name: one.descendants(name), XContainer),
        "IEnumerable Nodes()": _through(lambda one, _: list(one.nodes), XContainer),
        "IEnumerable Attributes(XName name=)": _through(
            lambda one, name: [found for found in one.attributes if name is None or found.name == name], XElement
        ),
        "void Remove()": _remove,
    },
)
FAMILIES = (TOKENS, NODES)
