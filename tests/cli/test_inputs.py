"""Specs that come from stdin or a pipe, and what is said of specs that are right and could be better."""

from __future__ import annotations

import io
import os
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.conftest import ROOT, WORKED, Arm, command, environment, here, writes

if TYPE_CHECKING:
    from tests.conftest import Cloud, Ran

HEAD = """\
spec: 1
resourceGroup: {name: demo, location: westeurope}
service: {name: demo, sku: {name: Developer, capacity: 1}, publisherName: Demo, publisherEmail: a@example.com}
"""
POLICY = "<policies><inbound><base /></inbound></policies>"
WITH_POLICY = HEAD + "products: {gold: {displayName: Gold, policy: policies/gold.xml}}\n"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("policies").mkdir()
    Path("policies/gold.xml").write_text(POLICY, "utf-8")
    return tmp_path


def piped(cloud: Cloud, text: str, *words: str, monkeypatch: pytest.MonkeyPatch) -> Ran:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
    return cloud(*words)


def test_every_command_that_takes_a_spec_takes_stdin(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(WITH_POLICY.encode())))
    assert here("validate", "-").ended(0).out == "<stdin>: valid, 4 resources\n"
    for words, code in (
        (("plan", "-", "--detailed-exitcode"), 2),
        (("apply", "-", "--yes"), 0),
        (("drift", "-"), 0),
        (("destroy", "-", "--yes"), 0),
    ):
        piped(cloud, WITH_POLICY, *words, monkeypatch=monkeypatch).ended(code)


def test_problems_of_stdin_have_their_place(monkeypatch: pytest.MonkeyPatch) -> None:
    text = HEAD + "products:\n  gold:\n    displayName: Gold\n    policy: |\n      <policies>\n        <inbound>\n"
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
    assert here("validate", "-").ended(1).err.startswith("<stdin>:9:9: <inbound> is never closed")


