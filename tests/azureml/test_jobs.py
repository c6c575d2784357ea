"""BES: a job's life, what it reads and writes, and what it refuses."""

from __future__ import annotations

import urllib.request
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from azure.storage.blob import BlobSasPermissions, BlobServiceClient, generate_blob_sas

from provision.emulator import Emulator
from provision.emulator.azureml.hashing import features
from provision.emulator.azureml.signatures import ACCOUNT, KEY
from tests.azureml.conftest import STORAGE, WebService, storage_of
from tests.azureml.test_blobs import hour
from tests.conftest import PATIENCE

if TYPE_CHECKING:
    from pathlib import Path

TEXTS = b'Col2\r\nThis is a good day\r\n"This is\r\na good day"\r\n'
COUNTED = ["1,1,2,2,0,2,0,1"] * 2
NOT_STARTED, RUNNING, FAILED, CANCELLED, FINISHED = range(5)


def at(path: str, connection: str = STORAGE, **more: Any) -> dict[str, Any]:
    return {"ConnectionString": connection, "RelativeLocation": path, **more}


JOB = {"Input": at("/texts/in.csv"), "Outputs": {"output1": at("/texts/out.csv")}, "GlobalParameters": {}}


@pytest.fixture
def texts(storage: BlobServiceClient) -> BlobServiceClient:
    """Storage that holds the input."""
    storage.create_container("texts").upload_blob("in.csv", TEXTS)
    return storage


def submitted(service: WebService, job: Any = None) -> str:
    done = service("POST", "jobs", job or JOB)
    assert done.status == 200, done
    name = done.body
    assert isinstance(name, str)
    return name


def started(service: WebService, job: Any = None) -> str:
    name = submitted(service, job)
    done = service("POST", f"jobs/{name}/start", b"")
    assert (done.status, done.text) == (200, "")
    return name


def state(service: WebService, name: str) -> int:
    status: int = service("GET", f"jobs/{name}").body["StatusCode"]
    return status


def ended(service: WebService, job: Any = None) -> dict[str, Any]:
    """Run a job to its end; there is an end to it."""
    name = started(service, job)
    while (found := service("GET", f"jobs/{name}").body)["StatusCode"] == RUNNING:
        pass
    return found  # type: ignore[no-any-return]


def lines(content: bytes) -> list[str]:
    return content.decode().splitlines()[1:]


def test_a_job_s_life(service: WebService, texts: BlobServiceClient) -> None:
    name = submitted(service)
    assert service("GET", f"jobs/{name}").body == {"StatusCode": NOT_STARTED, "Results": None, "Details": None}
    service("POST", f"jobs/{name}/start", b"")
    assert service("GET", f"jobs/{name}").body == {"StatusCode": RUNNING, "Results": None, "Details": None}
    assert not texts.get_blob_client("texts", "out.csv").exists()
    done = service("GET", f"jobs/{name}").body
    assert (done["StatusCode"], done["Details"]) == (FINISHED, None)
    [(output, place)] = done["Results"].items()
    assert output == "output1"
    assert (place["RelativeLocation"], place["ConnectionString"]) == ("texts/out.csv", None)
    url = place["BaseLocation"] + place["RelativeLocation"] + place["SasBlobToken"]
    with urllib.request.urlopen(url, timeout=PATIENCE) as answer:
        content = answer.read()
    assert content.splitlines()[0].startswith(b"Col2_HashingFeature.0,")
    assert lines(content) == COUNTED
    assert texts.get_blob_client("texts", "out.csv").download_blob().readall() == content


@pytest.mark.usefixtures("texts")
def test_a_result_s_url_ends(service: WebService, azure: Emulator) -> None:
    place = ended(service)["Results"]["output1"]
    azure.clock.advance(timedelta(days=1, minutes=1))
    with pytest.raises(OSError, match="403"):
        urllib.request.urlopen("".join(place[key] for key in ("BaseLocation", "RelativeLocation", "SasBlobToken")))


def test_it_runs_as_long_as_the_emulated_clock_says() -> None:
    with Emulator(lro_polls=0, lro_seconds=60) as azure, storage_of(azure) as storage:
        storage.create_container("texts").upload_blob("in.csv", TEXTS)
        service = WebService(azure.azureml_url)
        name = started(service)
        assert [state(service, name) for _ in range(3)] == [RUNNING] * 3
        azure.clock.advance(timedelta(seconds=61))
        assert state(service, name) == FINISHED


def test_a_job_outlives_the_process(tmp_path: Path) -> None:
    path = tmp_path / "state.sqlite3"
    with Emulator(path) as azure, storage_of(azure) as storage:
        storage.create_container("texts").upload_blob("in.csv", TEXTS)
        name = started(WebService(azure.azureml_url))
    with Emulator(path) as azure:
        service = WebService(azure.azureml_url)
        assert [state(service, name) for _ in range(2)] == [RUNNING, FINISHED]


