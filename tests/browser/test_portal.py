"""The developer portal as a person uses it: the guide's steps, by mouse and by keyboard, in light and dark."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from provision.emulator.azureml.app import SERVICE, WORKSPACE
from tests.azureml.conftest import SENTENCE, VECTOR
from tests.conftest import PATIENCE

if TYPE_CHECKING:
    from tests.browser.chromium import Browser
    from tests.conftest import Cloud

pytestmark = pytest.mark.browser

RRS = f"workspaces/{WORKSPACE}/services/{SERVICE}/execute?api-version=2.0&details=true"
JSON = "application/json"
USED = ("button", "link", "textbox", "searchbox", "combobox", "checkbox", "tab", "switch")
# What can be read, with the contrast of its colour to what lies behind it; large text may have less [WCAG 2.1, 1.4.3].
FAINT = """() => {
  const parse = (text) => text.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((one) => one / 255)
    .map((one) => one <= 0.03928 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4)
    .reduce((sum, one, at) => sum + one * [0.2126, 0.7152, 0.0722][at], 0);
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = parse(getComputedStyle(at).backgroundColor);
      if (colour.length < 4 || colour[3] > 0.99) return colour;
    }
    return [255, 255, 255];
  };
  const found = [];
  for (const one of document.querySelectorAll("body *")) {
    const own = [...one.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
    if (!own || !one.checkVisibility() || one.closest(".skip, :disabled")) continue;
    const style = getComputedStyle(one);
    const [a, b] = [light(parse(style.color)), light(behind(one))].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    const large = parseFloat(style.fontSize) >= 24;
    if (ratio < (large ? 3 : 4.5)) found.push([one.tagName, one.className, ratio, one.textContent].join(" "));
  }
  return found;
}"""


def heading(chromium: Browser, words: str) -> None:
    chromium.until(f"document.querySelector('h1')?.innerText === {json.dumps(words)}")


def opened(chromium: Browser, cloud: Cloud, path: str = "") -> None:
    """Open a page of the portal anew."""
    chromium.go("about:blank")
    chromium.go(f"{cloud.emulator.portal_url}/#/{path}")


def subscribed(chromium: Browser, cloud: Cloud) -> None:
    """Sign up for the product of the worked example."""
    opened(chromium, cloud, "demoazureml/products")
    chromium.click("button", "Subscribe to Starter")
    chromium.until("document.querySelector('.mine .state.active')")


def try_it(chromium: Browser, cloud: Cloud) -> None:
    """Open what the guide opens, and fill in what it fills in; the caller's subscription is chosen by itself."""
    opened(chromium, cloud)
    chromium.click("nav a", "APIs")
    chromium.click("h2 a", "AzureML Demo API")
    chromium.click(".operations a", "POST\nRRS Execute")
    heading(chromium, "RRS Execute")
    chromium.click("button", "Try it")
    for name, value in (("workspace", WORKSPACE), ("service", SERVICE), ("apiversion", "2.0"), ("details", "true")):
        chromium.evaluate(f"document.querySelector('#parameter-{name}').value = ''")
        chromium.fill(f"#parameter-{name}", value)
    for name, value in (("Content-Type", JSON), ("Authorization", "Bearer demo")):
        chromium.click("button", "Add header")
        chromium.write(name)
        chromium.press("Tab")
        chromium.write(value)
    chromium.fill("#body", json.dumps(SENTENCE))


def part(chromium: Browser, name: str) -> str:
    return chromium.text(f"[data-part={name}]")


def test_the_guide_s_try_it(chromium: Browser, shop: Cloud) -> None:
    subscribed(chromium, shop)
    try_it(chromium, shop)
    chromium.click("button", "Send")
    assert part(chromium, "url") == f"https://demoazureml.azure-api.net/azureml-demo/{RRS}"
    assert part(chromium, "status").startswith("200 OK")
    assert "content-type" in part(chromium, "headers").lower()
    content = json.loads(part(chromium, "content"))
    assert content["Results"]["output1"]["value"]["Values"] == [VECTOR]
    assert chromium.evaluate("document.querySelector('[data-part=trace]') === null")
    chromium.click("label.check")
    chromium.click("button", "Send")
    trace = part(chromium, "trace")
    assert all(element in trace for element in ("rate-limit", "quota", "forward-request"))


