"""The commands that begin with a live instance; as in `commands`, each imports what it needs when it runs."""
# ruff: noqa: PLC0415, PLR0917

from pathlib import Path
from typing import Annotated

from typer import Exit, Option

from provision.cli import options as o


def export(
    resource_group: o.Group,
    service: o.Service,
    out: Annotated[
        Path | None,
        Option("--out", metavar="FILE|FOLDER", help="Write files, policies apart.  [default: all of it to stdout]"),
    ] = None,
    split: Annotated[bool, Option("--split", help="A folder for each API; --out names the folder of all.")] = False,
    include: o.Only = None,
    exclude: o.Without = None,
    cloud: o.Cloud = "azure",
    subscription: o.Subscription = None,
    endpoint: o.Endpoint = None,
    state: o.State = None,
    timeout: o.Timeout = None,
) -> None:
    """Write a live instance as a spec, whose plan is empty. Only reads."""
    from provision.cli import exporting as x
    from provision.cli.where import opened

    place = x.place(out, split=split)
    choice = x.choice(include, exclude)
    with opened(cloud, subscription, endpoint, state, timeout, x.tell) as where:
        found = x.found(where, resource_group, service, choice)
    raise Exit(x.written(found, place))