def shell(text: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    words = " ".join(command())
    return subprocess.run(
        ["bash", "-c", text.replace("provision", words)],
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
        env=environment(PYTHONPATH=str(ROOT)),
    )


def test_pipes_of_the_shell_are_read_once(cloud: Cloud) -> None:
    Path("spec.yaml").write_text(WITH_POLICY, "utf-8")
    assert shell("provision validate /dev/stdin", WITH_POLICY).stdout == "/dev/stdin: valid, 4 resources\n"
    found = shell("provision validate <(cat spec.yaml) --overlay <(echo 'products: {gold: {state: published}}')")
    assert found.stdout.endswith(": valid, 4 resources\n"), found.stderr
    where = f"--endpoint {cloud.emulator.url}"
    done = shell(f"provision apply <(cat spec.yaml) {where} --yes")
    assert done.returncode == 0, done.stderr
    assert shell(f"provision drift <(cat spec.yaml) {where}").returncode == 0
    bad = shell("provision validate <(sed 's/policy: .*xml/policy: <policies><inbound><policies>/' spec.yaml)")
    assert "is never closed" in bad.stderr


def test_a_saved_plan_may_come_through_a_pipe(cloud: Cloud) -> None:
    Path("spec.yaml").write_text(WITH_POLICY, "utf-8")
    cloud("plan", "spec.yaml", "--out", "plan.json").ended(0)
    done = shell(f"provision apply <(cat plan.json) --endpoint {cloud.emulator.url}")
    assert done.returncode == 0, done.stderr
    refused = shell("provision validate <(cat plan.json)")
    assert refused.returncode == 64
    assert "is a saved plan" in refused.stderr


def test_stdin_is_there_once() -> None:
    assert here("validate", "-", "-").ended(64).err == "- is stdin, and there is one of it\n"
    assert here("validate", "-", "--overlay", "-").ended(64).err == "- is stdin, and there is one of it\n"


def test_a_closed_stdin_is_an_error() -> None:
    found = shell("provision validate - <&-")
    assert found.returncode == 1
    assert found.stderr.startswith("<stdin>: ")
    assert "Traceback" not in found.stderr


def test_keys_that_begin_with_x_are_free() -> None:
    free = "x-any: [{no: {matter: what}}]\nx-defaults: &defaults {subscriptionRequired: false, state: published}\n"
    Path("spec.yaml").write_text(HEAD + free + "products: {gold: {<<: *defaults, displayName: Gold}}\n", "utf-8")
    here("validate", "spec.yaml").ended(0)
    Path("spec.yaml").write_text(HEAD + "products: {gold: {x-mine: 1, displayName: Gold}}\n", "utf-8")
    assert "unknown key 'x-mine'" in here("validate", "spec.yaml").ended(1).err


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (
            "apis:\n  a: {displayName: A, path: x, serviceUrl: 7}\n  b: {displayName: B, path: x}\n",
            ["5:44: serviceUrl must be a text", "6:29: the same path as apis/a"],
        ),
        (
            "apis:\n  a: {displayName: A, path: x, serviceUrl: '${NOPE}'}\n  b: {displayName: B, path: x, prot: 1}\n",
            ["5:45: the variable NOPE is not set", "6:29: the same path as apis/a", "6:32: unknown key 'prot'"],
        ),
        (
            "apis:\n  a: {displayName: A, path: '${NOPE}', serviceUrl: u}\n  b: {displayName: B, path: x, path: y}\n",
            ["5:30: the variable NOPE is not set", "5:52: 'u' is no URL", '6:32: the key "path" is here twice'],
        ),
        (
            "products: {p: {displayName: P, state: '${NOPE}', policy: 'policies/${NOPE}.xml', apis: ['${NOPE}']}}\n",
            ["4:40: the variable NOPE", "4:68: the variable NOPE", "4:90: the variable NOPE"],
        ),
        (
            (
                "apis:\n  a:\n    displayName: A\n    path: x\n    operations:\n"
                "      g: {displayName: G, method: 7, urlTemplate: '/a/{x}/${NOPE}', templateParameters: [{name: x}]}\n"
                "      h: {displayName: G, method: GET, urlTemplate: a}\n"
            ),
            ["9:35: method must be a text", "9:59: the variable NOPE is not set", "10:53: 'a' is no URL template"],
        ),
    ],
)
def test_everything_that_is_wrong_is_said_in_one_round(body: str, told: list[str]) -> None:
    Path("spec.yaml").write_text(HEAD + body, "utf-8")
    lines = here("validate", "spec.yaml").ended(1).err.splitlines()
    assert [line.removeprefix("spec.yaml:")[: len(start)] for line, start in zip(lines, told, strict=True)] == told


def test_an_overlay_that_removes_nothing_is_told() -> None:
    Path("spec.yaml").write_text(WITH_POLICY, "utf-8")
    Path("overlay.yaml").write_text("products: {gold: {polic: null, policy: null}, silver: null}\n", "utf-8")
    ran = here("validate", "spec.yaml", "--overlay", "overlay.yaml").ended(0)
    why = "null in an overlay removes a key"
    assert ran.err.splitlines() == [
        f"overlay.yaml:1:19: warning: there is no 'polic' to remove · {why} · did you mean policy?",
        f"overlay.yaml:1:47: warning: there is no 'silver' to remove · {why} · known: gold",
    ]


REFERRING = """\
<policies>
  <inbound>
    <base />
    <set-header name="x"><value>{{tok}}</value></set-header>
    <include-fragment fragment-id="common" />
  </inbound>
</policies>
"""
NAMED_VALUES = "/service/demo/namedValues"
TOK = {"properties": {"displayName": "Tok", "value": "x"}}
FRAGMENT = {"properties": {"format": "rawxml", "value": "<fragment />"}}


def fill(cloud: Cloud) -> None:
    """Somebody else makes what REFERRING refers to."""
    arm = Arm(cloud.emulator.url, group="demo", service="demo")
    arm.put("namedValues/6650", TOK)
    arm.put("policyFragments/common", FRAGMENT)


