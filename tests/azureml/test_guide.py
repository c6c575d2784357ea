"""The guide's flow from its beginning to its end: against the web service itself."""

from __future__ import annotations

import urllib.error
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from provision.emulator import Emulator
from provision.emulator.azureml.app import SERVICE, WORKSPACE
from tests.azureml.conftest import STORAGE, VECTOR, storage_of
from tests.azureml.guide import FINISHED, RUNNING, Guide

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
