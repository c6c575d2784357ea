"""The blob endpoint before azure-storage-blob, the client that users have: what it writes it reads back."""

from __future__ import annotations

import urllib.error
import urllib.request
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from azure.core import MatchConditions
from azure.core.exceptions import (
    ClientAuthenticationError,
    HttpResponseError,
    ResourceExistsError,
    ResourceModifiedError,
    ResourceNotFoundError,
)
from azure.storage.blob import (
    AccountSasPermissions,
    BlobBlock,
    BlobClient,
    BlobSasPermissions,
    BlobServiceClient,
    ContainerClient,
    ContainerSasPermissions,
    ContentSettings,
    ResourceTypes,
    generate_account_sas,
    generate_blob_sas,
    generate_container_sas,
)
from azure.storage.blob._shared import parser

from provision.emulator import Emulator
from provision.emulator.azureml.signatures import ACCOUNT, KEY
from tests.azureml.conftest import STORAGE, storage_of
from tests.conftest import PATIENCE

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

NAME = "a folder/ä b+c&d=1?.csv"


@pytest.fixture
def container(storage: BlobServiceClient) -> ContainerClient:
    return storage.create_container("texts")


def code_of(raised: pytest.ExceptionInfo[Any]) -> str:
    """The service's code of what the client raised."""
    code = raised.value.error_code  # of an enumeration where it is known
    return str(getattr(code, "value", code))


def hour(hours: int = 1) -> datetime:
    return datetime.now(UTC) + timedelta(hours=hours)


@pytest.mark.parametrize("content", [b"", b"Col2\nThis is a good day\n", bytes(range(256)) * 1000])
def test_what_is_uploaded_is_downloaded(container: ContainerClient, content: bytes) -> None:
    container.upload_blob(NAME, content)
    assert container.download_blob(NAME).readall() == content
    assert container.get_blob_client(NAME).get_blob_properties().size == len(content)


