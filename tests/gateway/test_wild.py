"""Requests that no client should send and policies that nobody should write: none breaks the gateway."""

from __future__ import annotations

import contextlib
import http.client
import os
import random
import socket
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
import yaml

from tests.conftest import PATIENCE, embedded
from tests.gateway.conftest import Site, backend_server

if TYPE_CHECKING:
    from collections.abc import Iterator

REQUESTS = int(os.environ.get("EMULATOR_FUZZ", "1500"))
POLICIES = int(os.environ.get("EMULATOR_FUZZ", "1500")) // 10
SEED = int(os.environ.get("EMULATOR_FUZZ_SEED", "20240501"))
BROKEN = b"The emulator failed"
CORPUS = sorted((Path(__file__).parent / "corpus").rglob("*.yaml"))
METHODS = (*("GET", "POST") * 8, *("PUT", "DELETE", "OPTIONS", "HEAD", "PATCH", "get", "BREW", "TRACE"))
STARTS = ("/demoazureml/shop/things/7", "/demoazureml/shop/things/7?size=m", "/demoazureml/other", "/", "")
PIECES = [
    "/",
    "//",
    "..",
    "%2F",
    "%00",
    "%",
    "%zz",
    "{id}",
    "*",
    ";rev=2",
    ";rev=",
    "ä",
    "?",
    "&",
    "=",
    "#",
    "demoazureml",
    "shop",
    "other",
    "things",
    "7",
    "x",
    "v1",
    "subscription-key=",
    "cb=f(",
    "token=a.b.c",
    "login",
    "_emulator",
    "traces",
    "size=m",
    "'",
    "<",
    ">",
    "\\",
    "+",
    "null",
    "-1",
    "1e99",
]
FRAMING = ("Content-Length", "Transfer-Encoding", "Expect", "Connection")
NAMES = [
    "Host",
    "Origin",
    "Access-Control-Request-Method",
    "Access-Control-Request-Headers",
    "Authorization",
    "Accept",
    "Content-Type",
    "Cookie",
    "Content-Encoding",
    "Ocp-Apim-Subscription-Key",
    "Ocp-Apim-Trace",
    "X-Forwarded-For",
    "X-A",
    "X-ä",
    "Range",
    "If-None-Match",
    *FRAMING,
]
VALUES = [
    "",
    "x" * 2000,
    "Bearer a.b.c",
    "Bearer " + "e" * 50,
    "Basic bWU=",
    *[
        "true",
        "*",
        "null",
        "https://a.example",
        "GET",
        "gzip",
        "application/json",
        "text/xml",
        "chunked",
        "100-continue",
        "0",
        "5",
        "-1",
        "a,b",
        "localhost",
        "ÿ",
        "[::1]:80",
        "demoazureml.azure-api.net",
        "bytes=0-",
        "identity",
        "close",
        "%s%n",
        "@(1)",
    ],
]
BODIES = (b"", b"{}", b'{"a": [1, 2', b"<a><b>x</b></a>", b"<a", b"\x1f\x8b\x08\x00", b"\xff\xfe", b"[" * 2000)
RICH = """
<cors allow-credentials="true"><allowed-origins><origin>https://a.example</origin></allowed-origins>
<allowed-methods><method>*</method></allowed-methods><allowed-headers><header>*</header></allowed-headers></cors>
<set-variable name="sent" value="@(context.Request.Headers.GetValueOrDefault("Authorization", "none"))" />
<set-variable name="who" value="@(((string)context.Variables["sent"]).AsJwt()?.Subject)" />
<set-variable name="user" value="@(((string)context.Variables["sent"]).AsBasic()?.UserId)" />
<set-variable name="kind" value="@(context.Request.Headers.GetValueOrDefault("Content-Type", ""))" />
<rewrite-uri template="/new/{id}" />
<set-query-parameter name="size" exists-action="append">
<value>@(context.Request.Url.QueryString)</value></set-query-parameter>
<set-header name="X-Path" exists-action="override"><value>@(context.Request.OriginalUrl.ToString())</value></set-header>
<choose><when condition="@(((string)context.Variables["kind"]).Contains("json"))">
<set-body>@(context.Request.Body?.As<JObject>()?.ToString() ?? "")</set-body></when>
<when condition="@(((string)context.Variables["kind"]).Contains("xml"))"><xml-to-json kind="direct" apply="always" />
</when></choose>
<rate-limit-by-key calls="1000000" renewal-period="60" counter-key="@(context.Request.IpAddress)" />
<cache-lookup vary-by-developer="false" vary-by-developer-groups="false" allow-private-response-caching="true" />
"""
DOCUMENT = f"""<policies><inbound>{RICH}</inbound><backend><forward-request timeout="20" /></backend><outbound>
<find-and-replace from="a" to="b" /><jsonp callback-parameter-name="cb" /><redirect-content-urls />
<cache-store duration="10" /></outbound><on-error><set-header name="X-Error" exists-action="override">
<value>@(context.LastError.Message)</value></set-header></on-error></policies>"""


