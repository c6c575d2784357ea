"""RRS, as the guide calls it, and everything that can be wrong with a call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from provision.emulator import Emulator
from provision.emulator.azureml.app import SERVICE, WORKSPACE, AzureML
from tests.azureml.conftest import SENTENCE, VECTOR, WebService

if TYPE_CHECKING:
    from tests.azureml.conftest import Reply

COLUMNS = [f"Col2_HashingFeature.{number}" for number in range(8)]


def test_the_guide_s_call(service: WebService) -> None:
    done = service("POST", "execute?details=true", SENTENCE)
    assert done.status == 200
    assert done.headers["content-type"] == "application/json; charset=utf-8"
    value = {"ColumnNames": COLUMNS, "ColumnTypes": ["Numeric"] * 8, "Values": [VECTOR]}
    assert done.body == {"Results": {"output1": {"type": "table", "value": value}}}


@pytest.mark.parametrize("query", ["", "?details=false"])
def test_column_types_are_details(service: WebService, query: str) -> None:
    done = service("POST", f"execute{query}", SENTENCE)
    assert done.body["Results"]["output1"]["value"] == {"ColumnNames": COLUMNS, "Values": [VECTOR]}


def test_objects_where_the_query_asks_for_them(service: WebService) -> None:
    body = {"Inputs": {"input1": [{"Col2": "This is a good day"}, {"Col2": ""}]}}
    done = service("POST", "execute?format=swagger", body)
    assert done.body["Results"]["output1"] == [dict(zip(COLUMNS, row, strict=True)) for row in (VECTOR, ["0"] * 8)]


def test_cells_that_are_no_strings_are_written_as_json_writes_them(service: WebService) -> None:
    def of(*cells: Any) -> list[list[str]]:
        body = {"Inputs": {"input1": {"ColumnNames": ["Col2"], "Values": [[cell] for cell in cells]}}}
        return service("POST", "execute", body).body["Results"]["output1"]["value"]["Values"]  # type: ignore[no-any-return]

    assert of(None, 12, True, 1.5) == of("", "12", "true", "1.5")


def refused(reply: Reply, status: int, kind: str, code: str) -> str:
    assert (reply.status, reply.body["error"]["code"], reply.code) == (status, kind, code)
    return reply.said


@pytest.mark.parametrize("key", [None, "", "wrong", "demo2"])
def test_a_wrong_key(service: WebService, key: str | None) -> None:
    refused(service("POST", "execute", SENTENCE, key=key), 401, "Unauthorized", "ScoreRequestUnauthorized")


def test_another_scheme_is_no_key(service: WebService) -> None:
    reply = service("POST", "execute", SENTENCE, key=None, Authorization="Basic demo")
    refused(reply, 401, "Unauthorized", "ScoreRequestUnauthorized")


def test_what_is_not_there(service: WebService) -> None:
    gone = service("POST", f"/workspaces/{SERVICE}/services/{SERVICE}/execute", SENTENCE)
    refused(gone, 404, "NotFound", "WorkspaceNotFound")
    gone = service("POST", f"/workspaces/{WORKSPACE}/services/{WORKSPACE}/execute", SENTENCE)
    refused(gone, 404, "NotFound", "WebServiceIdNotFoundInWorkspace")
    assert service("POST", "train", SENTENCE).status == 404
    assert service("GET", "/").status == 404


@pytest.mark.parametrize("version", ["1.0", "", "2"])
def test_another_version(service: WebService, version: str) -> None:
    said = refused(service("POST", f"execute?api-version={version}", SENTENCE), 400, "BadArgument", "BadVersionCall")
    assert f": {version or 'none'}." in said


def table(columns: Any, rows: Any, **more: Any) -> dict[str, Any]:
    return {"Inputs": {"input1": {"ColumnNames": columns, "Values": rows}}, **more}


@pytest.mark.parametrize(
    ("body", "code", "says"),
    [
        (b"", "RequestBodyInvalid", "no JSON"),
        (b"{", "RequestBodyInvalid", "no JSON"),
        (b"\xff", "RequestBodyInvalid", "no JSON"),
        (b"[" * 100_000, "RequestBodyInvalid", "no JSON"),
        ([], "RequestBodyInvalid", "must be a JSON object"),
        ({}, "MissingRequestInput", ""),
        ({"Inputs": []}, "MissingRequestInput", ""),
        ({"Inputs": [1]}, "RequestBodyInvalid", "Inputs must be an object"),
        ({"Inputs": {"input2": {}}}, "InvalidInputNames", "input2"),
        ({"Inputs": {"input1": []}}, "RequestBodyInvalid", "ColumnNames and Values"),
        ({"Inputs": {"input1": {"ColumnNames": ["Col2"]}}}, "RequestBodyInvalid", "ColumnNames and Values"),
        (table("Col2", []), "RequestBodyInvalid", "list"),
        (table(["Col2"], ["This is a good day"]), "RequestBodyInvalid", "list of rows"),
        (table(["Col1"], [["x"]]), "InputMismatchError", "given: Col1"),
        (table(["Col1", "Col2"], [["x", "y"]]), "InputMismatchError", "given: Col1, Col2"),
        (table([], []), "InputMismatchError", "given: none"),
        (table(["Col2"], [["x"], ["y", "z"]]), "InputParseError", "row 2 has 2 columns instead of 1"),
        (table(["Col2"], [[["x"]]]), "InputParseError", "a cell is no text"),
        (table(["Col2"], [["x"]], GlobalParameters={"seed": 1}), "UnexpectedParameter", "seed"),
        (table(["Col2"], [["x"]], GlobalParameters=[1]), "RequestBodyInvalid", "GlobalParameters"),
    ],
)
def test_a_bad_body(service: WebService, body: Any, code: str, says: str) -> None:
    reply = service("POST", "execute", body)
    assert (reply.status, reply.code) == (400, code)
    assert says in reply.said


def test_a_format_that_there_is_not(service: WebService) -> None:
    said = refused(service("POST", "execute?format=xml", SENTENCE), 400, "BadArgument", "InvalidQueryParameter")
    assert "'format'" in said
    bad = {"Inputs": {"input1": [{"Col2": "x"}, {"Col1": "x"}]}}
    assert service("POST", "execute?format=swagger", bad).code == "InputParseError"
    assert service("POST", "execute?format=swagger", SENTENCE).code == "RequestBodyInvalid"


def test_another_key_where_it_is_set() -> None:
    with Emulator(azureml_key="of-my-own") as azure:
        service = WebService(azure.azureml_url)
        assert service("POST", "execute", SENTENCE).status == 401
        assert service("POST", "execute", SENTENCE, key="of-my-own").status == 200


def test_the_hosts_that_it_stands_for(service: WebService) -> None:
    for host in ("ussouthcentral.services.azureml.net", "EUROPEWEST.services.azureml.net:443", "localhost:1"):
        assert service("POST", "execute", SENTENCE, Host=host).status == 200
    for host in ("example.com", "services.azureml.net", "x.services.azureml.net.example.com"):
        assert service("POST", "execute", SENTENCE, Host=host).status == 403
    assert AzureML.host_is_served("ussouthcentral.services.azureml.net")
    assert not AzureML.host_is_served("management.azureml.net")
