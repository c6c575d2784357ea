"""The command line's options, each written once."""

import re
from pathlib import Path
from types import MappingProxyType
from typing import Annotated

from typer import Argument, BadParameter, Option

_UNITS = MappingProxyType({"s": 1, "m": 60, "h": 3600})


def _duration(text: str) -> float:
    """Seconds of a length of time such as 90s, 30m or 1h30m. Raises BadParameter."""
    parts = re.findall(r"([0-9]{1,9})([smh])", text)
    seconds = sum(int(number) * _UNITS[unit] for number, unit in parts)
    if "".join(number + unit for number, unit in parts) != text:
        raise BadParameter(f"{text!r} is no length of time: write one like 90s, 30m or 3h")
    if not seconds:
        raise BadParameter(f"{text} leaves no time for anything: write more than 0s")
    return float(seconds)


Specs = Annotated[list[Path], Argument(metavar="SPEC...", help="Specs, each of one instance.", show_default=False)]
SpecsOrPlan = Annotated[
    list[Path], Argument(metavar="SPEC...|PLAN.json", help="Specs, or one saved plan.", show_default=False)
]
Saved = Annotated[Path, Argument(metavar="PLAN.json", help="What plan --out wrote.", show_default=False)]
Overlay = Annotated[
    list[Path] | None,
    Option("--overlay", metavar="FILE", help="Laid over every spec; repeatable.", show_default=False),
]
Cloud = Annotated[
    str, Option("--cloud", envvar="PROVISION_CLOUD", metavar="azure|usgov|china|local", help="Which Azure.")
]
Subscription = Annotated[
    str | None,
    Option("--subscription-id", envvar="AZURE_SUBSCRIPTION_ID", metavar="ID", help="The Azure subscription."),
]
Endpoint = Annotated[
    str | None, Option("--endpoint", metavar="URL", help="An ARM endpoint of one's own, such as an emulator's.")
]
State = Annotated[
    Path | None,
    Option(
        "--state",
        metavar="FILE",
        help="State of the embedded Azure.  [default: $XDG_STATE_HOME/provision/local.sqlite3]",
    ),
]
Output = Annotated[
    str, Option("--output", "-o", metavar="FORMAT", help="Of stdout: text, json, markdown, junit, github.")
]
Reports = Annotated[
    list[str] | None,
    Option("--report", metavar="FORMAT=FILE", help="Also write this format to a file; repeatable.", show_default=False),
]
Target = Annotated[
    list[str] | None,
    Option("--target", metavar="ADDRESS", help="Only this and what it needs; repeatable.", show_default=False),
]
Exclude = Annotated[
    list[str] | None,
    Option("--exclude", metavar="ADDRESS", help="Not this, nor what needs it; repeatable.", show_default=False),
]
Replace = Annotated[
    list[str] | None,
    Option("--replace", metavar="ADDRESS", help="Delete and create anew; repeatable.", show_default=False),
]
Group = Annotated[str, Option("--resource-group", "-g", metavar="GROUP", help="The instance's resource group.")]
Service = Annotated[str, Option("--service", "-s", metavar="NAME", help="The instance.")]
Only = Annotated[
    list[str] | None,
    Option("--include", metavar="ADDRESS", help="Only this, such as 'apis/team-*'; repeatable.", show_default=False),
]
Without = Annotated[
    list[str] | None,
    Option("--exclude", metavar="ADDRESS", help="Not this, such as 'products/*'; repeatable.", show_default=False),
]
Rotate = Annotated[
    list[str] | None,
    Option("--rotate", metavar="ADDRESS", help="Send its secrets again; takes *; repeatable.", show_default=False),
]
VerifySecrets = Annotated[
    bool, Option("--verify-secrets", help="Ask Azure for secrets and compare them: needs a role that may do so.")
]
Restore = Annotated[bool, Option("--restore", help="Bring a soft-deleted instance of this name back.")]
PurgeFirst = Annotated[bool, Option("--purge-first", help="Remove a soft-deleted instance of this name for good.")]
MaxDelete = Annotated[
    int | None,
    Option("--max-delete", metavar="N", min=0, help="Stop where more would be deleted.", show_default=False),
]
MaxUpdate = Annotated[
    int,
    Option(
        "--max-update",
        metavar="PERCENT",
        min=0,
        max=100,
        help="Stop where more would be updated (from 10 resources on).",
    ),
]
Timeout = Annotated[
    float | None,
    Option(
        "--timeout",
        metavar="DURATION",
        parser=_duration,
        help="End one operation, or one wait without progress, after this.  [default: 3h for an instance, else 30m]",
        show_default=False,
    ),
]
Yes = Annotated[bool, Option("--yes", "-y", help="Do not ask.")]
DeleteSubscriptions = Annotated[
    bool, Option("--delete-subscriptions", help="Subscriptions of users may be deleted with what they subscribe to.")
]

# Of the embedded Azure as a server.
Port = Annotated[int, Option("--port", min=0, max=65535, help="0: any free one.")]
Kept = Annotated[
    Path | None, Option("--state", metavar="FILE", help="Keep the state in this file.  [default: in memory]")
]
Latency = Annotated[float, Option("--latency", metavar="SECONDS", min=0, help="Added to every answer.")]
Tls = Annotated[bool, Option("--tls", help="https; the printed lines point az and the SDKs to it.")]
CreatePolls = Annotated[
    int | None,
    Option("--create-polls", metavar="N", min=0, help="Polls until an instance is created.  [default: as --lro-polls]"),
]
CreateSeconds = Annotated[
    float | None,
    Option(
        "--create-seconds",
        metavar="SECONDS",
        min=0,
        help="How long creating an instance takes at least.  [default: as --lro-seconds]",
    ),
]
LroPolls = Annotated[
    int, Option("--lro-polls", metavar="N", min=0, help="Polls until a long-running operation has ended.")
]
LroSeconds = Annotated[
    float, Option("--lro-seconds", metavar="SECONDS", min=0, help="How long such an operation takes at least.")
]
Clock = Annotated[
    str | None,
    Option("--clock", metavar="INSTANT", help="Stop the clock at, say, 2001-02-03T04:05:06Z.", show_default=False),
]
Throttle = Annotated[str, Option("--throttle", metavar="azure|off", help="Refuse requests as often as Azure does.")]
Host = Annotated[str, Option("--host", metavar="ADDRESS", help="Bind this address instead of loopback.")]
AllowHost = Annotated[
    list[str] | None,
    Option("--allow-host", metavar="NAME", help="Answer requests for this host too; may be given again."),
]
Log = Annotated[Path | None, Option("--log", metavar="FILE", help="Append a line per request.", show_default=False)]
AzuremlPort = Annotated[
    int,
    Option(
        "--azureml-port",
        min=0,
        max=65535,
        help="Of the example's web service and its blobs; 10000 is where clients look for UseDevelopmentStorage=true.",
    ),
]
Faults = Annotated[
    Path | None, Option("--faults", metavar="FILE", help="A script of faults, in JSON.", show_default=False)
]
PortalPort = Annotated[int, Option("--portal-port", min=0, max=65535, help="Of the developer portal.")]
GatewayPort = Annotated[int, Option("--gateway-port", min=0, max=65535, help="Of the gateway; 0: any free one.")]
StrictPolicies = Annotated[
    bool, Option("--strict-policies", help="Refuse a policy that the gateway could not execute when it is put.")
]