def test_without_a_key_it_says_so_and_signing_up_is_one_click(chromium: Browser, shop: Cloud) -> None:
    try_it(chromium, shop)
    chromium.click("button", "Send")
    assert part(chromium, "status").startswith("401")
    assert "missing subscription key" in part(chromium, "content")
    chromium.click("button", "Subscribe to Starter")
    chromium.until("document.querySelector('#subscription')?.selectedOptions[0].text.includes('primary')")
    assert chromium.evaluate("document.querySelector('#parameter-workspace').value") == WORKSPACE


def test_the_sixth_call_of_a_minute(chromium: Browser, shop: Cloud) -> None:
    shop.emulator.clock.freeze(shop.emulator.clock.now())
    subscribed(chromium, shop)
    try_it(chromium, shop)
    for _ in range(5):
        chromium.click("button", "Send")
        chromium.until("document.querySelector('.result .status')")
        assert part(chromium, "status").startswith("200")
        chromium.evaluate("document.querySelector('.result').replaceChildren()")
    chromium.click("button", "Send")
    assert part(chromium, "status").startswith("429")
    assert "retry-after" in part(chromium, "headers").lower()


def test_what_is_required_is_asked_for(chromium: Browser, shop: Cloud) -> None:
    opened(chromium, shop, "demoazureml/apis/azureml-demo/bes-status")
    heading(chromium, "BES Status")
    chromium.evaluate("sessionStorage.clear()")
    chromium.click("button", "Try it")
    chromium.click("button", "Send")
    assert chromium.text(".problem") == "Fill in workspace, service, jobid, apiversion."
    assert chromium.evaluate("document.activeElement.id") == "parameter-workspace"
    assert chromium.evaluate("document.querySelectorAll('[aria-invalid=true]').length") == 4


def test_keys_alone_do(chromium: Browser, shop: Cloud) -> None:
    """No mouse: the filter, the links, the fields, the button, the tabs."""
    subscribed(chromium, shop)
    opened(chromium, shop, "demoazureml/apis/azureml-demo")
    chromium.until("document.querySelector('[data-search]')")
    chromium.press("/")
    assert chromium.evaluate("document.activeElement.matches('[data-search]')")
    chromium.write("rrs")
    chromium.until("document.querySelectorAll('.operations a').length === 1")
    chromium.press("Tab")
    chromium.press("Enter")
    heading(chromium, "RRS Execute")
    while chromium.evaluate("document.activeElement.innerText") != "Try it":
        chromium.press("Tab")
    chromium.press("Enter")
    assert chromium.evaluate("document.activeElement.id") == "parameter-workspace"
    chromium.evaluate("document.querySelectorAll('[id^=parameter-]').forEach((one) => { one.value = ''; })")
    for value in (WORKSPACE, SERVICE, "2.0", "true"):
        chromium.write(value)
        chromium.press("Tab")
    chromium.evaluate("document.querySelector('#body').focus()")
    chromium.write(json.dumps(SENTENCE))
    chromium.press("Enter", control=True)
    assert part(chromium, "status").startswith("401")  # no Authorization: the web service asks for its own key
    chromium.evaluate("document.querySelector('[role=tab][aria-selected=true]').focus()")
    for language in ("Python", "C#", "JavaScript", "curl"):
        chromium.press("ArrowRight")
        assert chromium.evaluate("document.activeElement.innerText") == language
    chromium.press("End")
    assert chromium.evaluate("document.activeElement.innerText") == "JavaScript"


def code(chromium: Browser, language: str) -> str:
    chromium.click("[role=tab]", language)
    return chromium.text("[role=tabpanel]")