def test_what_policies_refer_to_is_warned_of_offline_and_by_nothing_that_looks(cloud: Cloud) -> None:
    Path("spec.yaml").write_text(WITH_POLICY, "utf-8")
    cloud("apply", "spec.yaml", "--yes").ended(0)
    Path("policies/gold.xml").write_text(REFERRING, "utf-8")
    why = "whether that is there can't be known offline · plan looks it up"
    assert here("validate", "spec.yaml").ended(0).err.splitlines() == [
        f"policies/gold.xml:4:33: warning: this refers to the named value 'tok' · {why}",
        f"policies/gold.xml:5:5: warning: this refers to the policy fragment 'common' · {why}",
    ]
    assert "warning" not in cloud("drift", "spec.yaml").ended(2).err
    for verb in ("plan", "apply"):
        ran, sent = cloud.watched(verb, "spec.yaml", *(("--yes",) if verb == "apply" else ()))
        assert writes(sent) == []
        assert "policies/gold.xml:4:33: there is no named value 'tok'" in ran.ended(1).err
        assert "warning" not in ran.err
        assert len([one for one in sent if NAMED_VALUES in one.path]) == 1
    fill(cloud)
    assert "warning" not in cloud("apply", "spec.yaml", "--yes").ended(0).err
    cloud("drift", "spec.yaml").ended(0)


def test_a_list_of_what_policies_refer_to_that_cannot_be_read_stops_everything(cloud: Cloud) -> None:
    Path("spec.yaml").write_text(WITH_POLICY, "utf-8")
    cloud("apply", "spec.yaml", "--yes").ended(0)
    Path("policies/gold.xml").write_text(REFERRING.replace("{{tok}}", "none"), "utf-8")
    cloud.fault("GET", "/service/demo/policyFragments$", 403, "AuthorizationFailed", times=99)
    for verb in ("plan", "drift", "apply"):
        assert "AuthorizationFailed" in cloud(verb, "spec.yaml").ended(1).err


def test_a_new_instance_is_made_without_what_refers_to_something_in_it(cloud: Cloud) -> None:
    Path("spec.yaml").write_text(WITH_POLICY, "utf-8")
    Path("policies/gold.xml").write_text(REFERRING, "utf-8")
    told = "create it first, in an instance made with --exclude of what refers to it"
    assert told in cloud("apply", "spec.yaml", "--yes").ended(1).err
    cloud("apply", "spec.yaml", "--yes", "--exclude", "products/gold/policies/policy").ended(0)
    fill(cloud)
    cloud("apply", "spec.yaml", "--yes").ended(0)


CERTIFICATE = """\
spec: 1
resourceGroup: {name: demo, location: westeurope}
service:
  name: demo
  sku: {name: Developer, capacity: 1}
  publisherName: Demo
  publisherEmail: a@example.com
  certificates:
    - {storeName: Root, encodedCertificate: "${secret:CERTIFICATE}", certificatePassword: PASSWORD}
"""


