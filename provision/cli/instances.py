"""The commands that begin with a live instance; as in `commands`, each imports what it needs when it runs."""
# ruff: noqa: PLC0415, PLR0917

from pathlib import Path
from typing import Annotated

from typer import Argument, Exit, Option

from provision.cli import options as o


def export(
    resource_group: o.Group = "",
    service: o.Service = "",
    out: Annotated[
        Path | None,
        Option("--out", metavar="FILE|FOLDER", help="Write files, policies apart.  [default: all of it to stdout]"),
    ] = None,
    split: Annotated[bool, Option("--split", help="A folder for each API; --out names the folder of all.")] = False,
    adopt: Annotated[
        Path | None,
        Option("--adopt", metavar="SPEC", help="Complete this spec from its instance instead; it stays as it is."),
    ] = None,
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

    x.check(resource_group, service, adopt, split=split, chosen=bool(include or exclude))
    place = x.place(out, split=split)
    choice = x.choice(include, exclude)
    with opened(cloud, subscription, endpoint, state, timeout, x.tell) as where:
        if adopt:
            raise Exit(x.adopted(adopt, out, where))
        found = x.found(where, resource_group, service, choice)
    raise Exit(x.written(found, place))


def compare(
    first: Annotated[str, Argument(metavar="A", help="GROUP/SERVICE, or a SPEC.", show_default=False)],
    second: Annotated[str, Argument(metavar="B", help="The same: what A is held against.", show_default=False)],
    overlay: o.Overlay = None,
    cloud: o.Cloud = "azure",
    subscription: o.Subscription = None,
    endpoint: o.Endpoint = None,
    state: o.State = None,
    timeout: o.Timeout = None,
    output: o.Output = "text",
    report: o.Reports = None,
) -> None:
    """Show how two live instances, or an instance and a spec, differ: exit 0 if not, 2 if so. Only reads."""
    from provision.cli import comparing as x
    from provision.cli.output import Output, Verb
    from provision.cli.where import opened

    with Output(output, report, Verb.COMPARE) as to:
        sides = x.sides((first, second), overlay, to)
        with opened(cloud, subscription, endpoint, state, timeout, to.note) as where:
            plan = x.compared(sides, where)
            to.plans([plan])
    raise Exit(to.code(2 if plan.changes else 0))
