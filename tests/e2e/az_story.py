"""The worked example with the unmodified az CLI, and what provision makes of it; what `make az` runs.

Prints every command as one would type it, and its output. Ends with 1 where a command ends otherwise than it should.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from tests.e2e.story import ROOT, SPEC, say

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

INSTANCE = "-g demoazureml --service-name demoazureml"
API = f"{INSTANCE} --api-id azureml-demo"
BASE = "/workspaces/{workspace}/services/{service}"
OPERATIONS = (
    ("rrs-execute", "RRS Execute", "POST", "/execute?api-version={apiversion}&details={details}"),
    ("bes-submit", "BES Submit", "POST", "/jobs?api-version={apiversion}"),
    ("bes-start", "BES Start", "POST", "/jobs/{jobid}/start?api-version={apiversion}"),
    ("bes-status", "BES Status", "GET", "/jobs/{jobid}?api-version={apiversion}"),
    ("bes-delete", "BES Delete", "DELETE", "/jobs/{jobid}?api-version={apiversion}"),
)
# What `az apim` has no words for: the responses of an operation, and policies. Without places in files.
DRIFT = """\
demoazureml in resource group demoazureml: drift (Azure -> spec)

  ~ apis/azureml-demo/operations/bes-delete
      responses[200]: (none) -> {"statusCode": 200}
  ~ apis/azureml-demo/operations/bes-start
      responses[200]: (none) -> {"statusCode": 200}
  ~ apis/azureml-demo/operations/bes-status
      responses[200]: (none) -> {"statusCode": 200}
  ~ apis/azureml-demo/operations/bes-submit
      responses[200]: (none) -> {"statusCode": 200}
  ~ apis/azureml-demo/operations/rrs-execute
      responses[200]: (none) -> {"statusCode": 200}
  ~ products/starter/policies/policy
      value:
         <policies>
           <inbound>
        -    <base />
             <rate-limit calls="5" renewal-period="60" />
             <quota calls="100" renewal-period="604800" />
        +    <base />
           </inbound>
           <backend>
        ...
             <base />
           </outbound>
        -  <on-error>
        -    <base />
        -  </on-error>
         </policies>

