"""The guide's flow from its beginning to its end: against the web service itself, and through the gateway before it."""

from __future__ import annotations

import urllib.error
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from provision.emulator import Emulator
from provision.emulator.azureml.app import SERVICE, WORKSPACE
from tests.azureml.conftest import STORAGE, VECTOR, storage_of
from tests.azureml.guide import FINISHED, RUNNING, Guide
from tests.conftest import WORKED, Arm, Cloud, embedded, here

if TYPE_CHECKING:
    from azure.storage.blob import BlobServiceClient

TEXTS = b"Col2\nThis is a good day\nThis is a good day\n"


def guide_of(azure: Emulator, key: str = "demo") -> Guide:
    return Guide(azure.azureml_url, key, WORKSPACE, SERVICE)


def test_request_and_response(azure: Emulator) -> None:
    assert guide_of(azure).score("This is a good day") == [VECTOR]
    with pytest.raises(urllib.error.HTTPError) as raised:
        guide_of(azure, "wrong").score("This is a good day")
    assert raised.value.code == 401
    raised.value.close()


def test_a_batch(azure: Emulator, storage: BlobServiceClient) -> None:
    storage.create_container("mycontainer")
    guide = guide_of(azure)
    result = guide.batch(azure.environment["AZURE_STORAGE_CONNECTION_STRING"], "mycontainer", TEXTS, sent=STORAGE)
    assert result.decode().splitlines()[1:] == [",".join(VECTOR)] * 2
    assert guide.told == [RUNNING, FINISHED]


def test_a_batch_that_takes_its_time() -> None:
    """The wait between two polls is the emulated clock's."""
    with Emulator(lro_polls=0, lro_seconds=30) as azure, storage_of(azure) as storage:
        storage.create_container("mycontainer")
        guide = guide_of(azure)
        guide.wait = lambda: azure.clock.advance(timedelta(seconds=11))
        guide.batch(azure.environment["AZURE_STORAGE_CONNECTION_STRING"], "mycontainer", TEXTS)
        assert guide.told == [RUNNING, RUNNING, RUNNING, FINISHED]


def through_gateway(cloud: Cloud) -> Guide:
    """The worked example as it is, with a subscription of its product."""
    cloud.applied(WORKED)
    cloud.arm.put("subscriptions/me", {"properties": {"displayName": "Me", "scope": "/products/starter"}})
    key = cloud.arm("POST", "subscriptions/me/listSecrets", {}).body["primaryKey"]
    base = f"{cloud.emulator.gateway_url}/demoazureml/azureml-demo"
    return Guide(base, "demo", WORKSPACE, SERVICE, {"Ocp-Apim-Subscription-Key": key})


def test_through_the_gateway_nothing_but_the_base_url_and_the_key_are_others() -> None:
    with embedded() as cloud, storage_of(cloud.emulator) as storage:
        storage.create_container("mycontainer")
        guide = through_gateway(cloud)
        result = guide.batch(
            cloud.emulator.environment["AZURE_STORAGE_CONNECTION_STRING"], "mycontainer", TEXTS, sent=STORAGE
        )
        assert result.decode().splitlines()[1:] == [",".join(VECTOR)] * 2
        assert guide.told == [RUNNING, FINISHED]
        cloud.emulator.clock.advance(timedelta(minutes=1))  # five calls a minute, and there were five
        assert guide.score("This is a good day") == [VECTOR]


def test_the_gateway_lets_nobody_in_without_its_key_and_the_service_nobody_without_its_own() -> None:
    with embedded() as cloud:
        guide = through_gateway(cloud)
        for other, says in (
            (Guide(guide.base, "demo", WORKSPACE, SERVICE), b"missing subscription key"),
            (Guide(guide.base, "wrong", WORKSPACE, SERVICE, guide.headers), b"ScoreRequestUnauthorized"),
        ):
            with pytest.raises(urllib.error.HTTPError) as raised:
                other.score("This is a good day")
            with raised.value:
                assert raised.value.code == 401
                assert says in raised.value.read()


def test_behind_a_name_that_nothing_here_resolves_the_gateway_finds_the_service() -> None:
    with Emulator(host="0.0.0.0", allow_hosts=("azure.example",)) as azure:
        url, gateway = (one.replace("azure.example", "127.0.0.1") for one in (azure.url, azure.gateway_url))
        here("apply", WORKED, "--yes", "--endpoint", url).ended(0)
        arm = Arm(url)
        arm.put("subscriptions/me", {"properties": {"displayName": "Me", "scope": "/products/starter"}})
        key = arm("POST", "subscriptions/me/listSecrets", {}).body["primaryKey"]
        headers = {"Ocp-Apim-Subscription-Key": key}
        guide = Guide(f"{gateway}/demoazureml/azureml-demo", "demo", WORKSPACE, SERVICE, headers)
        assert guide.score("This is a good day") == [VECTOR]