def test_cancelling(service: WebService, texts: BlobServiceClient) -> None:
    for name in (submitted(service), started(service)):
        done = service("DELETE", f"jobs/{name}")
        assert (done.status, done.text) == (200, "")
        assert [state(service, name) for _ in range(3)] == [CANCELLED] * 3
        again = service("POST", f"jobs/{name}/start", b"")
        assert (again.status, again.code) == (400, "CannotStartJob")
        assert "it is in Cancelled state" in again.said
    assert not texts.get_blob_client("texts", "out.csv").exists()


def test_deleting(service: WebService, texts: BlobServiceClient) -> None:
    name = started(service)
    assert [state(service, name) for _ in range(2)] == [RUNNING, FINISHED]
    assert service("DELETE", f"jobs/{name}").status == 200
    for method, path in (("GET", ""), ("DELETE", ""), ("POST", "/start")):
        gone = service(method, f"jobs/{name}{path}")
        assert (gone.status, gone.code) == (404, "JobNotFound")
    assert texts.get_blob_client("texts", "out.csv").exists()


@pytest.mark.usefixtures("texts")
def test_a_job_starts_once(service: WebService) -> None:
    name = started(service)
    for word in ("Running", "Running", "Finished"):
        again = service("POST", f"jobs/{name}/start", b"")
        assert again.code == "CannotStartJob"
        assert f"in {word} state" in again.said or word == "Running"
        state(service, name)


def test_an_output_that_nobody_gave_a_place(service: WebService, texts: BlobServiceClient) -> None:
    place = ended(service, {"Input": JOB["Input"], "Outputs": None, "GlobalParameters": None})["Results"]["output1"]
    container, _, name = place["RelativeLocation"].partition("/")
    assert lines(texts.get_blob_client(container, name).download_blob().readall()) == COUNTED


def test_inputs_by_name_and_other_separators(service: WebService, texts: BlobServiceClient) -> None:
    texts.get_blob_client("texts", "in.tsv").upload_blob(b"Col2\nThis is a good day\n")
    job = {"Inputs": {"input1": at("texts/in.tsv")}, "Outputs": {"output1": at("/texts/a/b.tsv")}}
    assert ended(service, job)["StatusCode"] == FINISHED
    content = texts.get_blob_client("texts", "a/b.tsv").download_blob().readall()
    assert lines(content) == [COUNTED[0].replace(",", "\t")]


@pytest.mark.usefixtures("texts")
def test_a_signature_in_place_of_a_connection_string(service: WebService) -> None:
    permission = BlobSasPermissions(read=True)
    token = generate_blob_sas(ACCOUNT, "texts", "in.csv", account_key=KEY, permission=permission, expiry=hour())
    place = {"BaseLocation": f"{service.url}/{ACCOUNT}/", "RelativeLocation": "texts/in.csv", "SasBlobToken": token}
    assert ended(service, {"Input": place})["StatusCode"] == FINISHED
    wrong = service("POST", "jobs", {"Input": {**place, "RelativeLocation": "texts/other.csv"}})
    assert (wrong.status, wrong.code) == (400, "InvalidBlob")
    elsewhere = service("POST", "jobs", {"Input": {**place, "BaseLocation": "https://a.blob.core.windows.net/"}})
    assert (elsewhere.status, elsewhere.code) == (400, "InvalidBlob")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (None, "Unable to access the provided Azure blob - /texts/bad.csv"),
        (b"", "it is empty"),
        (b"Col1,Col2\nx,y\n", "The input has one column, Col2; given: Col1, Col2."),
        (b"Col2\nx,y\n", "row 1 has 2 columns instead of 1"),
        (b'Col2\n"x\n', "it is no table"),
        (b"Col2\n\xff\n", "it is not UTF-8"),
    ],
)
def test_a_job_that_fails_says_why(
    service: WebService, texts: BlobServiceClient, content: bytes | None, says: str
) -> None:
    if content is not None:
        texts.get_blob_client("texts", "bad.csv").upload_blob(content)
    done = ended(service, {"Input": at("/texts/bad.csv")})
    assert (done["StatusCode"], done["Results"]) == (FAILED, None)
    assert says in done["Details"]


@pytest.mark.usefixtures("texts")
def test_a_container_that_is_not_there_fails_the_job(service: WebService) -> None:
    done = ended(service, {"Input": JOB["Input"], "Outputs": {"output1": at("/nowhere/out.csv")}})
    assert done["StatusCode"] == FAILED
    assert "'nowhere' does not exist" in done["Details"]


KNOWN = f"DefaultEndpointsProtocol=https;AccountName={ACCOUNT};AccountKey={KEY}"


@pytest.mark.usefixtures("texts")
def test_the_account_by_name_and_key(service: WebService) -> None:
    assert ended(service, {"Input": at("/texts/in.csv", KNOWN)})["StatusCode"] == FINISHED


