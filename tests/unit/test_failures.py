"""Errors of the SDK become ours at one border; our own faults stay what they are."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from azure.core import exceptions

from provision import errors
from provision.azure.failures import error_of, translated

if TYPE_CHECKING:
    from collections.abc import Iterator

OWN = (ValueError, TypeError, KeyError, AttributeError, IndexError, AssertionError, RecursionError)


@pytest.mark.parametrize("fault", OWN)
def test_a_fault_of_our_own_is_not_blamed_on_a_proxy(fault: type[Exception]) -> None:
    with pytest.raises(fault, match="ours"), translated("reading x"):
        raise fault("ours")


def every(base: type[Exception]) -> Iterator[type[Exception]]:
    for one in base.__subclasses__():
        yield one
        yield from every(one)


SDK = sorted({one for one in every(exceptions.AzureError) if one.__module__ == exceptions.__name__}, key=str)

OF_ANSWERS = (
    exceptions.ODataV4Error,
    exceptions.ResponseNotReadError,
    exceptions.StreamClosedError,
    exceptions.StreamConsumedError,
)
ANSWER = SimpleNamespace(
    request=SimpleNamespace(method="GET", url="http://x/y"),
    reason="Broken",
    status_code=500,
    headers={},
    content=b"",
    read=lambda: None,
    text=lambda: "",
)


@pytest.mark.parametrize("error", SDK, ids=lambda one: one.__name__)
def test_every_error_of_the_sdk_becomes_one_of_ours(error: type[Exception]) -> None:
    arguments = (
        (None, None) if error is exceptions.TooManyRedirectsError else (ANSWER if error in OF_ANSWERS else "no",)
    )
    with pytest.raises(errors.AzureError, match="reading x"), translated("reading x"):
        raise error(*arguments)


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ({"error": {"code": "A", "message": "b"}}, ("A", "b")),
        (
            {"error": {"code": "A", "message": "b", "details": [{"message": "c"}, None, 3, {"message": "b"}]}},
            ("A", "b c"),
        ),
        ({"error": "forbidden"}, ("", "forbidden")),
        ({"error": ["forbidden"]}, ("", "")),
        ({"error": None}, ("", "")),
        ({"error": {"code": ["A"], "message": {"a": 1}, "details": "x"}}, ("", "")),
        ([], ("", "")),
        (None, ("", "")),
        (7, ("", "")),
    ],
)
def test_an_error_of_any_shape_is_read(body: Any, found: tuple[str, str]) -> None:
    assert error_of(SimpleNamespace(read=lambda: None, content=json.dumps(body).encode())) == found
