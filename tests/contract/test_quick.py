"""`drift --quick`: few requests, and no claim about what they can't show."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.conftest import WORKED

if TYPE_CHECKING:
    from tests.conftest import Cloud

OPERATION = "apis/azureml-demo/operations/bes-status"
NOT_COMPARED = {
    "products/starter/policies/policy": "not compared by --quick",
    f"{OPERATION}": "its request: not compared by --quick",
}


def test_a_clean_instance_is_clean_and_the_rest_is_said(worked: Cloud) -> None:
    ran, sent = worked.watched("drift", WORKED, "--quick", "--output", "json")
    assert ran.ended(0).changes == {}
    assert NOT_COMPARED.items() <= ran.left_alone.items()
    # The group, the instance, and the lists of APIs, products, operations and the product's APIs.
    assert [one.method for one in sent] == ["GET"] * 6


def test_what_lists_carry_is_compared(worked: Cloud) -> None:
    worked.arm.edit(OPERATION, lambda properties: properties.update(displayName="Other"))
    worked.arm.put(
        "apis/azureml-demo/operations/sixth", {"properties": {"displayName": "S", "method": "GET", "urlTemplate": "/s"}}
    )
    worked.arm.delete("products/starter/apis/azureml-demo")
    ran = worked("drift", WORKED, "--quick", "--output", "json").ended(2)
    assert ran.actions == {
        "apis/azureml-demo/operations/sixth": "delete",
        OPERATION: "update",
        "products/starter/apis/azureml-demo": "create",
    }
    assert ran.changes[OPERATION] == {"displayName": ("Other", "BES Status")}


def test_what_lists_omit_is_not_guessed_at(worked: Cloud) -> None:
    request = {"description": "changed", "queryParameters": [], "headers": [], "representations": []}
    worked.arm.edit(OPERATION, lambda properties: properties.update(request=request))
    worked.arm.delete("products/starter/policies/policy")
    worked("drift", WORKED, "--quick").ended(0)
    worked("drift", WORKED).ended(2)
