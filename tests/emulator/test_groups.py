"""Resource groups and what is in them; what differs between api-versions."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from provision.emulator import Emulator
from tests.conftest import PATIENCE

if TYPE_CHECKING:
    from pathlib import Path

SUBSCRIPTION = "/subscriptions/00000000-0000-0000-0000-000000000000"
GROUP = f"{SUBSCRIPTION}/resourceGroups/demo"
GRAVE = f"{SUBSCRIPTION}/providers/Microsoft.ApiManagement/locations/eastus/deletedservices/demo-apim"


def test_a_group_lives_and_dies_with_what_is_in_it(apim: Any) -> None:
    lower = GROUP.replace("resourceGroups", "resourcegroups")
    assert apim("HEAD", lower).status == 204
    foreign = f"{GROUP}/providers/Microsoft.Storage/storageAccounts/store"
    assert apim("PUT", foreign, {"location": "eastus", "kind": "StorageV2", "properties": {"a": 1}}).status == 201
    assert apim("GET", foreign).body["properties"] == {"a": 1}
    types = [r["type"] for r in apim("GET", f"{GROUP}/resources").body["value"]]
    assert sorted(types) == ["Microsoft.ApiManagement/service", "Microsoft.Storage/storageAccounts"]
    assert apim("GET", f"{SUBSCRIPTION}/resourceGroups").names == ["demo"]
    patched = apim("PATCH", GROUP, {"tags": {"a": "b"}})
    assert patched.body["tags"] == {"a": "b"}
    deleted = apim("DELETE", lower)
    assert (deleted.status, deleted.body) == (202, None)
    url = deleted.headers["location"]
    assert apim("PUT", GROUP, {"location": "eastus"}).code == "ResourceGroupBeingDeleted"
    assert [apim("GET", url).status for _ in range(3)] == [202, 200, 200]
    assert apim("HEAD", GROUP).status == 404
    assert apim("GET", foreign).code == "ResourceGroupNotFound"
    assert apim("GET", "/apis").code == "ResourceGroupNotFound"
    assert apim("GET", GRAVE).status == 200


def test_a_groups_deletion_ends_for_who_polls_the_group(apim: Any) -> None:
    apim("DELETE", GROUP)
    assert [apim("GET", GROUP).status for _ in range(2)] == [200, 404]


@pytest.mark.parametrize(("version", "status"), [("2021-08-01", 202), ("2022-08-01", 202)])
def test_named_values_by_version(apim: Any, version: str, status: int) -> None:
    apim.version = version
    made = apim.put("/namedValues/n", displayName="n", value="v")
    assert (made.status, made.body) == (status, None)
    assert "asyncCode=201" in made.headers["location"]
    assert [apim("GET", made.headers["location"]).status for _ in range(2)] == [202, 201]


@pytest.mark.parametrize(("version", "status"), [("2022-08-01", 200), ("2024-05-01", 202)])
def test_deleting_an_api_by_version(apim: Any, version: str, status: int) -> None:
    apim.api()
    apim.version = version
    deleted = apim("DELETE", "/apis/pets", If_Match="*")
    assert deleted.status == status
    assert ("location" in deleted.headers) is (status == 202)


def test_any_subscription_is_there(arm: Any) -> None:
    assert arm("GET", f"{SUBSCRIPTION}").body["state"] == "Enabled"
    assert len(arm("GET", arm.url + "/subscriptions").body["value"]) == 1


WRITER = """
import http.client, json, sys
from pathlib import Path
from provision.emulator import Emulator
with Emulator(Path(sys.argv[1])) as azure:
    for number in range(60):
        connection = http.client.HTTPConnection(azure.url.removeprefix("http://"))
        url = f"/subscriptions/s/resourceGroups/{sys.argv[2]}{number}?api-version=2020-06-01"
        connection.request("PUT", url, json.dumps({"location": "eastus"}), {"Authorization": "Bearer x"})
        assert connection.getresponse().status == 201
        connection.close()
"""


def test_processes_that_write_one_file_at_once_lose_nothing(tmp_path: Path, client: Any) -> None:
    state = tmp_path / "state.sqlite3"
    command = [sys.executable, "-c", WRITER, str(state)]
    writers = [subprocess.Popen([*command, name], stderr=subprocess.PIPE) for name in ("a", "b", "c")]
    for writer in writers:
        _, said = writer.communicate(timeout=PATIENCE)
        assert writer.returncode == 0, said
    with Emulator(state) as azure:
        names = client(azure.url)("GET", azure.url + "/subscriptions/s/resourceGroups").names
    assert len(names) == 180


def test_locations_and_the_provider_are_what_az_asks_for(arm: Any) -> None:
    places = arm("GET", f"{SUBSCRIPTION}/locations").body["value"]
    assert [place["displayName"] for place in places if place["name"] == "southcentralus"] == ["South Central US"]
    known = arm("GET", f"{SUBSCRIPTION}/providers/Microsoft.ApiManagement").body
    assert (known["namespace"], known["registrationState"]) == ("Microsoft.ApiManagement", "Registered")
    assert [one["namespace"] for one in arm("GET", f"{SUBSCRIPTION}/providers").body["value"]] == [known["namespace"]]
    assert arm("GET", f"{SUBSCRIPTION}/providers/Microsoft.Web").status == 501
