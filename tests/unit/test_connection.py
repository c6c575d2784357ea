"""The way to Azure: which parts of the SDK are made, and what it takes from the environment."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from os import sched_yield
from threading import Barrier
from time import time
from typing import TYPE_CHECKING, Any

import azure.identity
import pytest
import requests.utils
from azure.core.credentials import AccessTokenInfo
from azure.core.pipeline import PipelineContext, PipelineRequest
from azure.core.rest import HttpRequest
from azure.mgmt.apimanagement import ApiManagementClient
from azure.mgmt.core.policies import ARMChallengeAuthenticationPolicy

from provision.azure import Azure, Connection, Traffic
from provision.azure.clients import API_VERSION, Groups
from provision.azure.methods import group_name
from provision.azure.tokens import Login
from provision.azure.transport import Wire
from provision.cli.where import Where
from provision.cloud import CLOUDS, ZEROS, Cloud
from provision.kinds import KINDS
from provision.kinds.collections import collections
from tests.conftest import PATIENCE, WORKED, alone, embedded

if TYPE_CHECKING:
    from collections.abc import Iterator

GROUPS = sorted(
    {group_name(kind.type) for kind in KINDS if kind.type != "resourceGroup"}
    | {group_name(one.name) for one in collections()}
    | {"deleted_services", "graph_ql_api_resolver", "open_id_connect_provider"}
)
PROXIES = ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "NO_PROXY", "no_proxy")
LOOPBACK = Cloud("azure", "http://127.0.0.1:1", token=False)


@pytest.fixture(autouse=True)
def _no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in PROXIES:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="module")
def theirs() -> Any:
    """The client that the SDK would have us use."""
    credential: Any = object()
    return ApiManagementClient(credential, ZEROS)


@pytest.mark.parametrize("name", GROUPS)
def test_each_group_is_the_one_that_the_sdks_client_has(name: str, theirs: Any) -> None:
    assert type(getattr(Groups(None, ZEROS), name)) is type(getattr(theirs, name))


def test_the_api_version_is_the_sdks(theirs: Any) -> None:
    assert theirs._config.api_version == API_VERSION


def test_only_the_groups_that_are_asked_for_are_made() -> None:
    with closing(Connection(LOOPBACK, ZEROS, Traffic())) as connection:
        assert connection.api.api is connection.api.api
        made = [value for value in vars(connection.api).values() if type(value).__name__.endswith("Operations")]
        assert [type(one).__name__ for one in made] == ["ApiOperations"]
        assert "resources" not in vars(connection)


def test_all_instances_of_a_run_share_one_login_and_one_pool(monkeypatch: pytest.MonkeyPatch) -> None:
    made = []

    class Credential:
        def __init__(self, **options: Any) -> None:
            made.append(options)

    monkeypatch.setattr(azure.identity, "DefaultAzureCredential", Credential)
    with closing(Where(CLOUDS["usgov"], ZEROS)) as where:
        one, other = where.connect("g", "one"), where.connect("g", "other")
    assert isinstance(one, Azure)
    assert one._clients.api is other._clients.api
    assert one._clients.resources is other._clients.resources
    assert made == [{"authority": "login.microsoftonline.us"}]


class Az:
    """A credential that remembers nothing."""

    def __init__(self, *, good_for: float = 3600.0) -> None:
        self.asked: list[Any] = []
        self.good_for = good_for

    def get_token_info(self, *scopes: str, options: Any = None) -> AccessTokenInfo:
        self.asked.append((scopes, (options or {}).get("claims")))
        sched_yield()
        return AccessTokenInfo(f"t{len(self.asked)}", int(time() + self.good_for))


def test_threads_that_start_at_once_log_in_once() -> None:
    az, scope, together = Az(), "https://management.azure.com/.default", Barrier(8, timeout=PATIENCE)
    shared: Any = Login(az)

    def token(_: int) -> str:
        policy: Any = ARMChallengeAuthenticationPolicy(shared, scope)
        request: Any = PipelineRequest(HttpRequest("GET", "https://management.azure.com"), PipelineContext(None))
        together.wait()
        policy.on_request(request)
        return str(request.http_request.headers["Authorization"])

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(token, range(8))) == {"Bearer t1"}
    assert az.asked == [((scope,), None)]


def test_a_token_is_renewed_before_it_ends_and_where_more_is_claimed() -> None:
    shared = Login(Az())
    assert [shared.get_token_info("s").token for _ in range(2)] == ["t1", "t1"]
    claimed: Any = {"claims": "c"}
    assert shared.get_token_info("s", options=claimed).token == "t2"
    assert shared.get_token_info("s").token == "t2"
    assert shared.get_token_info("other").token == "t3"
    short = Login(Az(good_for=200.0))
    assert [short.get_token_info("s").token for _ in range(2)] == ["t1", "t2"]


@contextmanager
def listening() -> Iterator[tuple[str, list[str]]]:
    """A server that answers everything with `{}`, and what was asked of it, as request lines have it."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(f"{self.path} {self.headers.get('Authorization')}")
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def wired() -> Iterator[Wire]:
    traffic = Traffic()
    with Wire(traffic.watch) as wire:
        yield wire
    traffic.close()


def test_a_proxy_of_the_environment_is_used_except_for_the_hosts_that_need_none(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with listening() as (proxy, through), listening() as (direct, straight), wired() as wire:
        monkeypatch.setenv("HTTP_PROXY", proxy)
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        for url in ("http://arm.example.com/one", f"{direct}/two", "http://arm.example.com/three"):
            assert wire.send(HttpRequest("GET", url)).status_code == 200
        assert [line.split()[0] for line in through] == ["http://arm.example.com/one", "http://arm.example.com/three"]
        assert [line.split()[0] for line in straight] == ["/two"]


def test_the_environment_is_asked_once_for_each_host(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    real = requests.utils.get_environ_proxies

    def counting(url: str, **options: Any) -> Any:
        asked.append(url)
        return real(url, **options)

    monkeypatch.setattr("requests.sessions.get_environ_proxies", counting)
    with listening() as (url, _), wired() as wire:
        for path in ("one", "two", "three"):
            assert wire.send(HttpRequest("GET", f"{url}/{path}")).status_code == 200
        assert asked == [f"{url}/one"]


def test_a_password_in_netrc_is_not_sent_in_the_place_of_the_token(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    netrc = tmp_path_factory.mktemp("home") / "netrc"
    netrc.write_text("machine 127.0.0.1 login me password secret\n", "utf-8")
    monkeypatch.setenv("NETRC", str(netrc))
    with listening() as (url, asked), wired() as wire:
        wire.send(HttpRequest("GET", f"{url}/one", headers={"Authorization": "Bearer token"}))
        assert asked == ["/one Bearer token"]


def test_a_certificate_of_the_environment_is_trusted() -> None:
    with embedded(tls=True) as cloud:
        trusted = cloud.alone("drift", WORKED, REQUESTS_CA_BUNDLE=cloud.emulator.ca_bundle)
        assert "+ service" in trusted.ended(2).out
        distrusted = alone("drift", WORKED, "--endpoint", cloud.emulator.url, REQUESTS_CA_BUNDLE=None)
        assert "its certificate is not trusted" in distrusted.ended(1).err
