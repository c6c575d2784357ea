"""`provision emulator` serves the worked example's web service, and says where."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

from provision.emulator.azureml.app import SERVICE, WORKSPACE
from tests.azureml.conftest import VECTOR
from tests.azureml.guide import Guide
from tests.conftest import ROOT, command, environment

if TYPE_CHECKING:
    from collections.abc import Iterator


def lines(process: subprocess.Popen[str]) -> Iterator[tuple[str, str]]:
    assert process.stdout is not None
    for line in process.stdout:
        name, _, value = line.rstrip("\n").partition("=")
        yield name, value
        if name == "AZURE_STORAGE_CONNECTION_STRING":
            return


def test_the_printed_lines_lead_there() -> None:
    """With the key that the environment has for the worked example."""
    process = subprocess.Popen(
        command("emulator", "--port", "0"),
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=environment(AZUREML_KEY="of-my-own"),
    )
    try:
        found = dict(lines(process))
        assert f"BlobEndpoint={found['AZUREML']}/devstoreaccount1;" in found["AZURE_STORAGE_CONNECTION_STRING"]
        assert Guide(found["AZUREML"], "of-my-own", WORKSPACE, SERVICE).score("This is a good day") == [VECTOR]
    finally:
        process.kill()
        process.communicate()
