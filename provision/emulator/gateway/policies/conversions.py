"""JSON to XML, XML to JSON, JSON with padding.

Sources: [doc] Microsoft's reference of each element, [fyi] results of the service in tutorials of fyicenter.com,
[?] inferred.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from provision.emulator.gateway.failing import GatewayError, internal
from provision.emulator.gateway.nodes import Policy
from provision.emulator.gateway.policies.jsonxml import MARK, TEXT, Writer
from provision.emulator.policy.policyxml import Element, PolicyError, Text, parse, root_of

if TYPE_CHECKING:
    from provision.emulator.gateway.expressions.context import Headers
    from provision.emulator.gateway.nodes import Node
    from provision.emulator.gateway.steps import Act
    from provision.emulator.gateway.transit import Transit

IDENTIFIER = re.compile(r"[A-Za-z_$][\w$]*(\.[A-Za-z_$][\w$]*)*", re.ASCII)
DECLARED = re.compile(r"<\?xml\s(.*?)\?>", re.DOTALL)
DECLARATION = re.compile(r"""(\w+)\s*=\s*["']([^"']*)["']""")
BEFORE = frozenset({"inbound", "backend"})


class _Applied:
    """When a conversion applies: always, or by content type, and only where the caller accepts what comes of it."""

    def __init__(self, node: Node, word: str, wanted: str) -> None:
        self._always = node.word("apply", "always", ("always", f"content-type-{word}")) == "always"
        self._accept = node.value("consider-accept-header", "true")
        self._word, self._wanted, self.before = word, wanted, node.place.section in BEFORE

    def headers(self, transit: Transit) -> Headers | None:
        """Return the headers of the message that is converted."""
        if self.before:
            return transit.context.request.headers
        response = transit.context.response
        return response.headers if response else None

    async def text(self, transit: Transit) -> str | None:
        """Return what is to be converted, if anything is."""
        headers = self.headers(transit)
        if headers is None:
            return None
        if not self._always and self._word not in (headers.get("Content-Type") or "").lower():
            return None
        accept = (transit.context.request.headers.get("Accept") or "").lower()
        if not self.before and accept and await self._accept.flag(transit):
            accepted = [one.partition(";")[0].strip() for one in accept.split(",")]
            if not {"*/*", f"application/{self._wanted}", f"text/{self._wanted}", "application/*"} & set(accepted):
                return None
        body = await transit.body_text(before=self.before)
        return body if body and body.strip() else None

    def replace(self, transit: Transit, text: str) -> None:
        """Put what came of it in place."""
        transit.replace_text(text, before=self.before)
        headers = self.headers(transit)
        if headers is not None:
            headers.set("Content-Type", f"application/{self._wanted}")


def json_to_xml(node: Node) -> Act:
    """`json-to-xml`: members become elements, those that begin with `@` attributes."""
    applied = _Applied(node, "json", "xml")
    writer = Writer(
        node.word("namespace-separator", "_"),
        node.word("namespace-prefix", "xmlns"),
        node.word("attribute-block-name", ""),
    )

    async def act(transit: Transit) -> None:
        text = await applied.text(transit)
        if text is not None:
            try:
                written = writer.write(json.loads(text))
            except (ValueError, RecursionError) as error:
                raise internal("json-to-xml", "InvalidJson", f"The body is no JSON: {error}") from None
            applied.replace(transit, written)

    return act


def xml_to_json(node: Node) -> Act:
    """`xml-to-json`: as Json.NET writes it (`direct`), or without its marks (`javascript-friendly`)."""
    applied = _Applied(node, "xml", "json")
    friendly = node.word("kind", None, ("javascript-friendly", "direct")) == "javascript-friendly"
    arrays = node.value("always-array-child-elements", "false")

    async def act(transit: Transit) -> None:
        text = await applied.text(transit)
        if text is None:
            return
        try:
            root = root_of(parse(text.lstrip("\ufeff \r\n\t"), raw=False))
        except PolicyError as error:
            raise internal("xml-to-json", "InvalidXml", f"The body is no XML: {error}") from None
        always = await arrays.flag(transit)
        found = {} if friendly else _declaration(text)
        found[_name(root.name)] = _value(root, friendly=friendly, always=always)
        applied.replace(transit, json.dumps(found, ensure_ascii=False, separators=(",", ":")))

    return act


def _declaration(text: str) -> dict[str, Any]:
    """Return what an XML declaration says, as members beside the root [fyi]."""
    found = DECLARED.match(text.lstrip("\ufeff \r\n\t"))
    return dict(DECLARATION.findall(found.group(1))) if found else {}


def _name(name: str) -> str:
    """Return a name as it stands in JSON: `soap:Body` is `soap$Body` [fyi]."""
    return name.replace(":", "$")


def _value(element: Element, *, friendly: bool, always: bool) -> Any:
    """Return an element as JSON. [?] That the friendly form differs by having no marks and no declaration alone."""
    mark = "" if friendly else MARK
    found: dict[str, Any] = {mark + _name(key): value for key, value in element.attributes.items()}
    groups: dict[str, list[Any]] = {}
    for child in element.children:
        if isinstance(child, Element):
            groups.setdefault(_name(child.name), []).append(_value(child, friendly=friendly, always=always))
    text = "".join(child.value for child in element.children if isinstance(child, Text))
    if not groups and not found:
        return text or None
    if text.strip():
        found[TEXT.lstrip("#") if friendly else TEXT] = text
    found |= {name: values if always or len(values) > 1 else values[0] for name, values in groups.items()}
    return found


def jsonp(node: Node) -> Act:
    """`jsonp`: a call of the function that the caller names, around the response."""
    parameter = node.value("callback-parameter-name")

    async def act(transit: Transit) -> None:
        name = await parameter.text(transit)
        query = transit.context.request.original_url.partition("?")[2]
        callback = next(
            (value for key, value in parse_qsl(query, keep_blank_values=True) if key.lower() == name.lower()), None
        )
        if not callback:
            return
        if not IDENTIFIER.fullmatch(callback):
            message = f"Value of callback parameter {name} is not a valid JavaScript identifier."
            raise GatewayError(400, "jsonp", "CallbackParameterInvalid", message)
        body = await transit.body_text(before=False)
        response = transit.context.response
        if response is not None:
            transit.replace_response_body(f"{callback}({body or ''})".encode())
            response.headers.set("Content-Type", "application/javascript")

    return act


APPLIED = frozenset({"apply", "consider-accept-header"})
POLICIES = (
    Policy(
        "json-to-xml",
        json_to_xml,
        APPLIED | {"parse-date", "namespace-separator", "namespace-prefix", "attribute-block-name"},
        sections=("inbound", "outbound", "on-error"),
    ),
    Policy(
        "xml-to-json",
        xml_to_json,
        APPLIED | {"kind", "always-array-child-elements"},
        sections=("inbound", "outbound", "on-error"),
    ),
    Policy("jsonp", jsonp, frozenset({"callback-parameter-name"}), sections=("outbound",)),
)
