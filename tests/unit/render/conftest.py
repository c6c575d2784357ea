from __future__ import annotations

import pytest

from provision.address import SERVICE, Address, Scope
from provision.comparison import PropertyChange
from provision.diff import Action, Change
from provision.errors import Mark, Problem, SpecError
from provision.plan import Plan
from provision.report import Outcome, Report, Result
from provision.resource import LeftAlone

SCOPE = Scope("00000000-0000-0000-0000-000000000000", "demoazureml", "demoazureml")
SPEC = "specs/azureml-demo.yaml"
BEFORE = """<policies>
  <inbound>
    <base />
    <rate-limit calls="50" renewal-period="60" />
    <quota calls="100" renewal-period="604800" />
  </inbound>
  <backend>
    <base />
  </backend>
</policies>
"""
AFTER = BEFORE.replace('calls="50"', 'calls="5"')


@pytest.fixture
def plan() -> Plan:
    create = (
        PropertyChange("displayName", None, "AzureML Demo API"),
        PropertyChange("protocols", None, ["https"]),
    )
    along = (Address("apis/old/operations/get"), Address("apis/old/policies/policy"))
    return Plan(
        scope=SCOPE,
        changes=(
            Change(Address("apis/azureml-demo"), Action.CREATE, create, {"properties": {}}, mark=Mark(SPEC, 31, 3)),
            Change(
                Address("apis/azureml-demo/operations/bes-start"),
                Action.UPDATE,
                (PropertyChange("displayName", "Changed", "BES Start"), PropertyChange("description", "x", None)),
                mark=Mark(SPEC, 60, 7),
            ),
            Change(
                Address("products/starter/policies/policy"),
                Action.UPDATE,
                (PropertyChange("value", BEFORE, AFTER),),
                mark=Mark("specs/policies/starter.xml", 1, 1),
            ),
            Change(Address("products/gold"), Action.REPLACE, (), {}, "e", Mark(SPEC, 70, 3), "asked for"),
            Change(
                Address("apis/old"),
                Action.DELETE,
                (PropertyChange("displayName", "Old | <b>", None),),
                because="absent says so",
                takes_along=along,
            ),
        ),
        left_alone=(
            LeftAlone(Address("apis/echo-api"), "made by Azure"),
            LeftAlone(Address("products/unlimited"), "made by Azure"),
            LeftAlone(Address("apis/other"), "not in the spec"),
        ),
        notes=("the list of deleted instances can't be read",),
        managed=20,
    )


@pytest.fixture
def clean() -> Plan:
    return Plan(SCOPE, (), left_alone=(LeftAlone(Address("apis/other"), "not in the spec"),), managed=20)


@pytest.fixture
def report(plan: Plan) -> Report:
    api, operation, policy, product, old = plan.changes
    results = (
        Result(api, Outcome.DONE, "", 0.41234),
        Result(operation, Outcome.FAILED, "ValidationError: the template\nhas | no workspace", 1.2),
        Result(policy, Outcome.STALE, "changed since it was read", 0.2),
        Result(product, Outcome.UNFINISHED, "interrupted", 150.0),
        Result(old, Outcome.SKIPPED, "apis/azureml-demo/operations/bes-start was not done, and it refers to it"),
    )
    return Report(plan, results, interrupted=True)


@pytest.fixture
def service() -> Plan:
    change = Change(SERVICE, Action.CREATE, (PropertyChange("sku.name", None, "Developer"),), mark=Mark(SPEC, 4, 1))
    return Plan(SCOPE, (change,), managed=1, new_instance=True)


@pytest.fixture
def error() -> SpecError:
    second = Problem(Mark(SPEC, 3, 1), "unknown key apiz", "a spec has no such key", "did you mean apis?")
    return SpecError([Problem(Mark("missing.yaml"), "can't be read | 100%"), second])
