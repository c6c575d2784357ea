"""Who would be mailed stands in the log: the templates of developers, the notifications of publishers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from provision.emulator import Emulator, instant

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.emulator.conftest import Arm

ANN = {"firstName": "Ann", "lastName": "Lee", "email": "ann@example.com"}
STARTER = {"displayName": "Mine", "scope": "/products/starter", "ownerId": "/users/ann"}


class Post:
    """What the log says of mail since one last looked."""

    def __init__(self, path: Path) -> None:
        self.path, self.seen = path, 0

    def __call__(self) -> list[str]:
        lines = self.path.read_text("utf-8").splitlines()
        new, self.seen = lines[self.seen :], len(lines)
        assert all(line.startswith("# 2001-02-03T04:05:06Z mail to ") for line in new if line.startswith("# "))
        return [line.removeprefix("# 2001-02-03T04:05:06Z mail to ") for line in new if line.startswith("# ")]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "log"


@pytest.fixture
def mailed(path: Path, client: Any) -> Iterator[Arm]:
    """An instance with a user, of an emulator that logs."""
    with Emulator(log=path) as azure:
        azure.clock.freeze(instant("2001-02-03T04:05:06Z"))
        arm: Arm = client(azure.url)
        arm.ready()
        arm.put("/users/ann", **ANN)
        yield arm


@pytest.fixture
def post(path: Path, mailed: Arm) -> Post:
    found = Post(path)
    assert mailed("GET", "/users/ann").status == 200
    assert found() == []
    return found


def put(arm: Arm, path: str, **props: Any) -> None:
    assert arm("PUT", path, {"properties": props}).status in (200, 201)


def test_nobody_unless_it_is_asked_for(mailed: Arm, post: Post) -> None:
    put(mailed, "/subscriptions/mine", **STARTER)
    put(mailed, "/subscriptions/other?notify=false", **STARTER)
    put(mailed, "/users/bob", **{**ANN, "email": "bob@example.com"})
    mailed("DELETE", "/users/bob", If_Match="*")
    assert post() == []


def test_a_new_subscription(mailed: Arm, post: Post) -> None:
    put(mailed, "/subscriptions/mine?notify=true", **STARTER)
    assert post() == [
        "ann@example.com: New subscription activated (subscriptions/mine)",
        "admin@example.com: New subscriptions (subscriptions/mine)",
    ]
    put(mailed, "/subscriptions/mine?notify=true", **STARTER)
    assert post() == []


def test_a_request_and_its_decision(mailed: Arm, post: Post) -> None:
    put(mailed, "/notifications/RequestPublisherNotificationMessage/recipientEmails/boss@example.com")
    put(mailed, "/users/eve", **{**ANN, "email": "eve@example.com"})
    put(mailed, "/notifications/RequestPublisherNotificationMessage/recipientUsers/eve")
    put(mailed, "/subscriptions/mine?notify=true", **STARTER, state="submitted")
    assert post() == [
        "ann@example.com: Subscription request received (subscriptions/mine)",
        "boss@example.com, eve@example.com: Subscription requests (requiring approval) (subscriptions/mine)",
    ]
    for state, said in (("rejected", ["Subscription request declined"]), ("suspended", [])):
        mailed("PATCH", "/subscriptions/mine?notify=true", {"properties": {"state": state}}, If_Match="*")
        assert post() == [f"ann@example.com: {one} (subscriptions/mine)" for one in said]


def test_copies(mailed: Arm, post: Post) -> None:
    put(mailed, "/notifications/BCC/recipientEmails/archive@example.com")
    put(mailed, "/subscriptions/mine?notify=true", **STARTER)
    first, second = post()
    assert first.startswith("ann@example.com, copies to archive@example.com: New subscription activated")
    assert second.startswith("admin@example.com: New subscriptions")


@pytest.mark.parametrize(
    ("confirmation", "title"),
    [
        ({}, "Developer welcome letter"),
        ({"confirmation": "invite"}, "Invite user"),
        ({"confirmation": "signup"}, "New developer account confirmation"),
    ],
)
def test_a_user_comes_and_goes(mailed: Arm, post: Post, confirmation: dict[str, str], title: str) -> None:
    put(mailed, "/users/bob?notify=true", **{**ANN, "email": "bob@example.com", **confirmation})
    assert post() == [f"bob@example.com: {title} (users/bob)"]
    mailed("DELETE", "/users/bob?notify=true", If_Match="*")
    assert post() == [
        "bob@example.com: Developer farewell letter (users/bob)",
        "admin@example.com: Close account message (users/bob)",
    ]


def test_a_password_that_is_reset(mailed: Arm, post: Post) -> None:
    mailed("POST", "/users/ann/confirmations/password/send", {})
    assert post() == ["ann@example.com: Password reset by an administrator (users/ann)"]


def test_the_same_twice_is_said_twice(mailed: Arm, post: Post) -> None:
    for _ in range(2):
        mailed("POST", "/users/ann/confirmations/password/send", {})
    assert len(post()) == 2
