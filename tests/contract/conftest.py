"""Which of the contract runs where."""

from __future__ import annotations

import os

import pytest


@pytest.fixture(autouse=True)
def _only_where_it_can(request: pytest.FixtureRequest) -> None:
    """With PROVISION_CONTRACT_SUBSCRIPTION only the sequences run."""
    if os.environ.get("PROVISION_CONTRACT_SUBSCRIPTION") and "test_sequences" not in request.node.nodeid:
        pytest.skip("needs the embedded Azure: its wire, or another client without an account")