def test_the_samples_are_the_call(chromium: Browser, shop: Cloud) -> None:
    subscribed(chromium, shop)
    try_it(chromium, shop)
    url = f"{shop.emulator.gateway_url}/demoazureml/azureml-demo/{RRS}"
    words = shlex.split(code(chromium, "curl").replace("\\\n", " "))
    assert words[:5] == ["curl", "-i", "-X", "POST", url]
    assert words[words.index("--data-binary") + 1] == json.dumps(SENTENCE)
    assert f"Content-Type: {JSON}" in words
    done = subprocess.run(
        [sys.executable, "-c", code(chromium, "Python")], capture_output=True, text=True, timeout=PATIENCE, check=True
    )
    status, answer = done.stdout.splitlines()
    assert status == "200 OK"
    assert json.loads(answer)["Results"]["output1"]["value"]["Values"] == [VECTOR]
    sharp = code(chromium, "C#")
    assert f'new HttpMethod("POST"), {json.dumps(url)}' in sharp
    assert json.dumps(json.dumps(SENTENCE)) in sharp
    script = code(chromium, "JavaScript").replace("console.log(response.status, response.statusText);\n", "")
    instead = "const fetch = async (...given) => ({given, text: async () => ''});"
    check = f"(async () => {{ {instead} {script}; return response.given; }})()"
    assert chromium.evaluate(check)[0] == url
    assert chromium.evaluate(check)[1]["body"] == json.dumps(SENTENCE)


def test_keys_are_hidden_until_they_are_wanted(chromium: Browser, shop: Cloud) -> None:
    subscribed(chromium, shop)
    chromium.click("nav a", "Subscriptions")
    chromium.until("document.querySelectorAll('.keyline').length === 2")
    assert set(chromium.text(".key")) == {"•"}
    chromium.click("button", "Show")
    key = chromium.text(".key")
    assert len(key) == 32
    assert key not in chromium.text(".keyline:nth-of-type(2)")
    chromium.click("button", "Cancel subscription")
    chromium.until("document.querySelector('.state.cancelled')")
    assert chromium.evaluate("document.querySelector('.keyline') === null")


def test_a_limit_is_said_where_it_binds(chromium: Browser, shop: Cloud) -> None:
    subscribed(chromium, shop)
    chromium.click("button", "Subscribe to Starter")
    assert "limited to 1 for one developer" in chromium.text(".problem")
    chromium.click("button", "Subscribe to Unlimited")
    chromium.until("document.querySelector('.state.submitted')")


DOCUMENT: dict[str, Any] = {
    "openapi": "3.0.1",
    "info": {"title": "Shop", "version": "1"},
    "components": {
        "schemas": {
            "Pet": {
                "type": "object",
                "required": ["name"],
                "properties": {
                    "name": {"type": "string", "description": "What it is called.", "example": "Rex"},
                    "kind": {"type": "string", "enum": ["cat", "dog"]},
                    "friends": {"type": "array", "items": {"$ref": "#/components/schemas/Pet"}},
                },
            }
        }
    },
    "paths": {
        "/pets/{id}": {
            "put": {
                "operationId": "put-pet",
                "summary": "Put a pet",
                "parameters": [
                    {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}},
                    {"name": "dry", "in": "query", "schema": {"type": "boolean"}, "description": "Only look."},
                    {"name": "X-Who", "in": "header", "schema": {"type": "string"}},
                ],
                "requestBody": {"content": {JSON: {"schema": {"$ref": "#/components/schemas/Pet"}}}},
                "responses": {
                    "200": {
                        "description": "Put",
                        "content": {JSON: {"schema": {"$ref": "#/components/schemas/Pet"}}},
                    }
                },
            }
        }
    },
}


def test_parameters_and_schemas_of_an_import(chromium: Browser, shop: Cloud) -> None:
    body = {"format": "openapi+json", "value": json.dumps(DOCUMENT), "path": "shop", "displayName": "Shop"}
    shop.arm.put("apis/shop", {"properties": body})
    opened(chromium, shop, "demoazureml/apis/shop/put-pet")
    heading(chromium, "Put a pet")
    page = chromium.text()
    for words in ("X-Who", "Only look.", "What it is called.", "One of cat, dog.", "array of Pet"):
        assert words in page
    chromium.click("button", "Try it")
    example = json.loads(chromium.evaluate("document.querySelector('#body').value"))
    assert example == {"name": "Rex", "kind": "cat", "friends": []}
    assert page.count("array of Pet") == 2  # in the request and in the answer, and not within itself
    chromium.fill("#parameter-id", "a b/c")
    assert chromium.text(".request .url").endswith("/shop/pets/a%20b%2Fc")
    chromium.fill("#parameter-dry", "true")
    assert chromium.text(".request .url").endswith("?dry=true")


