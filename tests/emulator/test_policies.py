"""Policy documents: what the service makes of them, and what it refuses."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provision.emulator.policy.policyxml import PolicyError, parse, render

CASES = [
    ("<policies/>", "<policies />"),
    ("<policies></policies>", "<policies></policies>"),
    ("<policies>\n  </policies>", "<policies></policies>"),
    ("<policies><inbound/></policies>", "<policies>\r\n\t<inbound />\r\n</policies>"),
    ("<a b='c' d = \"e\"/>", '<a b="c" d="e" />'),
    ("<a b='say \"x\"'/>", '<a b="say &quot;x&quot;" />'),
    ("<a><!-- note --><b/></a>", "<a>\r\n\t<!-- note -->\r\n\t<b />\r\n</a>"),
    ("<a>text</a>", "<a>text</a>"),
    ("<a>one <b/> two</a>", "<a>one <b /> two</a>"),
    ("<a>\n text\n</a>", "<a>\r\n text\r\n</a>"),
    ("<a><![CDATA[<x>]]></a>", "<a><![CDATA[<x>]]></a>"),
    ("<a>&lt;b&gt; &amp; &#65;&#x42;</a>", "<a>&lt;b&gt; &amp; AB</a>"),
    ("<?xml version='1.0'?>\n<a/>", "<a />"),
    ("\ufeff<a/>", "<a />"),
]
EXPRESSIONS = [
    '@(a < b && "x")',
    '@(context.Request.Headers.GetValueOrDefault("X-Forwarded-For", "") == "1")',
    '@{ var s = "</a>"; return s; }',
    "@{ var c = ')'; /* \" */ return c.ToString(); }",
    "@{\n  // it's a \"comment\n  return 1 < 2;\n}",
    '@(@"C:\\" + @"say ""x""")',
    '@($"{(1 < 2 ? "a" : "b")} {{x}}")',
    '@($@"{1}"")" + "\\"")',
    "@(x[y(1)].z)",
]


@pytest.mark.parametrize(("given_text", "wanted"), CASES)
@pytest.mark.parametrize("raw", [False, True])
def test_reformatting(given_text: str, wanted: str, raw: bool) -> None:
    assert render(parse(given_text, raw=raw), raw=False) == wanted


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_expressions_stand_unescaped_in_rawxml_and_escaped_in_xml(expression: str) -> None:
    document = f'<policies>\r\n\t<a b="{expression}" />\r\n\t<c>{expression}</c>\r\n</policies>'.replace("\r\n", "\n")
    nodes = parse(document, raw=True)
    raw, escaped = render(nodes, raw=True), render(nodes, raw=False)
    assert raw.replace("\r\n", "\n") == document
    assert parse(escaped, raw=False) == nodes
    assert render(parse(escaped, raw=False), raw=True) == raw


NAMES = st.sampled_from(["a", "set-header", "x.y", "_z"])
PLAIN = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters="\ufffe\uffff"), max_size=12
)
VALUES = PLAIN.filter(lambda text: not text.lstrip().startswith(("@(", "@{"))) | st.sampled_from(EXPRESSIONS)