Drift: 6 changed."""


def az_command() -> str | None:
    """The az to tell the story with: $AZ, or the one that `make az` installs; never one that merely is on the path."""
    return shutil.which(os.environ.get("AZ") or str(ROOT / ".venv-az" / "bin" / "az"))


@contextmanager
def azure(folder: Path) -> Iterator[Mapping[str, str]]:
    """The embedded Azure as a server, and the environment that points az to it."""
    command = [sys.executable, "-m", "provision", "emulator", "--tls", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as server:
        assert server.stdout is not None
        try:
            printed = dict(server.stdout.readline().strip().split("=", 1) for _ in range(4))
            own = {"AZURE_CONFIG_DIR": str(folder), "AZURE_CORE_COLLECT_TELEMETRY": "no", "AZURE_CORE_NO_COLOR": "yes"}
            yield {**os.environ, **own, **printed, "AZURE_CORE_OUTPUT": "tsv", "CI": "1"}
        finally:
            server.terminate()


class Story:
    """Runs commands in one environment and ends the process where one ends otherwise than it should."""

    def __init__(self, az: str, environment: Mapping[str, str]) -> None:
        self._az, self._environment = az, environment

    def az(self, line: str, said: str | None = None, *, expect: int = 0) -> None:
        """Run `az LINE`; `said` is what it must print, to the letter."""

        out = self._run(f"az {line}", [self._az, *shlex.split(line)], expect)
        if said is not None and out != said:
            sys.exit(f"the story broke: it should have said\n{said}")

    def provision(self, line: str, *, expect: int = 0) -> str:
        """Run `provision LINE` against the same Azure; what it says."""
        words = [*shlex.split(line), "--endpoint", self._environment["ENDPOINT"]]
        shown = f"provision {line} --endpoint $ENDPOINT"
        return self._run(shown, [sys.executable, "-m", "provision", *words], expect)

    def _run(self, shown: str, command: list[str], expect: int) -> str:
        say(f"\n$ {shown}")
        done = subprocess.run(command, cwd=ROOT, env=self._environment, check=False, capture_output=True, text=True)
        out = done.stdout.strip("\n")
        if out:
            say(out)
        if done.returncode != expect:
            sys.exit(f"the story broke: exit {done.returncode} instead of {expect}\n{done.stderr}")
        return out


def log_in(story: Story, endpoint: str) -> None:
    """Make the embedded Azure a cloud of az, and log in with its managed identity."""
    story.az("version --query '\"azure-cli\"'")
    story.az(f"cloud register -n Embedded --endpoint-resource-manager {endpoint}")
    story.az("cloud set -n Embedded")
    story.az("login --identity --query [].name", "Emulated subscription")
    story.az("account list-locations --query \"[?name=='southcentralus'].displayName\"", "South Central US")
    story.az("provider show -n Microsoft.ApiManagement --query registrationState", "Registered")


def build(story: Story) -> None:
    """The worked example, by hand."""
    story.az("group create -n demoazureml -l southcentralus --query properties.provisioningState", "Succeeded")
    story.az("apim check-name -n demoazureml --query nameAvailable", "true")
    words = "--publisher-name demoazureml --publisher-email admin@example.com --sku-name Developer"
    story.az(f"apim create -g demoazureml -n demoazureml {words} --query provisioningState", "Succeeded")
    story.az("apim wait -g demoazureml -n demoazureml --created")
    story.az("apim check-name -n demoazureml --query reason", "AlreadyExists")
    words = "--display-name 'AzureML Demo API' --service-url https://ussouthcentral.services.azureml.net"
    more = "--path azureml-demo --protocols https --subscription-required true"
    story.az(f"apim api create {API} {words} {more} --query name", "azureml-demo")
    for name, display, method, rest in OPERATIONS:
        parameters = [part.split("}")[0] for part in (BASE + rest).split("{")[1:]]
        given = " ".join(f"-p name={one} type=string required=true" for one in parameters)
        words = f"--operation-id {name} --display-name '{display}' --method {method} --url-template '{BASE}{rest}'"
        story.az(f"apim api operation create {API} {words} {given} --query name", name)
    words = "--description 'For trying things out, with 5 calls a minute and 100 calls a week.' --subscriptions-limit 1"
    story.az(
        f"apim product update {INSTANCE} --product-id starter {words} --state published --query state", "published"
    )
    story.az(f"apim product api add {API} --product-id starter --query name", "azureml-demo")
    story.az(f"apim product api delete {INSTANCE} --product-id starter --api-id echo-api")


def look(story: Story) -> None:
    """Shows and lists."""
    story.az(
        "apim show -g demoazureml -n demoazureml --query [name,location,sku.name]",
        "demoazureml\nSouth Central US\nDeveloper",
    )
    story.az("apim list --query [].name", "demoazureml")
    story.az("resource list -g demoazureml --query [].type", "Microsoft.ApiManagement/service")
    story.az(f"apim api list {INSTANCE} --query [].name", "azureml-demo\necho-api")
    story.az(f"apim api show {API} --query path", "azureml-demo")
    names = "\n".join(sorted(name for name, *_ in OPERATIONS))
    story.az(f"apim api operation list {API} --query 'sort([].name)'", names)
    story.az(f"apim api operation show {API} --operation-id bes-status --query method", "GET")
    story.az(f"apim product list {INSTANCE} --query [].name", "starter\nunlimited")
    story.az(f"apim product show {INSTANCE} --product-id starter --query subscriptionsLimit", "1")
    story.az(f"apim product api list {INSTANCE} --product-id starter --query [].name", "azureml-demo")
    story.az(f"apim product api check {API} --product-id starter", "true")
    story.az(f"apim product api check {API} --product-id unlimited", expect=3)
    story.az(f"apim product show {INSTANCE} --product-id none", expect=3)


def close_the_drift(story: Story) -> None:
    """What az could not say is what provision finds, and closes."""
    said = story.provision(f"drift {SPEC}", expect=2).partition("\nLeft alone")[0]
    if re.sub(r" +specs/\S+:\d+:\d+$", "", said, flags=re.MULTILINE) != DRIFT:
        sys.exit(f"the story broke: the drift should have been\n{DRIFT}")
    story.provision(f"apply {SPEC} --yes --max-update 100")
    story.provision(f"plan {SPEC} --detailed-exitcode")


def change(story: Story) -> None:
    """Named values, backends, revisions, releases, version sets, schemas: made, changed, taken away."""
    value = f"{INSTANCE} --named-value-id greeting"
    story.az(f"apim nv create {value} --display-name greeting --value hello --query value", "hello")
    story.az(f"apim nv update {value} --value goodbye --secret true --query secret", "true")
    story.az(f"apim nv show {value} --query value", "")
    story.az(f"apim nv show-secret {value} --query value", "goodbye")
    story.az(f"apim nv list {INSTANCE} --query [].name", "greeting")
    story.az(f"apim nv delete {value} --yes")
    backend = f"{INSTANCE} --backend-id web"
    story.az(f"apim backend create {backend} --url https://web.example.com --protocol http --query url")
    story.az(f"apim backend update {backend} --description 'The web' --query description", "The web")
    story.az(f"apim backend list {INSTANCE} --query [].name", "web")
    story.az(f"apim backend delete {backend} --yes")
    story.az(
        f"apim api revision create {API} --api-revision 2 --api-revision-description Second --query apiRevision", "2"
    )
    story.az(f"apim api revision list {API} --query [].[apiRevision,isCurrent]", "1\tTrue\n2\tFalse")
    release = f"{API} --release-id second"
    story.az(f"apim api release create {release} --api-revision 2 --notes News --query notes", "News")
    story.az(f"apim api show {API} --query apiRevision", "2")
    story.az(f"apim api release update {release} --notes 'Old news' --query notes", "Old news")
    story.az(f"apim api release list {API} --query [].name", "second")
    story.az(f"apim api release delete {release}")
    versions = f"{INSTANCE} --version-set-id versions"
    story.az(f"apim api versionset create {versions} --display-name Versions --versioning-scheme Segment --query name")
    story.az(f"apim api versionset update {versions} --display-name Version --query displayName", "Version")
    story.az(f"apim api versionset list {INSTANCE} --query [].name", "versions")
    story.az(f"apim api versionset delete {versions}")
    schema = f"{API} --schema-id things"
    kind = "application/vnd.oai.openapi.components+json"
    content = '{"components":{"schemas":{"thing":{"type":"object"}}}}'
    story.az(
        f"apim api schema create {schema} --schema-type {kind} --schema-content '{content}' --query name", "things"
    )
    story.az(f"apim api schema list {API} --query [].name", "things")
    story.az(f"apim api schema delete {schema} --yes")
    story.az("apim update -g demoazureml -n demoazureml --publisher-name Demo --query publisherName", "Demo")


def take_down(story: Story) -> None:
    """Piece by piece, and then for good."""
    story.az(
        f"apim api operation update {API} --operation-id bes-status --display-name State --query displayName", "State"
    )
    story.az(f"apim api operation delete {API} --operation-id bes-delete")
    story.az(f"apim product api delete {API} --product-id starter")
    story.az(f"apim product create {INSTANCE} --product-id trial --product-name Trial --query state", "notPublished")
    story.az(f"apim product delete {INSTANCE} --product-id trial --delete-subscriptions true --yes")
    story.az(f"apim api delete {API} --delete-revisions true --yes")
    story.az(f"apim api list {INSTANCE} --query [].name", "echo-api")
    story.az("apim delete -g demoazureml -n demoazureml --yes")
    story.az("apim show -g demoazureml -n demoazureml", expect=3)
    story.az("apim deletedservice list --query [].name", "demoazureml")
    story.az("apim deletedservice show -l southcentralus -n demoazureml --query location", "South Central US")
    story.az("apim deletedservice purge -l southcentralus -n demoazureml")
    story.az("apim deletedservice list --query [].name", "")
    story.az("group delete -n demoazureml --yes")
    story.az("group exists -n demoazureml", "false")


def main() -> None:
    """Tell it all, in a directory that is gone afterwards."""
    found = az_command()
    if found is None:
        sys.exit("az is not installed: make az")
    with tempfile.TemporaryDirectory() as directory, azure(Path(directory)) as environment:
        story = Story(found, environment)
        log_in(story, environment["ENDPOINT"])
        for chapter in (build, look, close_the_drift, change, take_down):
            chapter(story)
        say("\nThat was all: nothing is left, in Azure or here.")


if __name__ == "__main__":
    main()