def test_what_an_api_says_is_text(chromium: Browser, shop: Cloud) -> None:
    mischief = "<img src=x onerror=\"document.title='had'\"><b>bold</b>"
    props = {"displayName": mischief, "description": mischief, "path": "m", "protocols": ["https"]}
    shop.arm.put("apis/mischief", {"properties": props})
    operation = {"displayName": mischief, "method": "GET", "urlTemplate": "/", "description": mischief}
    shop.arm.put("apis/mischief/operations/one", {"properties": operation})
    opened(chromium, shop)
    chromium.until("document.querySelectorAll('.card').length === 3")
    assert mischief in chromium.text()
    opened(chromium, shop, "demoazureml/apis/mischief/one")
    heading(chromium, mischief)
    assert chromium.evaluate("document.querySelector('main img, main b') === null")
    assert chromium.evaluate("document.title") == f"{mischief} · Developer portal"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everything_can_be_read(chromium: Browser, shop: Cloud, scheme: str) -> None:
    chromium.appearance(scheme)
    subscribed(chromium, shop)
    assert chromium.evaluate(f"({FAINT})()") == []
    chromium.click("nav a", "Subscriptions")
    chromium.until("document.querySelector('.keyline')")
    assert chromium.evaluate(f"({FAINT})()") == []
    try_it(chromium, shop)
    chromium.click("label.check")
    chromium.click("button", "Send")
    part(chromium, "trace")
    assert chromium.evaluate(f"({FAINT})()") == []
    ground = chromium.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (ground == "rgb(15, 20, 24)") == (scheme == "dark")


def test_colours_can_be_chosen_and_stay(chromium: Browser, shop: Cloud) -> None:
    def ground() -> str:
        return str(chromium.evaluate("getComputedStyle(document.body).backgroundColor"))

    opened(chromium, shop)
    chromium.until("document.querySelector('.card')")
    light = ground()
    for words in ("Auto", "Light"):
        chromium.click("#theme", words)
    assert chromium.text("#theme") == "Dark"
    assert ground() != light
    opened(chromium, shop)
    chromium.until("document.querySelector('.card')")
    assert ground() != light
    chromium.click("#theme", "Dark")
    assert ground() == light


@pytest.mark.parametrize("width", [360, 768, 1280])
def test_nothing_is_wider_than_the_window(chromium: Browser, shop: Cloud, width: int) -> None:
    subscribed(chromium, shop)
    try_it(chromium, shop)
    chromium.click("label.check")
    chromium.click("button", "Send")
    part(chromium, "trace")
    chromium.appearance("light", width, 800)
    assert chromium.evaluate("document.documentElement.scrollWidth") <= width


def test_nothing_comes_from_elsewhere(chromium: Browser, shop: Cloud) -> None:
    opened(chromium, shop)
    chromium.until("document.querySelector('.card')")
    names = chromium.evaluate("performance.getEntriesByType('resource').map((one) => one.name)")
    assert len(names) > 8
    assert all(name.startswith(shop.emulator.portal_url) for name in names)


# An operation, what is filled in, and the target that comes of it; with the version where the API has one.
CALLS: list[tuple[dict[str, Any], dict[str, str], str]] = [
    ({"urlTemplate": "/"}, {}, "/shop"),
    ({"urlTemplate": "/a/{x}"}, {"x": "ä/b c:@"}, "/shop/a/%C3%A4%2Fb%20c:@"),
    ({"urlTemplate": "/{*rest}"}, {"rest": "a/b c/d"}, "/shop/a/b%20c/d"),
    ({"urlTemplate": "/q?a={a}&b=1"}, {"a": "x&y"}, "/shop/q?a=x%26y&b=1"),
    ({"urlTemplate": "/q?a={a}&b={b}"}, {"b": "2"}, "/shop/q?b=2"),
    ({"urlTemplate": "/q?a={a}", "more": ["c"]}, {"a": "1", "c": "3"}, "/shop/q?a=1&c=3"),
]


