"""Faults by script: what may stand in one, what each does, and the endpoint that arms them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from provision.emulator import Emulator, EmulatorError, Fault, read_script

if TYPE_CHECKING:
    from pathlib import Path

GROUP = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/demo"


def faults(arm: Any, *script: Any) -> Any:
    return arm("PUT", f"{arm.url}/_emulator/faults", list(script))


def test_a_script_is_armed_shown_used_up_and_disarmed(arm: Any) -> None:
    where = f"{arm.url}/_emulator/faults"
    busy = {"method": "GET", "path": "/demo$", "status": 429, "code": "TooManyRequests", "times": 2, "skip": 1}
    armed = faults(arm, busy | {"headers": {"Retry-After": "7"}}, {"path": "/x$", "drop": True, "times": "always"})
    assert armed.status == 200
    assert armed.body == arm("GET", where).body
    assert [entry["path"] for entry in armed.body] == ["/demo$", "/x$"]
    replies = [arm("GET", GROUP) for _ in range(4)]
    assert [reply.status for reply in replies] == [404, 429, 429, 404]
    assert (replies[1].code, replies[1].headers["retry-after"]) == ("TooManyRequests", "7")
    assert arm("GET", where).body == [{"method": "*", "path": "/x$", "drop": True, "times": "always"}]
    assert arm("DELETE", where).status == 204
    assert arm("GET", where).body == []


def test_what_is_shown_is_a_script_again(arm: Any) -> None:
    script = [
        {"method": "PUT", "path": "/a", "operation": "fails", "code": "Broken", "message": "It broke.", "times": 3},
        {"method": "*", "path": "/b", "delay": 1.5, "times": 1},
        {"method": "*", "path": "/c", "status": 503, "after": True, "headers": {"A": "b"}, "times": 1, "skip": 2},
        {"method": "DELETE", "path": "/d", "stale_reads": 4, "times": "always"},
    ]
    assert faults(arm, *script).body == script
    assert faults(arm, *faults(arm, *script).body).body == script


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        (3, "an object"),
        ({}, "path"),
        ({"path": "a"}, "does nothing"),
        ({"path": "(", "status": 500}, "no regular expression"),
        ({"path": "a", "status": 200}, "from 400 to 599"),
        ({"path": "a", "status": "500"}, "from 400 to 599"),
        ({"path": "a", "status": True}, "from 400 to 599"),
        ({"path": "a", "statsu": 500}, "'statsu' is unknown"),
        ({"path": "a", "status": 500, "drop": True}, "exclude each other"),
        ({"path": "a", "status": 500, "times": 0}, "from 1 on"),
        ({"path": "a", "status": 500, "skip": -1}, "from 0 on"),
        ({"path": "a", "status": 500, "method": "FETCH"}, "one of"),
        ({"path": "a", "status": 500, "headers": {"a": 1}}, "texts"),
        ({"path": "a", "status": 500, "headers": {"a": "b\r\nc: d"}}, "texts"),
        ({"path": "a", "status": 500, "code": ""}, "a text"),
        ({"path": "a", "delay": -1}, "seconds"),
        ({"path": "a", "delay": "1"}, "seconds"),
        ({"path": "a", "delay": 1, "after": True}, "after goes with"),
        ({"path": "a", "drop": True, "headers": {"a": "b"}}, "headers go with"),
        ({"path": "a", "operation": "sleeps"}, "never ends"),
        ({"path": "a", "operation": []}, "never ends"),
        ({"path": "a", "stale_reads": 1, "method": "GET"}, "a write"),
    ],
)
def test_a_bad_script_is_told_and_arms_nothing(arm: Any, tmp_path: Path, entry: Any, said: str) -> None:
    good = {"path": ".", "status": 500}
    refused = faults(arm, good, entry)
    assert (refused.status, refused.code) == (400, "BadRequest")
    assert "fault 2: " in refused.body["error"]["message"]
    assert said in refused.body["error"]["message"]
    assert arm("GET", f"{arm.url}/_emulator/faults").body == []
    path = tmp_path / "faults.json"
    path.write_text(json.dumps([good, entry]), "utf-8")
    with pytest.raises(EmulatorError) as raised:
        read_script(path)
    assert said in str(raised.value)
    assert str(path) in str(raised.value)


def test_what_is_no_script_at_all(arm: Any, tmp_path: Path) -> None:
    path = tmp_path / "faults.json"
    for body in (b"", b"{", b"{}", b"[" * 100000, b"\xff"):
        assert arm("PUT", f"{arm.url}/_emulator/faults", body).status == 400
        path.write_bytes(body)
        with pytest.raises(EmulatorError, match=r"faults\.json"):
            read_script(path)
    with pytest.raises(EmulatorError, match="No such file"):
        read_script(tmp_path / "none.json")


def test_the_readmes_script_is_one(arm: Any, readme: str) -> None:
    script = json.loads(readme.partition("```json\n")[2].partition("```")[0])
    assert len(script) >= 6
    assert faults(arm, *script).status == 200


def test_a_write_is_followed_by_stale_reads(apim: Any) -> None:
    apim.put("/groups/g", displayName="old")
    faults(apim, {"method": "PUT", "path": "/groups/g$", "stale_reads": 2})
    assert apim.put("/groups/g", displayName="new").props["displayName"] == "new"
    assert [apim("GET", "/groups/g").props["displayName"] for _ in range(3)] == ["old", "old", "new"]
    assert apim.put("/groups/g", displayName="newer").status == 200
    assert apim("GET", "/groups/g").props["displayName"] == "newer"


def test_a_deleted_resource_still_shows(apim: Any) -> None:
    apim.put("/groups/g", displayName="old")
    faults(apim, {"method": "DELETE", "path": "/groups/g$", "stale_reads": 2})
    assert apim("DELETE", "/groups/g").status == 200
    assert [apim("HEAD", "/groups/g").status, apim("GET", "/groups/g").status] == [200, 200]
    assert apim("GET", "/groups/g").status == 404


def test_a_created_resource_is_missing_at_first(apim: Any) -> None:
    faults(apim, {"path": "/groups/", "missing_reads": 2, "times": "always"})
    assert apim.put("/groups/g", displayName="g").status == 201
    assert [apim("GET", "/groups/g").status for _ in range(3)] == [404, 404, 200]
    assert apim.put("/groups/g", displayName="other").status == 200
    assert apim("GET", "/groups/g").props["displayName"] == "other"


def test_a_refused_write_makes_no_read_stale(apim: Any) -> None:
    faults(apim, {"path": "/groups/", "missing_reads": 2})
    assert apim("PUT", "/groups/g", {"properties": {}}).status == 400
    apim.put("/groups/g", displayName="g")
    assert apim("GET", "/groups/g").status == 200


def test_a_stale_policy_comes_in_the_format_that_is_asked_for(apim: Any) -> None:
    document = "<policies><inbound><base /></inbound><backend/><outbound/><on-error/></policies>"
    value = document.replace(
        "<base />", '<set-variable name="a" value="@(1 &lt; 2 ? &quot;x&quot; : &quot;y&quot;)" />'
    )
    raw = value.replace("&lt;", "<").replace("&quot;", '"')
    apim.put("/policies/policy", value=raw, format="rawxml")
    faults(apim, {"method": "PUT", "path": "/policies/policy$", "stale_reads": 2})
    apim.put("/policies/policy", value=document)
    assert "1 < 2" in apim("GET", "/policies/policy?format=rawxml").props["value"]
    assert "1 &lt; 2" in apim("GET", "/policies/policy").props["value"]
    assert "1 " not in apim("GET", "/policies/policy").props["value"]


def test_disarming_ends_stale_reads(apim: Any) -> None:
    faults(apim, {"path": "/groups/", "missing_reads": 9})
    apim.put("/groups/g", displayName="g")
    assert apim("GET", "/groups/g").status == 404
    apim("DELETE", f"{apim.url}/_emulator/faults")
    assert apim("GET", "/groups/g").status == 200


def test_a_creation_that_fails(arm: Any, body: Any) -> None:
    arm("PUT", GROUP, {"location": "eastus"})
    faults(arm, {"path": "/service/demo-apim$", "operation": "fails", "code": "Boom", "message": "It broke."})
    made = arm("PUT", "", body())
    assert made.status == 201
    polls = [arm("GET", made.headers["azure-asyncoperation"]).body for _ in range(3)]
    error = {"code": "Boom", "message": "It broke."}
    assert polls == [{"status": "InProgress"}, *[{"status": "Failed", "error": error}] * 2]
    refused = arm("GET", made.headers["location"])
    assert (refused.status, refused.code) == (400, "Boom")
    assert arm("GET", "").props["provisioningState"] == "Failed"
    again = arm("PUT", "", body())
    assert (again.status, again.props["provisioningState"]) == (200, "Updating")
    arm("GET", "")
    assert arm("GET", "").props["provisioningState"] == "Succeeded"


def test_an_update_that_fails_changes_nothing(apim: Any) -> None:
    faults(apim, {"method": "PATCH", "path": "/service/demo-apim$", "operation": "fails"})
    apim("PATCH", "", {"properties": {"publisherName": "New"}})
    apim("GET", "")
    found = apim("GET", "").props
    assert (found["provisioningState"], found["publisherName"]) == ("Failed", "Example")


def test_a_deletion_that_fails_deletes_nothing(apim: Any) -> None:
    faults(apim, {"method": "DELETE", "path": "/(demo|demo-apim|apis/echo-api)$", "operation": "fails", "times": 3})
    for path in ("/apis/echo-api", "", GROUP):
        gone = apim("DELETE", path)
        assert gone.status == 202
        url = gone.headers.get("azure-asyncoperation") or gone.headers["location"]
        apim("GET", url)
        ended = apim("GET", url)
        assert (ended.status == 400) or (ended.body["status"] == "Failed"), path
        assert apim("GET", path).status == 200
    assert apim("DELETE", "/apis/echo-api").status == 202
    assert apim("GET", "/apis/echo-api").status == 404


def test_an_operation_inside_an_instance_that_fails(apim: Any) -> None:
    vault = {
        "displayName": "n",
        "secret": True,
        "keyVault": {"secretIdentifier": "https://v.vault.azure.net/secrets/s"},
    }
    faults(apim, {"method": "PUT", "path": "/namedValues/", "operation": "fails", "code": "KeyVaultDown"})
    made = apim.put("/namedValues/n", **vault)
    apim("GET", made.headers["azure-asyncoperation"])
    ended = apim("GET", made.headers["azure-asyncoperation"])
    assert (ended.status, ended.body["status"], ended.body["error"]["code"]) == (200, "Failed", "KeyVaultDown")
    assert apim("GET", made.headers["location"]).code == "KeyVaultDown"


def test_an_operation_that_never_ends(apim: Any) -> None:
    faults(apim, {"method": "DELETE", "path": "/service/demo-apim$", "operation": "never ends"})
    gone = apim("DELETE", "")
    for _ in range(20):
        assert apim("GET", gone.headers["azure-asyncoperation"]).body == {"status": "InProgress"}
    assert apim("GET", "").props["provisioningState"] == "Deleting"
    assert apim("DELETE", "").code == "ServiceLocked"


def test_a_fault_may_hit_without_end(azure: Emulator, arm: Any) -> None:
    faults(arm, {"path": "/demo$", "status": 500, "times": "always"})
    assert [arm("GET", GROUP).status for _ in range(50)] == [500] * 50
    azure.faults.clear()
    azure.faults.add(Fault("*", "/demo$", operation="fails"))
    assert arm("GET", GROUP).status == 404
