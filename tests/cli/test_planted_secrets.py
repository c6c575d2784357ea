"""A secret in each secret property of each kind shows up nowhere, and Azure gets it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import yaml

from provision.kinds import KINDS
from provision.kinds.table import paths, properties_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from provision.kinds import Kind
    from provision.kinds.table import Property
    from tests.conftest import Cloud, Ran

SECRET = "correct-horse&battery<staple>"
FORMS = ("battery", "staple")
FORMATS = ("text", "json", "markdown", "junit", "github")
PLANTED = "${secret:PLANTED}"
INSTANCE = {
    "spec": 1,
    "resourceGroup": {"name": "demoazureml", "location": "eastus"},
    "service": {
        "name": "demoazureml",
        "sku": {"name": "Developer", "capacity": 1},
        "publisherName": "us",
        "publisherEmail": "us@example.com",
    },
}
PEOPLE = {"email": "ann@example.com", "firstName": "Ann", "lastName": "Smith"}
SERVER = {
    "displayName": "Server",
    "clientRegistrationEndpoint": "https://login.example.com/register",
    "authorizationEndpoint": "https://login.example.com/authorize",
    "clientId": "portal",
    "grantTypes": ["implicit"],
}
PROVIDER = {"displayName": "One", "metadataEndpoint": "https://login.example.com", "clientId": "portal"}
GRANT = {"clientId": "4711", "clientSecret": PLANTED}
# What a spec holds, by its top key; secrets are planted in it.
SPECS: dict[str, dict[str, Any]] = {
    "users": {"ann": {**PEOPLE, "password": PLANTED}},
    "subscriptions": {
        "all": {"displayName": "All", "scope": "apis", "primaryKey": PLANTED, "secondaryKey": f"{PLANTED}2"}
    },
    "identityProviders": {"aad": {"clientId": "4711", "clientSecret": PLANTED}},
    "authorizationServers": {"one": {**SERVER, "clientSecret": PLANTED, "resourceOwnerPassword": PLANTED}},
    "openidConnectProviders": {"one": {**PROVIDER, "clientSecret": PLANTED}},
    "authorizationProviders": {
        "one": {
            "displayName": "One",
            "identityProvider": "oauth2",
            "oauth2": {"grantTypes": {"authorizationCode": GRANT, "clientCredentials": GRANT}},
            "authorizations": {"night": {"oauth2grantType": "ClientCredentials", "parameters": GRANT}},
        }
    },
    "tenant": {"access": {"enabled": True, "primaryKey": PLANTED, "secondaryKey": f"{PLANTED}2"}},
}
# Where another client reads what Azure got, and a change that makes an update send it once more.
SHOWN = {
    "subscriptions": ("subscriptions/all/listSecrets", "primaryKey"),
    "identityProviders": ("identityProviders/aad/listSecrets", "clientSecret"),
    "authorizationServers": ("authorizationServers/one/listSecrets", "resourceOwnerPassword"),
    "openidConnectProviders": ("openidConnectProviders/one/listSecrets", "clientSecret"),
    "tenant": ("tenant/access/listSecrets", "primaryKey"),
}


@pytest.fixture
def spec(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("PLANTED", SECRET)
    path = tmp_path / "spec.yaml"
    path.write_text(yaml.safe_dump({**INSTANCE, request.param: SPECS[request.param]}), "utf-8")
    return str(path)


def silent(ran: Ran, folder: Path) -> Ran:
    texts = {"stdout": ran.out, "stderr": ran.err}
    texts |= {path.name: path.read_text("utf-8") for path in folder.iterdir() if path.name != "spec.yaml"}
    for name, text in texts.items():
        for form in FORMS:
            assert form not in text, f"{form} in {name} of {ran}"
    return ran


@pytest.mark.parametrize(("spec", "key"), [(key, key) for key in SPECS], indirect=["spec"], ids=list(SPECS))
def test_it_is_silent_in_every_output(cloud: Cloud, spec: str, key: str, tmp_path: Path) -> None:
    reports = [word for form in FORMATS for word in ("--report", f"{form}={tmp_path / form}")]
    silent(cloud("plan", spec, *reports).ended(0), tmp_path)
    silent(cloud("plan", spec, "--out", str(tmp_path / "plan.json")).ended(0), tmp_path)
    silent(cloud("apply", spec, "--yes", *reports).ended(0), tmp_path)
    if key in SHOWN:
        path, name = SHOWN[key]
        assert cloud.arm("POST", path).body[name] == SECRET, "Azure gets the value"
    silent(cloud("drift", spec, *reports).ended(0), tmp_path)
    silent(cloud("destroy", spec, "--yes", *reports).ended(0), tmp_path)


@pytest.mark.parametrize("key", SPECS)
def test_each_secret_property_is_planted(key: str) -> None:
    kinds = [kind for kind in KINDS if kind.type.split("/")[0] == key]
    secret = {(kind.type, path) for kind in kinds for path, prop in every(kind) if prop.secret}
    found = {*planted(key, SPECS[key])}
    assert {path.rpartition(".")[2] for _, path in secret} <= found
    assert found


def every(kind: Kind) -> Iterator[tuple[str, Property]]:
    for path, prop in paths(properties_of(kind)):
        yield path, prop
        yield from ((f"{path}.{name}", one) for name, one in prop.entries.items())


def planted(name: str, value: Any) -> Iterator[str]:
    """The names under which the secret stands."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from planted(key, item)
    elif str(value).startswith(PLANTED):
        yield name