@pytest.mark.parametrize(("written", "values", "target"), CALLS)
def test_what_is_filled_in_becomes_a_call(
    chromium: Browser, shop: Cloud, written: dict[str, Any], values: dict[str, str], target: str
) -> None:
    names = [part.partition("}")[0].removeprefix("*") for part in written["urlTemplate"].split("{")[1:]]
    operation = {
        "method": "GET",
        "urlTemplate": written["urlTemplate"],
        "templateParameters": [{"name": name} for name in names],
        "request": {"queryParameters": [{"name": name} for name in written.get("more", [])]},
    }
    subject: dict[str, Any] = {"api": {"path": "shop", "apiVersion": "v1"}, "operation": operation, "values": values}
    subject |= {"headers": [], "queries": [], "body": "", "key": "k"}
    schemes = {
        "Segment": (target.replace("/shop", "/shop/v1"), []),
        "Query": (target + ("&" if "?" in target else "?") + "ver=v1", []),
        "Header": (target, [["Ver", "v1"]]),
    }
    opened(chromium, shop)
    chromium.until("document.querySelector('.card')")
    for scheme, (expected, headers) in schemes.items():
        versions = {"versioningScheme": scheme, "versionQueryName": "ver", "versionHeaderName": "Ver"}
        given = json.dumps({**subject, "versionSet": versions})
        call = chromium.evaluate(f"import('/call.js').then((module) => module.callOf({given}))")
        assert (call["target"], call["headers"]) == (expected, [*headers, ["Ocp-Apim-Subscription-Key", "k"]])


def test_whatever_can_be_used_has_a_name(chromium: Browser, shop: Cloud) -> None:
    """For those who hear the page instead of seeing it."""
    subscribed(chromium, shop)
    nameless = []
    chromium.tell("Accessibility.enable")
    for path in ("demoazureml", "demoazureml/products", "demoazureml/subscriptions", "demoazureml/usage", "try"):
        if path == "try":
            try_it(chromium, shop)
        else:
            opened(chromium, shop, path)
            chromium.until("document.querySelector('.card')")
        nodes = chromium.tell("Accessibility.getFullAXTree")["nodes"]
        used = [node for node in nodes if node.get("role", {}).get("value") in USED and not node.get("ignored")]
        assert used
        nameless += [(path, node["role"]["value"]) for node in used if not node.get("name", {}).get("value")]
    assert nameless == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_usage_is_plotted(chromium: Browser, shop: Cloud, scheme: str) -> None:
    chromium.appearance(scheme)
    subscribed(chromium, shop)
    try_it(chromium, shop)
    for status in ("200", "400"):
        chromium.click("button", "Send")
        chromium.until(f"document.querySelector('[data-part=status]')?.innerText.startsWith('{status}')")
        chromium.evaluate("document.querySelector('#body').focus()")
        chromium.write("x")
    chromium.click("nav a", "Usage")
    heading(chromium, "Usage")
    assert chromium.text(".figures").split()[:6] == ["Calls", "2", "Success", "1", "Blocked", "0"]
    assert chromium.evaluate("document.querySelectorAll('.plot g').length") == 24
    assert chromium.evaluate("document.querySelectorAll('.plot rect.callCountFailed').length") == 1
    assert "RRS Execute" in chromium.text()
    assert chromium.evaluate(f"({FAINT})()") == []
    chromium.evaluate("document.querySelector('[role=tab][aria-selected=true]').focus()")
    chromium.press("ArrowRight")
    chromium.until("document.querySelectorAll('.plot g').length === 28")
    assert chromium.evaluate("document.activeElement.innerText") == "Week"


def test_a_product_of_many_apis_shows_some_and_then_the_rest(chromium: Browser, shop: Cloud) -> None:
    for number in range(11):
        props = {"displayName": f"API {number:02}", "path": f"a{number}", "protocols": ["https"]}
        shop.arm.put(f"apis/a{number}", {"properties": props})
        shop.arm.put(f"products/starter/apis/a{number}", {})
    opened(chromium, shop, "demoazureml/products")
    chromium.click("summary", "4 more")
    chromium.click(".plain a", "AzureML Demo API")
    heading(chromium, "BES Delete")


def test_an_address_that_leads_nowhere(chromium: Browser, shop: Cloud) -> None:
    opened(chromium, shop, "nowhere")
    heading(chromium, "This is not here")
    assert chromium.text(".problem") == "There is no instance 'nowhere'."