@pytest.mark.parametrize(
    ("job", "code", "says"),
    [
        ({}, "BatchJobInputsNotSpecified", "input1"),
        ({"Input": at("/texts/in.csv"), "Inputs": {"input1": at("/texts/in.csv")}}, "DuplicateInputInBatchCall", ""),
        ({"Inputs": {"other": at("/texts/in.csv")}}, "InvalidInputNames", "other"),
        ({"Inputs": [1]}, "RequestBodyInvalid", ""),
        ({"Input": "in.csv"}, "MissingInputBlobInformation", ""),
        ({"Input": {"RelativeLocation": "/texts/in.csv"}}, "MissingInputBlobInformation", ""),
        ({"Input": at("")}, "MissingInputBlobInformation", ""),
        ({"Input": at("/")}, "ContainerIsEmpty", ""),
        ({"Input": at("/texts")}, "InputBlobRelativeLocationInvalid", ""),
        ({"Input": at("/texts/in.txt")}, "InvalidBlobExtension", ".csv, .tsv"),
        ({"Input": at("/texts/in.csv", "nonsense")}, "InvalidBlobConnectionString", "NAME=VALUE"),
        (
            {"Input": at("/texts/in.csv", "AccountName=mine;AccountKey=c2VjcmV0")},
            "InvalidBlobConnectionString",
            "'mine' is out of reach",
        ),
        (
            {"Input": at("/texts/in.csv", f"AccountName={ACCOUNT};AccountKey=c2VjcmV0")},
            "InvalidBlobConnectionString",
            "the key is not that of",
        ),
        ({**JOB, "Outputs": {"output2": at("/texts/out.csv")}}, "InvalidOutputOverrideName", "output2"),
        ({**JOB, "Outputs": {"output1": None}}, "MissingOutputOverrideSpecification", "output1"),
        ({**JOB, "Outputs": [1]}, "RequestBodyInvalid", "Outputs"),
        ({**JOB, "Outputs": {"output1": at("/texts/out.ilearner")}}, "InvalidBlobExtension", "out.ilearner"),
        ({**JOB, "GlobalParameters": {"seed": "1"}}, "UnexpectedParameter", "seed"),
    ],
)
def test_what_can_not_be_submitted(service: WebService, job: Any, code: str, says: str) -> None:
    reply = service("POST", "jobs", job)
    assert (reply.status, reply.code) == (400, code)
    assert says in reply.said
    assert "c2VjcmV0" not in reply.text


def test_jobs_want_the_key_too(service: WebService) -> None:
    for method, path in (("POST", "jobs"), ("GET", "jobs/x"), ("POST", "jobs/x/start"), ("DELETE", "jobs/x")):
        assert service(method, path, JOB, key="wrong").status == 401
        assert service(method, f"{path}?api-version=1.0", JOB).code == "BadVersionCall"


def test_behind_a_name_results_are_found_under_it() -> None:
    """Bound to every address, with a name that nothing here resolves."""
    with Emulator(host="0.0.0.0", allow_hosts=("azure.example",)) as azure:
        port = azure.azureml_url.removeprefix("http://azure.example:")
        here = f"http://127.0.0.1:{port}"
        connection = azure.environment["AZURE_STORAGE_CONNECTION_STRING"]
        assert f"BlobEndpoint=http://azure.example:{port}/{ACCOUNT};" in connection
        with BlobServiceClient.from_connection_string(
            connection.replace("azure.example", "127.0.0.1"), retry_total=0
        ) as storage:
            storage.create_container("texts").upload_blob("in.csv", TEXTS)
        place = ended(WebService(here))["Results"]["output1"]
        assert place["BaseLocation"] == f"http://azure.example:{port}/{ACCOUNT}/"


def test_a_batch_without_an_upload(service: WebService, storage: BlobServiceClient) -> None:
    """The sample of a new state, and a result whose place nobody gave: what a check can do with HTTP alone."""
    place = ended(service, {"Input": at("/sample-data/good-day.csv")})["Results"]["output1"]
    container, _, name = place["RelativeLocation"].partition("/")
    assert lines(storage.get_blob_client(container, name).download_blob().readall()) == COUNTED[:1]


def test_many_at_once_get_each_their_own(service: WebService, storage: BlobServiceClient) -> None:
    """Sixteen clients, each with texts of its own: one exchange, and a batch."""
    storage.create_container("texts")

    def client(number: int) -> None:
        text = f"client {number} says so"
        expected = [str(count) for count in features(text)]
        body = {"Inputs": {"input1": {"ColumnNames": ["Col2"], "Values": [[text]]}}}
        for _ in range(5):
            assert service("POST", "execute", body).body["Results"]["output1"]["value"]["Values"] == [expected]
        storage.get_blob_client("texts", f"{number}.csv").upload_blob(f"Col2\n{text}\n".encode())
        job = {"Input": at(f"/texts/{number}.csv"), "Outputs": {"output1": at(f"/texts/{number}-out.csv")}}
        assert ended(service, job)["StatusCode"] == FINISHED
        content = storage.get_blob_client("texts", f"{number}-out.csv").download_blob().readall()
        assert lines(content) == [",".join(expected)]

    with ThreadPoolExecutor(16) as clients:
        assert len(list(clients.map(client, range(16)))) == 16
