"""What Terraform's azurerm provider and its acceptance tests, which run against the real service, expect."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID

GRAVE = "/subscriptions/00000000-0000-0000-0000-000000000000/providers/Microsoft.ApiManagement/locations/eastus/deletedservices/demo-apim"  # noqa: E501
EXPIRY = datetime(2031, 2, 3, tzinfo=UTC)


def certificate(form: str) -> tuple[str, str]:
    """A certificate in base64, and its thumbprint; "pfx" has the password "secret"."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "api.example.com")])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(7).not_valid_before(EXPIRY - timedelta(days=365)).not_valid_after(EXPIRY)
    made = builder.sign(key, hashes.SHA256())
    if form == "pfx":
        locked = serialization.BestAvailableEncryption(b"secret")
        content = pkcs12.serialize_key_and_certificates(b"x", key, made, None, locked)
    else:
        content = made.public_bytes(serialization.Encoding.DER if form == "cer" else serialization.Encoding.PEM)
    return base64.b64encode(content).decode(), made.fingerprint(hashes.SHA1()).hex().upper()


def test_an_api_with_one_revision_is_deleted_by_that_revision(apim: Any) -> None:
    apim.api("a")
    assert apim("DELETE", "/apis/a;rev=1").status == 202
    assert apim("GET", "/apis/a").status == 404


def test_the_current_of_two_revisions_does_not_go_alone(apim: Any) -> None:
    apim.api("a")
    apim.put("/apis/a;rev=2", path="a", displayName="a", sourceApiId="/apis/a")
    assert apim("DELETE", "/apis/a;rev=1").status == 400
    assert apim("DELETE", "/apis/a;rev=2").status == 202
    assert apim("DELETE", "/apis/a;rev=1").status == 202


@pytest.mark.parametrize("revision", ["3", "current", "one-point-oh"])
def test_an_api_begins_with_any_revision(apim: Any, revision: str) -> None:
    made = apim.put(f"/apis/a;rev={revision}", displayName="A", path="a")
    assert (made.status, made.props["apiRevision"], made.props["isCurrent"]) == (201, revision, True)
    operation = {"displayName": "O", "method": "GET", "urlTemplate": "/"}
    assert apim.put(f"/apis/a;rev={revision}/operations/o", **operation).status == 201
    assert apim("GET", "/apis/a/operations").names == ["o"]
    assert apim.put(f"/apis/a;rev={revision}", displayName="A", path="a").status == 200
    assert [one["apiRevision"] for one in apim("GET", "/apis/a/revisions").body["value"]] == [revision]
    assert apim("GET", f"/apis/a;rev={revision.upper()}/products").body["value"] == []
    assert apim("GET", "/apis/a;rev=1").status == 404
    assert apim("DELETE", f"/apis/a;rev={revision}").status == 202


def test_a_word_names_a_later_revision_too(apim: Any) -> None:
    apim.api("a")
    second = apim.put("/apis/a;rev=Next", displayName="a", path="a", sourceApiId="/apis/a;rev=1")
    assert (second.status, second.props["apiRevision"], "isCurrent" in second.props) == (201, "Next", False)
    assert apim.put("/apis/a/releases/r", apiId="/apis/a;rev=next").status == 201
    assert apim("GET", "/apis/a").props["apiRevision"] == "Next"


@pytest.mark.parametrize("revision", ["", "a*b", "x" * 101])
def test_a_revision_has_a_name(apim: Any, revision: str) -> None:
    assert apim.put(f"/apis/a;rev={revision}", displayName="A", path="a").targets == ["id"]


@pytest.mark.parametrize("path", ["", "/"])
def test_one_api_may_have_no_suffix(apim: Any, path: str) -> None:
    made = apim.put("/apis/a", displayName="A", path=path)
    assert (made.status, made.props["path"]) == (201, "")
    assert apim("GET", "/apis/a").props["path"] == ""
    assert apim.put("/apis/b", displayName="B", path="").targets == ["path"]
    assert apim.put("/apis/c", displayName="C").targets == ["path"]


def test_a_scope_may_name_a_revision_and_comes_back_as_it_was_sent(apim: Any) -> None:
    apim.api("a")
    scope = apim.path("/apis/a;rev=1")
    made = apim.put("/subscriptions/s", displayName="S", scope=scope)
    assert (made.status, made.props["scope"]) == (201, scope)
    assert apim("GET", "/subscriptions/s").props["scope"] == scope
    assert apim.put("/subscriptions/t", displayName="T", scope="/apis/a;rev=9").targets == ["scope"]
    apim("DELETE", "/apis/a")
    assert apim("GET", "/subscriptions/s").status == 404


def test_a_poll_ends_with_the_status_that_is_asked_for_else_200(apim: Any) -> None:
    document = json.dumps({"openapi": "3.0.1", "info": {"title": "T", "version": "1"}, "paths": {}})
    for code, expected in (("&asyncCode=201", 201), ("", 200)):
        name = f"a{expected}"
        made = apim.put(f"/apis/{name}", format="openapi+json", value=document, path=name)
        location = made.headers["location"]
        operation = location.partition("asyncId=")[2].partition("&")[0]
        polls = [apim("GET", f"/apis/{name}?asyncId={operation}{code}").status for _ in range(2)]
        assert polls == [202, expected]


