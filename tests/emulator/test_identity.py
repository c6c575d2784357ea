"""The managed identity of `--tls`: azure-identity, the SDK and curl find everything in the environment."""

from __future__ import annotations

import base64
import contextlib
import http.client
import json
import os
import re
import shutil
import ssl
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from azure.core.exceptions import HttpResponseError
from azure.identity import DefaultAzureCredential, ManagedIdentityCredential
from azure.mgmt.resource.resources import ResourceManagementClient

from provision.emulator import Emulator
from tests.conftest import PATIENCE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).parents[2]
TOKEN = "/msi/token?resource=https%3A%2F%2Flocalhost%2F&api-version=2019-08-01"


@pytest.fixture
def azure(monkeypatch: pytest.MonkeyPatch) -> Iterator[Emulator]:
    with Emulator(tls=True) as emulator:
        for name, value in emulator.environment.items():
            monkeypatch.setenv(name, value)
        yield emulator


@pytest.fixture
def ask(azure: Emulator) -> Callable[..., tuple[int, Any]]:
    def asked(path: str = TOKEN, method: str = "GET", **headers: str) -> tuple[int, Any]:
        sent = {"X-IDENTITY-HEADER": azure.environment["IDENTITY_HEADER"], **headers}
        connection = http.client.HTTPConnection(
            urlsplit(azure.environment["IDENTITY_ENDPOINT"]).netloc, timeout=PATIENCE
        )
        connection.request(method, path, headers=sent)
        answer = connection.getresponse()
        found = answer.status, json.loads(answer.read())
        connection.close()
        return found

    return asked


def claims(token: str) -> dict[str, Any]:
    payload = token.split(".")[1]
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return found


def test_a_token_says_whose_and_for_what_it_is(ask: Callable[..., tuple[int, Any]]) -> None:
    before = int(time.time())
    status, body = ask()
    assert (status, body["token_type"], body["resource"]) == (200, "Bearer", "https://localhost/")
    said = claims(body["access_token"])
    assert (said["aud"], said["exp"]) == ("https://localhost/", int(body["expires_on"]))
    assert {"tid", "oid", "iss", "appid"} <= set(said)
    assert said["exp"] - said["iat"] == 24 * 3600
    assert time.time() >= said["iat"] >= before
    assert claims(ask(f"{TOKEN}&client_id=mine")[1]["access_token"])["appid"] == "mine"


def test_whoever_does_not_know_the_header_gets_no_token(ask: Callable[..., tuple[int, Any]]) -> None:
    assert ask(**{"X-IDENTITY-HEADER": "guess"})[0] == 401
    assert ask("/msi/token?api-version=2019-08-01")[0] == 400
    assert ask("/msi/token?resource=x&api-version=2017-09-01")[0] == 400
    assert ask(method="POST")[0] == 405
    assert ask("/subscriptions?api-version=2022-12-01", Authorization="Bearer x")[0] == 404


def machine(azure: Emulator, query: str, **headers: str) -> tuple[int, Any]:
    """What a client that believes to be on a virtual machine is told, with these headers alone."""
    url = urlsplit(azure.environment["ARM_MSI_ENDPOINT"])
    connection = http.client.HTTPConnection(url.netloc, timeout=PATIENCE)
    with contextlib.closing(connection):
        connection.request("GET", f"{url.path}?{query}", headers=headers)
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())


def test_a_virtual_machines_form_is_spoken_too(azure: Emulator) -> None:
    """Terraform's azurerm provider asks so at ARM_MSI_ENDPOINT."""
    query = "resource=https%3A%2F%2Flocalhost%2F&api-version=2018-02-01"
    status, body = machine(azure, query, Metadata="true")
    assert (status, body["token_type"], body["resource"]) == (200, "Bearer", "https://localhost/")
    assert claims(body["access_token"])["aud"] == "https://localhost/"
    assert (body["expires_in"], body["expires_on"].isdigit()) == ("86400", True)
    assert machine(azure, query)[0] == 401
    assert machine(azure, query, Metadata="false")[0] == 401
    assert machine(azure, query, **{"Metadata": "true", "X-IDENTITY-HEADER": "guess"})[0] == 401
    assert machine(azure, query.replace("2018", "2017"), Metadata="true")[0] == 400
    assert machine(azure, "api-version=2018-02-01", Metadata="true")[0] == 400


def test_terraform_finds_its_variables(azure: Emulator) -> None:
    found = azure.environment
    assert found["ARM_USE_MSI"] == "true"
    assert found["ARM_MSI_ENDPOINT"] == found["IDENTITY_ENDPOINT"]
    assert found["SSL_CERT_FILE"] == found["REQUESTS_CA_BUNDLE"]
    context = ssl.create_default_context(cafile=found["SSL_CERT_FILE"])
    address = f"https://{found['ARM_METADATA_HOSTNAME']}/metadata/endpoints?api-version=2022-09-01"
    with urllib.request.urlopen(address, context=context, timeout=PATIENCE) as answer:
        metadata = json.load(answer)
    assert metadata["resourceManager"] == metadata["microsoftGraphResourceId"] == azure.url


def test_without_tls_there_are_only_the_urls() -> None:
    with Emulator() as azure:
        urls = {
            "ENDPOINT": azure.url,
            "GATEWAY": azure.gateway_url,
            "AZUREML": azure.azureml_url,
            "PORTAL": azure.portal_url,
        }
        assert {**azure.environment, "AZURE_STORAGE_CONNECTION_STRING": ""} == {
            **urls,
            "AZURE_STORAGE_CONNECTION_STRING": "",
        }


@pytest.mark.parametrize("kind", [ManagedIdentityCredential, DefaultAzureCredential])
def test_the_sdk_logs_in_with_the_environment_alone(azure: Emulator, kind: Any) -> None:
    with kind() as credential, ResourceManagementClient(credential, "s", base_url=azure.url) as client:
        client.resource_groups.create_or_update("demo", {"location": "eastus"})
        assert [group.name for group in client.resource_groups.list()] == ["demo"]


def test_a_wrong_identity_header_is_what_the_sdk_reports(azure: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IDENTITY_HEADER", "guess")
    with ManagedIdentityCredential() as credential, pytest.raises(HttpResponseError, match="X-IDENTITY-HEADER"):
        credential.get_token(f"{azure.url}/.default")


@pytest.mark.skipif(not shutil.which("curl"), reason="curl is not installed")
@pytest.mark.parametrize(
    ("readme", "said"), [("README.md", "['demo']"), ("provision/emulator/README.md", "Emulated subscription")]
)
def test_what_the_readmes_show_works(readme: str, said: str, tmp_path: Path) -> None:
    block = re.search(r"<!-- tls -->\n```sh\n(.*?)```", (ROOT / readme).read_text("utf-8"), re.DOTALL)
    assert block, f"{readme} shows no use of --tls"
    command = tmp_path / "provision"
    command.write_text(f'#!/bin/sh\nexec {sys.executable} -m provision "$@"\n')
    command.chmod(0o755)
    script = block[1].replace("8443", "0").replace("azure.env", str(tmp_path / "azure.env"))
    done = subprocess.run(
        ["sh", "-euc", f"trap 'kill $!' EXIT\n{script}"],
        cwd=ROOT,
        env={**os.environ, "PATH": f"{tmp_path}:{Path(sys.executable).parent}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )
    assert done.returncode == 0, done.stderr
    assert said in done.stdout