def test_development_storage_as_clients_know_it(azure: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    """They look for it at port 10000, which `--azureml-port 10000` gives; a test takes a port that is free."""
    monkeypatch.setitem(parser.DEVSTORE_PORTS, "blob", int(azure.azureml_url.rpartition(":")[2]))
    with BlobServiceClient.from_connection_string(STORAGE, retry_total=0) as storage:
        storage.create_container("texts").upload_blob("a.csv", b"x")
        assert [one.name for one in storage.list_containers()] == ["sample-data", "texts"]


def test_pieces(azure: Emulator) -> None:
    """A large upload goes in blocks, a large download in ranges."""
    content = bytes(range(251)) * 5000
    sizes: dict[str, Any] = {"max_single_put_size": 100_000, "max_block_size": 90_000}
    sizes |= {"max_single_get_size": 70_000, "max_chunk_get_size": 50_001, "retry_total": 0}
    connection = azure.environment["AZURE_STORAGE_CONNECTION_STRING"]
    with BlobServiceClient.from_connection_string(connection, **sizes) as storage:
        blob = storage.create_container("texts").upload_blob("a.bin", content, max_concurrency=2)
        assert blob.download_blob().readall() == content
        assert blob.download_blob(offset=5, length=7).readall() == content[5:12]
        assert sum(one.size for one in blob.get_block_list()[0]) == len(content)


def test_blocks(container: ContainerClient) -> None:
    blob = container.get_blob_client("a.csv")
    for key in ("1", "2", "3"):
        blob.stage_block(key, key.encode() * 3)
    with pytest.raises(ResourceNotFoundError):
        blob.download_blob()
    assert [len(one) for one in blob.get_block_list("all")] == [0, 3]
    blob.commit_block_list([BlobBlock("3"), BlobBlock("1")])
    assert blob.download_blob().readall() == b"333111"
    blob.stage_block("4", b"4")
    blob.commit_block_list([BlobBlock("4"), BlobBlock("3")])
    assert blob.download_blob().readall() == b"4333"
    with pytest.raises(HttpResponseError) as raised:
        blob.commit_block_list([BlobBlock("nowhere")])
    assert code_of(raised) == "InvalidBlockList"


def test_what_is_told_of_a_blob(container: ContainerClient) -> None:
    blob = container.get_blob_client("a.csv")
    settings = ContentSettings(content_type="text/csv", cache_control="no-cache", content_language="en")
    blob.upload_blob(b"x", metadata={"one": "1", "under_score": "2"}, content_settings=settings)
    told = blob.get_blob_properties()
    assert (told.content_settings.content_type, told.content_settings.cache_control) == ("text/csv", "no-cache")
    assert told.metadata == {"one": "1", "under_score": "2"}
    assert told.blob_type == "BlockBlob"
    first = told.etag
    blob.set_blob_metadata({"three": "3"})
    blob.set_http_headers(ContentSettings(content_type="text/plain"))
    told = blob.get_blob_properties()
    assert (told.metadata, told.content_settings.content_type) == ({"three": "3"}, "text/plain")
    assert told.content_settings.cache_control is None
    assert told.etag != first
    [listed] = container.list_blobs(include=["metadata"])
    assert (listed.name, listed.size, listed.metadata) == ("a.csv", 1, {"three": "3"})
    assert listed.content_settings.content_type == "text/plain"


def test_lists(storage: BlobServiceClient, container: ContainerClient) -> None:
    names = ["a.csv", "b/1.csv", "b/2.csv", "b/c/3.csv", "d&e<f>.csv"]
    for name in names:
        container.upload_blob(name, b"x")
    assert [one.name for one in container.list_blobs()] == names
    assert [one.name for one in container.list_blobs(name_starts_with="b/")] == names[1:4]
    assert [one.name for one in container.list_blobs(results_per_page=2)] == names
    assert sorted(one.name for one in container.walk_blobs()) == ["a.csv", "b/", "d&e<f>.csv"]
    assert sorted(one.name for one in container.walk_blobs(results_per_page=1)) == ["a.csv", "b/", "d&e<f>.csv"]
    assert sorted(one.name for one in container.walk_blobs("b/")) == ["b/1.csv", "b/2.csv", "b/c/"]
    storage.create_container("other")
    assert [one.name for one in storage.list_containers()] == ["other", "sample-data", "texts"]
    assert [one.name for one in storage.list_containers(results_per_page=1)] == ["other", "sample-data", "texts"]
    assert [one.name for one in storage.list_containers(name_starts_with="t")] == ["texts"]


def test_conditions(container: ContainerClient) -> None:
    blob = container.get_blob_client("a.csv")
    blob.upload_blob(b"1")
    with pytest.raises(ResourceExistsError):
        blob.upload_blob(b"2")
    etag = blob.get_blob_properties().etag
    blob.upload_blob(b"2", overwrite=True)
    with pytest.raises(ResourceModifiedError):
        blob.delete_blob(etag=etag, match_condition=MatchConditions.IfNotModified)
    assert blob.download_blob().readall() == b"2"
    blob.delete_blob()
    assert not blob.exists()


def test_what_is_missing_or_there_already(storage: BlobServiceClient, container: ContainerClient) -> None:
    with pytest.raises(ResourceExistsError):
        storage.create_container("texts")
    with pytest.raises(ResourceNotFoundError) as raised:
        storage.get_blob_client("nowhere", "a.csv").upload_blob(b"x")
    assert code_of(raised) == "ContainerNotFound"
    with pytest.raises(ResourceNotFoundError) as raised:
        container.download_blob("a.csv")
    assert code_of(raised) == "BlobNotFound"
    with pytest.raises(HttpResponseError) as refused:
        storage.create_container("No-Capitals")
    assert code_of(refused) == "InvalidResourceName"
    container.upload_blob("a.csv", b"x")
    container.delete_container()
    assert not container.exists()
    assert not list(storage.create_container("texts").list_blobs())


def test_a_container_s_metadata(container: ContainerClient) -> None:
    container.set_container_metadata({"one": "1"})
    assert container.get_container_properties().metadata == {"one": "1"}


def test_another_key_is_no_key(azure: Emulator, container: ContainerClient) -> None:
    wrong = {"account_name": ACCOUNT, "account_key": KEY[::-1].replace("=", "A")[:86] + "=="}
    with (
        BlobClient(f"{azure.azureml_url}/{ACCOUNT}", "texts", "a.csv", credential=wrong, retry_total=0) as blob,
        pytest.raises(ClientAuthenticationError) as raised,
    ):
        blob.upload_blob(b"x")
    assert code_of(raised) == "AuthenticationFailed"
    with (
        BlobClient(f"{azure.azureml_url}/{ACCOUNT}", "texts", "a.csv", retry_total=0) as blob,
        pytest.raises(ClientAuthenticationError),
    ):
        blob.download_blob()
    assert not list(container.list_blobs())


def blob_with(azure: Emulator, token: str, name: str = NAME) -> BlobClient:
    return BlobClient(f"{azure.azureml_url}/{ACCOUNT}", "texts", name, credential=token, retry_total=0)


def sas(permissions: BlobSasPermissions, expiry: datetime, **more: Any) -> str:
    return generate_blob_sas(ACCOUNT, "texts", NAME, account_key=KEY, permission=permissions, expiry=expiry, **more)


def test_a_signed_url(azure: Emulator, container: ContainerClient) -> None:
    container.upload_blob(NAME, b"x")
    read = sas(BlobSasPermissions(read=True), hour(), start=hour(-1), content_type="text/plain", ip="127.0.0.1")
    with blob_with(azure, read) as blob:
        assert blob.download_blob().readall() == b"x"
        assert blob.get_blob_properties().content_settings.content_type == "text/plain"
        with urllib.request.urlopen(blob.url, timeout=PATIENCE) as answer:
            assert answer.read() == b"x"
        with pytest.raises(ClientAuthenticationError):
            blob.upload_blob(b"y", overwrite=True)
    write = sas(BlobSasPermissions(create=True, write=True), hour())
    with blob_with(azure, write) as blob:
        blob.upload_blob(b"z", overwrite=True)
    assert container.download_blob(NAME).readall() == b"z"


READ = BlobSasPermissions(read=True)


@pytest.mark.parametrize(
    "token",
    [
        lambda: sas(READ, hour(-1)),
        lambda: sas(READ, hour(3), start=hour(2)),
        lambda: sas(READ, hour(), protocol="https"),
        lambda: sas(READ, hour(), ip="10.0.0.1-10.0.0.9"),
        lambda: sas(BlobSasPermissions(write=True), hour()),
        lambda: sas(READ, hour()).replace("sp=r", "sp=rw"),
        lambda: sas(READ, hour()).replace("sv=20", "sv=19"),
        lambda: generate_blob_sas(ACCOUNT, "texts", "other.csv", account_key=KEY, permission=READ, expiry=hour()),
        lambda: generate_blob_sas(ACCOUNT, "texts", NAME, account_key=KEY, policy_id="stored"),
    ],
    ids=["ended", "not begun", "https", "address", "write only", "tampered", "old", "of another", "policy"],
)
def test_a_signature_that_does_not_do(azure: Emulator, container: ContainerClient, token: Callable[[], str]) -> None:
    container.upload_blob(NAME, b"x")
    with blob_with(azure, token()) as blob, pytest.raises(ClientAuthenticationError):
        blob.download_blob()


def test_signatures_end_by_the_emulated_clock(azure: Emulator, container: ContainerClient) -> None:
    container.upload_blob(NAME, b"x")
    with blob_with(azure, sas(READ, hour(48))) as blob:
        assert blob.download_blob().readall() == b"x"
        azure.clock.advance(timedelta(hours=49))
        with pytest.raises(ClientAuthenticationError):
            blob.download_blob()


def test_a_container_s_signature(azure: Emulator, container: ContainerClient) -> None:
    container.upload_blob(NAME, b"x")
    permissions = ContainerSasPermissions(read=True, list=True)
    token = generate_container_sas(ACCOUNT, "texts", account_key=KEY, permission=permissions, expiry=hour())
    with ContainerClient(f"{azure.azureml_url}/{ACCOUNT}", "texts", credential=token, retry_total=0) as signed:
        assert [one.name for one in signed.list_blobs()] == [NAME]
        assert signed.download_blob(NAME).readall() == b"x"
        with pytest.raises(ClientAuthenticationError):
            signed.delete_container()


def test_an_account_s_signature(azure: Emulator) -> None:
    permissions = AccountSasPermissions(read=True, write=True, list=True, create=True)
    kinds = ResourceTypes(container=True, object=True)
    token = generate_account_sas(ACCOUNT, KEY, kinds, permissions, hour())
    with BlobServiceClient(f"{azure.azureml_url}/{ACCOUNT}", credential=token, retry_total=0) as signed:
        signed.create_container("texts").upload_blob("a.csv", b"x")
        assert signed.get_blob_client("texts", "a.csv").download_blob().readall() == b"x"
        with pytest.raises(ClientAuthenticationError):
            signed.get_blob_client("texts", "a.csv").delete_blob()
        with pytest.raises(ClientAuthenticationError):
            list(signed.list_containers())


def test_what_everybody_may_read(azure: Emulator, storage: BlobServiceClient) -> None:
    storage.create_container("texts", public_access="blob").upload_blob("a.csv", b"x")
    with urllib.request.urlopen(f"{azure.azureml_url}/{ACCOUNT}/texts/a.csv", timeout=PATIENCE) as answer:
        assert answer.read() == b"x"
    with pytest.raises(urllib.error.HTTPError) as raised:
        urllib.request.urlopen(f"{azure.azureml_url}/{ACCOUNT}/texts?restype=container&comp=list", timeout=PATIENCE)
    assert raised.value.code == 401
    raised.value.close()


def test_what_is_not_served_says_so(container: ContainerClient) -> None:
    with pytest.raises(HttpResponseError) as raised:
        container.upload_blob("a.vhd", b"0" * 512, blob_type="PageBlob")
    assert (raised.value.status_code, code_of(raised)) == (501, "NotImplemented")


def test_blobs_live_in_the_state(tmp_path: Path) -> None:
    state = tmp_path / "state.sqlite3"
    with Emulator(state) as azure, storage_of(azure) as storage:
        storage.create_container("texts").upload_blob("a.csv", b"x")
        storage.delete_container("sample-data")
    with Emulator(state) as azure, storage_of(azure) as storage:
        assert storage.get_blob_client("texts", "a.csv").download_blob().readall() == b"x"
        assert [one.name for one in storage.list_containers()] == ["texts"]