def test_a_deletion_that_is_polled_without_its_code_ends_with_200(apim: Any) -> None:
    apim.api("a")
    operation = apim("DELETE", "/apis/a").headers["location"].partition("asyncId=")[2].partition("&")[0]
    assert [apim("GET", f"/apis/a?asyncId={operation}").status for _ in range(2)] == [202, 200]


@pytest.mark.parametrize("version", ["2021-08-01", "2022-08-01", "2024-05-01"])
def test_the_last_poll_of_a_purge_is_200(apim: Any, version: str) -> None:
    apim("DELETE", "")
    while apim("GET", "").status != 404:
        pass
    apim.version = version
    location = apim("DELETE", GRAVE).headers["location"].replace("&asyncResponse", "")
    assert [apim("GET", location).status for _ in range(2)] == [202, 200]


def test_an_empty_precondition_is_none(apim: Any) -> None:
    apim.api("a")
    released = apim("PUT", "/apis/a/releases/r", {"properties": {"apiId": "/apis/a;rev=1"}}, If_Match="")
    assert released.status == 201
    assert apim("PUT", "/apis/a/releases/r", {"properties": {"apiId": "/apis/a"}}, If_Match="").status == 200


def test_the_name_of_an_event_hub_is_readable(apim: Any) -> None:
    given = {"name": "hub", "connectionString": "Endpoint=sb://x"}
    apim.put("/loggers/l", loggerType="azureEventHub", credentials=given)
    shown = apim("GET", "/loggers/l").props["credentials"]
    assert (shown["name"], shown["connectionString"][:22]) == ("hub", "{{Logger-Credentials--")


@pytest.mark.parametrize("form", ["pfx", "cer", "pem"])
def test_certificates_of_an_instance_say_what_they_are(arm: Any, body: Any, form: str) -> None:
    encoded, thumbprint = certificate(form)
    given = {"encodedCertificate": encoded, "certificatePassword": "secret" if form == "pfx" else None}
    [shown] = arm.ready(certificates=[{**given, "storeName": "Root"}]).props["certificates"]
    facts = {"expiry": "2031-02-03T00:00:00+00:00", "thumbprint": thumbprint, "subject": "CN=api.example.com"}
    assert shown == {"storeName": "Root", "certificate": facts}
    host = {"type": "Proxy", "hostName": "api.example.com", **given}
    arm("PUT", "", body(certificates=[shown], hostnameConfigurations=[host]))
    arm("GET", "")
    props = arm("GET", "").props
    assert props["certificates"] == [shown]
    [named] = [one for one in props["hostnameConfigurations"] if one["hostName"] == "api.example.com"]
    assert (named["certificate"], named["encodedCertificate"], named["certificatePassword"]) == (facts, None, None)


@pytest.mark.parametrize(("form", "password"), [("pfx", "secret"), ("cer", None)])
def test_a_certificate_is_opened(apim: Any, form: str, password: str | None) -> None:
    encoded, thumbprint = certificate(form)
    made = apim.put("/certificates/c", data=encoded, password=password).props
    assert (made["subject"], made["thumbprint"]) == ("CN=api.example.com", thumbprint)
    assert made["expirationDate"] == "2031-02-03T00:00:00Z"


@pytest.mark.parametrize("data", ["not base64!", base64.b64encode(b"nothing").decode(), certificate("pfx")[0]])
def test_what_cannot_be_opened_gets_constants(apim: Any, data: str) -> None:
    made = apim.put("/certificates/c", data=data, password="wrong").props
    assert (made["subject"], len(made["thumbprint"]), made["expirationDate"]) == ("CN=c", 40, "2035-01-01T00:00:00Z")


def test_an_empty_constraint_of_versions_resets_it(apim: Any) -> None:
    for given, expected in (({"minApiVersion": "2021-08-01"}, "2021-08-01"), ({}, None)):
        apim("PATCH", "", {"properties": {"apiVersionConstraint": given}})
        apim("GET", "")
        assert apim("GET", "").props["apiVersionConstraint"] == {"minApiVersion": expected}


def test_a_delegation_that_is_off_has_neither_url_nor_key(apim: Any) -> None:
    def delegate(*, enabled: bool) -> tuple[Any, Any]:
        switches = {"subscriptions": {"enabled": enabled}, "userRegistration": {"enabled": False}}
        apim.put("/portalsettings/delegation", url="https://d.example.com", validationKey="bm9uZQ==", **switches)
        key = apim("POST", "/portalsettings/delegation/listSecrets").body["validationKey"]
        return apim("GET", "/portalsettings/delegation").props["url"], key

    assert delegate(enabled=True) == ("https://d.example.com", "bm9uZQ==")
    assert delegate(enabled=False) == (None, None)


def test_the_message_of_a_validation_error_tells_what_is_wrong(apim: Any) -> None:
    refused = apim.put("/apis/a", path="a")
    [detail] = refused.body["error"]["details"]
    assert detail["message"] in refused.body["error"]["message"]
    assert detail["target"] in refused.body["error"]["message"]