@pytest.fixture(scope="module")
def wild() -> Iterator[Site]:
    with backend_server() as backend, embedded() as cloud:
        site = Site(cloud, backend)
        site.instance()
        site.api("shop", "shop", {"one": "GET /things/{id}", "two": "POST /things/{id}?size={size}", "all": "PUT /*"})
        site.policy("apis/shop", DOCUMENT)
        site.api("other", "other", {"any": "* /*"}, subscriptionRequired=True)
        yield site


def wire(dice: random.Random) -> tuple[bytes, bool]:
    """A request as it goes over the wire, and whether its end is unclear."""
    target = dice.choice(STARTS) + "".join(dice.choices(PIECES, k=dice.choice((0, 0, 1, 2, 5))))
    names = dice.sample(NAMES, dice.choice((0, 1, 2, 4)))
    body, framed = dice.choice(BODIES), not set(FRAMING).isdisjoint(names)
    lines = [f"{dice.choice(METHODS)} {target.replace('#', '%23') or '/'} HTTP/1.1"]
    lines += [f"{name}: {dice.choice(VALUES)}" for name in names]
    lines += [] if "Host" in names else ["Host: localhost"]
    lines += [] if framed else [f"Content-Length: {len(body)}", "Connection: close"]
    return "\r\n".join([*lines, "", ""]).encode("latin-1", "replace") + body, framed


def ask(address: tuple[str | None, int | None], sent: bytes, *, framed: bool) -> bytes:
    """Everything that comes back; where a request has no clear end, it is said that nothing more comes."""
    with socket.create_connection(address, timeout=PATIENCE) as connection:
        found = b""
        with contextlib.suppress(ConnectionError):
            connection.sendall(sent)
            if framed:
                connection.shutdown(socket.SHUT_WR)
            while part := connection.recv(65536):
                found += part
        return found


def test_wild_requests_are_answered(wild: Site) -> None:
    dice, parts = random.Random(SEED), urlsplit(wild.cloud.emulator.gateway_url)
    statuses: dict[bytes, int] = {}
    for turn in range(REQUESTS):
        sent, framed = wire(dice)
        found = ask((parts.hostname, parts.port), sent, framed=framed)
        assert found or framed, (turn, sent)
        assert BROKEN not in found, (turn, sent, found)
        statuses[found[9:12]] = statuses.get(found[9:12], 0) + 1
    assert statuses.get(b"200", 0) > REQUESTS // 50, "too few get through to say anything"
    assert wild.call("GET", "/shop/things/7").status == 200


def documents() -> list[str]:
    """The policies of the corpus."""
    found = []
    for path in CORPUS:
        case: dict[str, Any] = yaml.safe_load(path.read_text("utf-8"))
        found += [text for text in (case.get("policy"), *(case.get("scopes") or {}).values()) if text]
    return found


def mutated(dice: random.Random, document: str, others: list[str]) -> str:
    """A document with something in it changed."""
    for _ in range(dice.choice((1, 1, 2, 4))):
        at = dice.randrange(len(document) + 1)
        end = min(len(document), at + dice.choice((0, 1, 3, 20)))
        other = dice.choice(others)
        start = dice.randrange(len(other) + 1)
        instead = dice.choice(("", "0", "-1", "x", '"', ">", "/", "@(", ")", "null", other[start : start + 20]))
        document = document[:at] + instead + document[end:]
    return document.replace("$BACKEND", "http://127.0.0.1:9").replace("$API", "x").replace("$GATEWAY", "y")


def test_wild_policies_are_refused_or_run(wild: Site) -> None:
    dice, known = random.Random(SEED), documents()
    wild.clock.freeze(wild.clock.now())
    wild.api("wild", "wild", {"op": "POST /thing"})
    ran = 0
    for turn in range(POLICIES):
        text = mutated(dice, dice.choice(known), known)
        if not text.lstrip().startswith("<policies"):
            text = f"<policies><inbound>{text}</inbound><backend><base/></backend><outbound/><on-error/></policies>"
        body = {"properties": {"format": "rawxml", "value": text}}
        if wild.arm("PUT", "apis/wild/policies/policy", body).status not in (200, 201):
            continue
        ran += 1
        try:
            told = wild.call("POST", "/wild/thing", b'{"a": "1"}', {"Content-Type": "application/json"})
        except http.client.HTTPException as error:
            pytest.fail(f"{turn}: {error!r}\n{text}")
        assert BROKEN not in told.body, (turn, text, told)
    assert ran > POLICIES // 20, "too few are taken to say anything"