@pytest.mark.parametrize("value", ["hunter2hunter2", '"${PLAIN}"', '"${PLAIN:-hunter2}"'])
def test_a_secret_in_clear_is_warned_of_by_every_command(
    cloud: Cloud, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CERTIFICATE", "MIIC-certificate")
    monkeypatch.setenv("PLAIN", "hunter2-plain")
    Path("spec.yaml").write_text(CERTIFICATE.replace("PASSWORD", value), "utf-8")
    start = (
        "spec.yaml:9:91: warning: certificatePassword is a secret, and stands in the spec · give it as ${secret:NAME}"
    )
    for ran in (here("validate", "spec.yaml"), cloud("plan", "spec.yaml"), cloud("drift", "spec.yaml")):
        assert next(line for line in ran.err.splitlines() if "warning" in line).startswith(start)
        assert "hunter2" not in ran.err
    Path("spec.yaml").write_text(CERTIFICATE.replace("PASSWORD", '"${secret:PLAIN}"'), "utf-8")
    assert here("validate", "spec.yaml").ended(0).err == ""


def test_a_plan_with_a_secret_in_clear_is_not_saved(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CERTIFICATE", "MIIC-certificate")
    Path("spec.yaml").write_text(CERTIFICATE.replace("PASSWORD", "hunter2hunter2"), "utf-8")
    ran = cloud("plan", "spec.yaml", "--out", "plan.json", "--output", "json").ended(1)
    (problem,) = ran.document["error"]["problems"]
    assert (problem["file"], problem["line"], problem["column"]) == ("spec.yaml", 9, 91)
    assert (problem["why"], problem["fix"][:27]) == (
        "a saved plan would hold it in clear",
        "give it as ${secret:NAME}: ",
    )
    assert not Path("plan.json").exists()
    monkeypatch.setenv("PASSWORD", "hunter2hunter2")
    Path("spec.yaml").write_text(CERTIFICATE.replace("PASSWORD", '"${secret:PASSWORD}"'), "utf-8")
    cloud("plan", "spec.yaml", "--out", "plan.json").ended(0)
    assert "hunter2" not in Path("plan.json").read_text("utf-8")


def test_a_reference_to_a_secret_in_a_policy_file_is_an_error() -> None:
    Path("spec.yaml").write_text(WITH_POLICY, "utf-8")
    text = POLICY.replace("<base />", '\n<set-header name="k"><value>${secret:KEY}</value></set-header>\n')
    Path("policies/gold.xml").write_text(text, "utf-8")
    (said,) = here("validate", "spec.yaml").ended(1).err.splitlines()
    assert said.startswith("policies/gold.xml:2:29: ${secret:KEY} stands in a policy file · a file is sent as it is")
    assert "inline" in said
    assert "named value" in said


def test_the_worked_example_warns_of_nothing() -> None:
    assert here("validate", os.path.relpath(WORKED)).ended(0).err == ""


def test_warnings_may_be_errors(tmp_path: Path) -> None:
    text = Path(WORKED).read_text("utf-8")
    sku = "  sku: {name: Developer, capacity: 1}\n"
    assert sku in text
    certificate = "  certificates: [{storeName: Root, encodedCertificate: MIIB}]\n"
    path = tmp_path / "spec.yaml"
    path.write_text(text.replace(sku, sku + certificate).replace("policies/starter.xml", "<policies />"), "utf-8")
    here("validate", str(path)).ended(0)
    assert "warning: encodedCertificate is a secret" in here("validate", str(path), "--warnings-as-errors").ended(1).err
    here("validate", WORKED, "--warnings-as-errors").ended(0)


def test_what_azure_may_not_take_of_a_policy_is_warned_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    quota = '<policies>\n  <inbound>\n    <quota calls="1" renewal-period="1" />\n  </inbound>\n</policies>\n'
    Path("quota.xml").write_text(quota, "utf-8")
    Path("spec.yaml").write_text(
        "spec: 1\nresourceGroup: {name: g, location: eastus}\n"
        "service: {name: s, sku: {name: Developer, capacity: 1}, publisherName: P, publisherEmail: p@example.com}\n"
        "products: {gold: {displayName: Gold, policy: quota.xml}}\n"
        "apis:\n  a: {displayName: A, path: a, policy: quota.xml}\n  b: {displayName: B, path: b, policy: quota.xml}\n"
        "  c:\n    displayName: C\n    path: c\n    policy: |\n      <policies><inbound>\n"
        "        <set-heder /></inbound></policies>\n",
        "utf-8",
    )
    assert here("validate", "spec.yaml").ended(0).err.splitlines() == [
        (
            "quota.xml:3:5: warning: <quota> stands in a policy of scope API · it is documented for the scopes product "
            "· move it there"
        ),
        (
            "spec.yaml:13:9: warning: <set-heder> is no policy that is known · the documentation doesn't name it, "
            "though Azure may have it by now · did you mean <set-header>?"
        ),
    ]
    here("validate", "spec.yaml", "--warnings-as-errors").ended(1)
