"""A read that fails is never taken for absence: exit 1, and nothing but reads has left."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from itertools import takewhile
from typing import TYPE_CHECKING, Any

import pytest

from tests.conftest import WORKED, here, writes
from tests.failure.conftest import API, OPERATIONS, POLICY, STARTER

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from provision.emulator import Exchange
    from tests.conftest import Cloud

INSIDE = (
    "",
    "/apis",
    "/products",
    f"/{API}",
    f"/{API}/operations",
    f"/{API}/policies/policy",
    *(f"/{address}" for address in OPERATIONS),
    f"/{OPERATIONS[0]}/policies/policy",
    f"/{STARTER}",
    f"/{STARTER}/apis",
    f"/{POLICY}",
)
LISTS = tuple(f"/service/demoazureml{path}$" for path in ("", "/apis", "/products", f"/{API}/operations"))
READS = tuple(f"/service/demoazureml{path}$" for path in INSIDE)
GROUP = "/resourcegroups/demoazureml$"
FAILURES = (
    (403, "AuthorizationFailed", 1),
    (401, "InvalidAuthenticationToken", 99),
    (500, "InternalServerError", 99),
    (404, "SubscriptionNotFound", 99),
    (404, "ResourceProviderNotRegistered", 99),
    (404, "", 99),
    (0, "", 99),
)


@pytest.mark.parametrize(("status", "code", "times"), FAILURES, ids=str)
@pytest.mark.parametrize("verb", ["drift", "apply", "destroy"])
def test_a_failed_read_stops_everything(worked: Cloud, verb: str, status: int, code: str, times: int) -> None:
    missing = []
    reads = LISTS if verb == "destroy" else READS  # what goes with the instance is not read by itself
    for path in (*reads, *([] if status in (401, 403) else [GROUP])):
        worked.fault("GET", path, status, code, times=times, drop=not status)
        ran, sent = worked.watched(verb, WORKED, *(("--yes",) if verb in ("apply", "destroy") else ()))
        worked.emulator.faults.clear()
        assert writes(sent) == [], path
        assert "Traceback" not in ran.err
        if ran.code != 1 or (code and code not in ran.err):
            missing.append((path, ran.code, ran.err))
    assert missing == []
    worked.clean(WORKED)


def test_a_token_that_is_not_taken_is_no_narrow_role(worked: Cloud) -> None:
    """401 where 403 would mean that the caller's role is narrow: who the caller is isn't known."""
    worked.fault("GET", GROUP, 401, "InvalidAuthenticationToken", times=99)
    worked("drift", WORKED).ended(1)


@pytest.mark.parametrize("verb", ["drift", "plan"])
def test_a_read_that_fails_once_is_asked_again(worked: Cloud, verb: str) -> None:
    for status in (429, 500, 502, 503, 504, 0):
        headers = {"Retry-After": "0"} if status == 429 else {}
        worked.fault("GET", f"/{API}$", status, "Once", drop=not status, headers=headers)
        worked(verb, WORKED).ended(0)


@pytest.mark.parametrize("verb", ["plan", "drift"])
def test_an_instance_whose_lists_answer_is_there(worked: Cloud, verb: str) -> None:
    """Its own read says 404, of a stale replica: it is read again, and never taken for absent."""
    worked.fault("GET", "/service/demoazureml$", 404, "ResourceNotFound")
    ran, sent = worked.watched(verb, WORKED)
    ran.ended(0)
    assert writes(sent) == []
    worked.fault("GET", "/service/demoazureml$", 404, "ResourceNotFound", times=99)
    ran = worked(verb, WORKED).ended(1)
    assert "reading service: Azure shows that it is there, and answers 404" in ran.err


@pytest.mark.parametrize(("status", "code"), [(403, "AuthorizationFailed"), (500, "InternalServerError")])
def test_lists_of_an_instance_that_is_not_there_say_nothing(cloud: Cloud, status: int, code: str) -> None:
    cloud.fault("GET", "/service/demoazureml/(apis|products)$", status, code, times=99)
    assert cloud("plan", WORKED, "--output", "json").ended(0).actions["service"] == "create"


def reads_of_the_instance(sent: list[Exchange]) -> int:
    """Before the first write."""
    before = takewhile(lambda one: one.method == "GET", sent)
    return sum(one.path.lower().endswith("/service/demoazureml") for one in before)


@pytest.mark.parametrize("verb", ["drift", "plan", "apply", "destroy"])
def test_the_instance_is_read_once(worked: Cloud, verb: str) -> None:
    _, sent = worked.watched(verb, WORKED, *(("--yes",) if verb in ("apply", "destroy") else ()))
    assert reads_of_the_instance(sent) == 1


@pytest.mark.parametrize("verb", ["plan", "apply", "destroy"])
def test_an_instance_that_is_not_there_is_asked_for_once(cloud: Cloud, verb: str) -> None:
    _, sent = cloud.watched(verb, WORKED, *(("--yes",) if verb in ("apply", "destroy") else ()))
    assert reads_of_the_instance(sent) == 1


LISTED = ("subscriptions", "users", "namedValues", "backends", "policyFragments", "certificates", "workspaces")


@pytest.mark.parametrize("collection", LISTED)
def test_a_teardown_that_can_not_look_does_not_go_on(worked: Cloud, collection: str) -> None:
    worked.fault("GET", f"/service/demoazureml/{collection}$", 403, "AuthorizationFailed")
    ran, sent = worked.watched("destroy", WORKED, "--yes")
    ran.ended(1)
    assert writes(sent) == []
    worked.fault("GET", "/resourcegroups/demoazureml/resources$", 403, "AuthorizationFailed")
    ran, sent = worked.watched("destroy", WORKED, "--yes")
    ran.ended(1)
    assert writes(sent) == []


def test_a_collection_that_the_tier_does_not_have_is_empty(worked: Cloud) -> None:
    for collection in ("gateways", "caches", "apis"):
        worked.fault("GET", f"/service/demoazureml/{collection}$", 400, "MethodNotAllowedInPricingTier")
        ran = worked("plan" if collection == "apis" else "destroy", WORKED)
        assert "MethodNotAllowedInPricingTier" not in ran.err
        assert ran.code == (0 if collection == "apis" else 4)


@pytest.mark.parametrize("there", [True, False], ids=["there", "absent"])
def test_a_resource_group_that_may_not_be_read(cloud: Cloud, there: bool) -> None:
    """The roles of CI are narrow: it is said, and the rest goes on."""
    if there:
        cloud.applied(WORKED)
        cloud.arm.edit(API, lambda properties: properties.update(displayName="other"))
    else:
        cloud.arm.put(cloud.arm.group, {"location": "southcentralus"})
    cloud.fault("GET", GROUP, 403, "AuthorizationFailed", times=99)
    planned = cloud("plan", WORKED, "--output", "json").ended(0)
    assert any("resource group" in note for note in planned.document["notes"])
    assert ("service" in planned.actions) != there
    assert "resourceGroup" not in planned.actions
    ran, sent = cloud.watched("apply", WORKED, "--yes")
    ran.ended(0)
    assert "the resource group is not compared" in ran.err
    assert not [line for line in writes(sent) if line.lower().endswith("/resourcegroups/demoazureml")]
    cloud("drift", WORKED).ended(0)


def test_deleted_instances_that_may_not_be_listed(cloud: Cloud) -> None:
    cloud.fault("GET", "/deletedservices/", 403, "AuthorizationFailed", times=99)
    ran = cloud("plan", WORKED, "--output", "json").ended(0)
    assert any("deleted instance" in note for note in ran.document["notes"])
    cloud.applied(WORKED)
    cloud.clean(WORKED)


def test_deleted_instances_that_can_not_be_listed(cloud: Cloud) -> None:
    for status, code in ((500, "InternalServerError"), (404, "SubscriptionNotFound")):
        cloud.fault("GET", "/deletedservices/", status, code, times=99)
        ran, sent = cloud.watched("apply", WORKED, "--yes")
        ran.ended(1)
        assert writes(sent) == []
        cloud.emulator.faults.clear()


class _Page(BaseHTTPRequestHandler):
    """A proxy, a portal or a wrong address: HTML whatever is asked."""

    def do_GET(self) -> None:
        body = b"<html><body><h1>404 Not Found</h1></body></html>"
        self.send_response(404)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def page() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), _Page) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("verb", ["plan", "drift", "apply", "destroy"])
def test_a_404_that_is_not_arms(page: str, verb: str, tmp_path: Path) -> None:
    report = tmp_path / "r.json"
    ran = here(verb, WORKED, "--endpoint", page, "--report", f"json={report}").ended(1)
    assert "404" in ran.err
    assert report.exists()


def test_nobody_answers() -> None:
    ran = here("plan", WORKED, "--endpoint", "http://127.0.0.1:9").ended(1)
    assert "no answer" in ran.err
    assert len(ran.err.splitlines()) == 1
