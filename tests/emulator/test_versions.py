"""Which api-versions are answered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from provision.emulator import Emulator

if TYPE_CHECKING:
    from pathlib import Path

GROUP = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/demo"
PROVIDER = "/subscriptions/00000000-0000-0000-0000-000000000000/providers/Microsoft.ApiManagement"


def test_a_later_version_is_answered_as_the_newest_and_said_once(client: Any, tmp_path: Path) -> None:
    log = tmp_path / "log"
    with Emulator(log=log) as azure:
        arm = client(azure.url)
        arm.ready()
        newest = arm("GET", "/apis/echo-api").body
        for _ in range(2):
            assert arm("GET", "/apis/echo-api?api-version=2025-03-01-preview").body == newest
        arm("GET", f"{GROUP}?api-version=2025-03-01")
    notes = [line for line in log.read_text("utf-8").splitlines() if line.startswith("#")]
    assert len(notes) == 1
    assert "2025-03-01-preview is later than 2024-05-01" in notes[0]


@pytest.mark.parametrize("version", ["2016-07-06", "2023-05-01", "2024-04-30", "2022-08-01-preview"])
def test_an_earlier_version_must_have_been_published(apim: Any, version: str) -> None:
    for path in ("", "/apis/echo-api", f"{PROVIDER}/service"):
        refused = apim("GET", f"{path}?api-version={version}")
        assert (refused.status, refused.code) == (400, "NoRegisteredProviderFound")
        assert "2022-08-01, 2022-09-01-preview" in refused.body["error"]["message"]
    for path in (GROUP, PROVIDER, f"{GROUP}/resources"):
        assert apim("GET", f"{path}?api-version={version}").status == 200


@pytest.mark.parametrize("version", ["2018-01-01", "2019-12-01", "2020-12-01", "2021-08-01", "2023-09-01-preview"])
def test_a_published_version_is_answered(apim: Any, version: str) -> None:
    assert apim("GET", f"?api-version={version}").status == 200
    assert apim("GET", f"/apis?api-version={version}").names == ["echo-api"]