def element(children: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    def build(name: str, attributes: dict[str, str], inner: list[str]) -> str:
        written = "".join(f' {key}="{quoted(value)}"' for key, value in attributes.items())
        return f"<{name}{written}>{''.join(inner)}</{name}>" if inner else f"<{name}{written}/>"

    return st.builds(build, NAMES, st.dictionaries(NAMES, VALUES, max_size=2), st.lists(children, max_size=3))


def escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def quoted(value: str) -> str:
    return value if value in EXPRESSIONS else escaped(value).replace('"', "&quot;")


TEXTS = VALUES.map(lambda value: value if value in EXPRESSIONS else escaped(value))
DOCUMENTS = st.recursive(element(st.just("")), lambda inner: element(inner | st.just("<!-- n -->")), max_leaves=6)
WITH_TEXT = st.builds("<r>{}<s>{}</s></r>".format, DOCUMENTS, TEXTS)


@given(DOCUMENTS | WITH_TEXT)
def test_rawxml_to_xml_to_rawxml_is_stable(document: str) -> None:
    nodes = parse(document, raw=True)
    raw = render(nodes, raw=True)
    xml = render(nodes, raw=False)
    assert render(parse(xml, raw=False), raw=True) == raw
    assert render(parse(raw, raw=True), raw=False) == xml
    assert render(parse(xml, raw=False), raw=False) == xml


@given(st.text(max_size=30) | st.text(alphabet="<>/ab@({})\"'&;!-=[]$", max_size=30))
def test_nothing_breaks_the_parser(text: str) -> None:
    for raw in (False, True):
        try:
            nodes = parse(text, raw=raw)
        except PolicyError:
            continue
        assert render(nodes, raw=raw)


def test_a_malformed_document_is_located() -> None:
    with pytest.raises(PolicyError, match=r"Line 2, position 4"):
        parse("<a>\n<b></c></a>", raw=True)


@pytest.mark.parametrize(
    "document",
    [
        "",
        "   ",
        "text",
        "<policies>",
        "<policies></policy>",
        "<policies/><policies/>",
        "<policies a=1/>",
        '<policies a="1" a="2"/>',
        '<policies a="<"/>',
        "<policies>&nope;</policies>",
        "<policies>a & b</policies>",
        "<!DOCTYPE x><policies/>",
        "<policies><inbound>@(a</inbound></policies>",
        "<polices/>",
        "<policies><inbond/></policies>",
        "<policies><inbound/><inbound/></policies>",
        "<policies>" + "<a>" * 5000,
    ],
)
def test_what_the_service_refuses(apim: Any, document: str) -> None:
    apim.api()
    refused = apim.put("/apis/pets/policies/policy", value=document, format="rawxml")
    assert (refused.status, refused.code) == (400, "ValidationError")
    assert apim("GET", "/apis/pets/policies/policy").status == 404


SCOPES = [
    "/policies/policy",
    "/products/starter/policies/policy",
    "/apis/pets/policies/policy",
    "/apis/pets/operations/o/policies/policy",
]


@pytest.mark.parametrize("url", SCOPES)
def test_every_scope_takes_and_gives_both_formats(apim: Any, url: str) -> None:
    apim.api()
    apim.put("/apis/pets/operations/o", displayName="O", method="GET", urlTemplate="/")
    expression = '@(1 < 2 && "a" == "a")'
    document = f'<policies><inbound><check v="{expression}"/></inbound></policies>'
    made = apim.put(url, value=document, format="rawxml")
    assert made.status == (201 if "/apis/" in url else 200)
    assert (made.props["format"], "&lt; 2 &amp;&amp; &quot;a&quot;" in made.props["value"]) == ("xml", True)
    assert apim("GET", url).body == made.body
    raw = apim("GET", f"{url}?format=rawxml").props
    assert (raw["format"], f'<check v="{expression}" />' in raw["value"]) == ("rawxml", True)
    again = apim.put(url, value=made.props["value"])
    assert again.headers["etag"] == made.headers["etag"]
    assert apim("GET", url.rpartition("/")[0]).names == ["policy"]
    assert apim("DELETE", url).status == 200
    assert apim("GET", url).body["error"]["message"] == "PoliciesConfiguration not found."


def test_a_policy_has_one_name(apim: Any) -> None:
    assert apim.put("/policies/other", value="<policies/>").status == 400


REFERENCES = [
    ("/namedValues/n", {"displayName": "key", "value": "v"}, '<set-header name="{{key}}" />'),
    ("/policyFragments/f", {"value": "<fragment />"}, '<include-fragment fragment-id="f" />'),
    ("/backends/b", {"url": "https://b", "protocol": "http"}, '<set-backend-service backend-id="b" />'),
]


@pytest.mark.parametrize(("url", "props", "line"), REFERENCES)
def test_what_a_policy_refers_to_must_be_there_and_stays(apim: Any, url: str, props: dict[str, Any], line: str) -> None:
    document = f"<policies><inbound>{line}</inbound></policies>"
    apim.api()
    assert apim.put("/apis/pets/policies/policy", value=document).targets == ["representation"]
    apim.put(url, **props)
    assert apim.put("/apis/pets/policies/policy", value=document).status == 201
    assert apim("DELETE", url).status == 400
    apim("DELETE", "/apis/pets/policies/policy")
    assert apim("DELETE", url).status == 200


def test_liquid_has_braces_of_its_own(apim: Any) -> None:
    document = '<policies><inbound><set-body template="liquid">{{body.a}}</set-body></inbound></policies>'
    assert apim.put("/policies/policy", value=document).status == 200


def test_a_fragment_is_kept_as_a_pair_of_tags(apim: Any) -> None:
    apim.put("/policyFragments/f", value="<fragment></fragment>", description="d")
    found = apim("GET", "/policyFragments/f").props
    assert found == {"value": "<fragment></fragment>", "description": "d", "provisioningState": "Succeeded"}


def test_all_policies_of_an_instance_in_one_list(apim: Any) -> None:
    apim.api()
    apim.put("/apis/pets/policies/policy", value="<policies />")
    found = [item["properties"]["referencePolicyId"] for item in apim("GET", "/allPolicies").body["value"]]
    assert [path.partition("/service/demo-apim")[2] for path in found] == [
        "/apis/pets/policies/policy",
        "/policies/policy",
        "/products/starter/policies/policy",
    ]


@pytest.mark.parametrize(
    ("form", "document"), [("xml-link", "<policies><inbound/></policies>"), ("rawxml-link", '<policies a="@(1 < 2)"/>')]
)
def test_a_link_to_a_policy_is_followed_as_one_of_an_import_is(apim: Any, form: str, document: str) -> None:
    made = apim.put("/policies/policy", format=form, value=f"data:,{quote(document)}")
    assert made.status == 200
    inline = apim.put("/products/starter/policies/policy", format=form.removesuffix("-link"), value=document)
    assert made.props["value"] == inline.props["value"]
    assert apim.put("/policies/policy", format=form, value="data:,<policies>").targets == ["representation"]
    refused = apim.put("/policies/policy", format=form, value="https://example.com/policy.xml")
    assert (refused.status, refused.code) == (501, "NotImplemented")
