"""The commands: options -> one call -> render -> exit code.

Each imports what it needs when it runs: `--help` and `validate` start without azure.
"""
# ruff: noqa: PLC0415, PLR0917

import sys
from pathlib import Path
from typing import Annotated

from typer import Argument, Context, Exit, Option

from provision.cli import options as o


def validate(
    specs: o.Specs,
    overlay: o.Overlay = None,
    warnings_as_errors: Annotated[
        bool, Option("--warnings-as-errors", help="Exit 1 where there is anything to warn of.")
    ] = False,
) -> None:
    """Check specs offline: syntax, types, references, policies."""
    from provision.cli.steps import validated

    raise Exit(validated(specs, overlay, strictly=warnings_as_errors))


def plan(
    specs: o.Specs,
    overlay: o.Overlay = None,
    cloud: o.Cloud = "azure",
    subscription: o.Subscription = None,
    endpoint: o.Endpoint = None,
    state: o.State = None,
    timeout: o.Timeout = None,
    output: o.Output = "text",
    report: o.Reports = None,
    target: o.Target = None,
    exclude: o.Exclude = None,
    replace: o.Replace = None,
    rotate: o.Rotate = None,
    verify_secrets: o.VerifySecrets = False,
    restore: o.Restore = False,
    purge_first: o.PurgeFirst = False,
    delete_subscriptions: o.DeleteSubscriptions = False,
    max_delete: o.MaxDelete = None,
    max_update: o.MaxUpdate = 30,
    out: Annotated[Path | None, Option("--out", metavar="FILE", help="Save the plan, for apply.")] = None,
    detailed_exitcode: Annotated[
        bool, Option("--detailed-exitcode", help="Exit 2 where changes are pending, 4 where a guard would stop them.")
    ] = False,
) -> None:
    """Show what apply would do. Changes nothing."""
    from provision.cli import steps
    from provision.cli.foretelling import say_guards
    from provision.cli.output import Output, Verb, saving
    from provision.cli.where import opened

    limits = (max_delete, max_update)
    wishes = steps.wishes(target, exclude, replace, restore, purge_first, delete_subscriptions, limits)
    wishes = steps.with_secrets(wishes, rotate, verify=verify_secrets)
    with Output(output, report, Verb.PLAN) as to, saving(out) as file:
        every = steps.wanted(specs, overlay, to)
        if out:
            steps.savable(every)
        with opened(cloud, subscription, endpoint, state, timeout, to.note) as where:
            jobs = steps.planned(every, where, wishes, to, read_only=True)
            stopped = say_guards(jobs, to)
            to.plans([job.plan for job in jobs])
            if file and not to.failed:
                steps.save(file, jobs, where)
    pending = 4 if stopped else 2 if any(job.plan.changes for job in jobs) else 0
    raise Exit(to.code(pending if detailed_exitcode else 0))


def apply(
    context: Context,
    specs: o.SpecsOrPlan,
    overlay: o.Overlay = None,
    cloud: o.Cloud = "azure",
    subscription: o.Subscription = None,
    endpoint: o.Endpoint = None,
    state: o.State = None,
    timeout: o.Timeout = None,
    output: o.Output = "text",
    report: o.Reports = None,
    target: o.Target = None,
    exclude: o.Exclude = None,
    replace: o.Replace = None,
    rotate: o.Rotate = None,
    restore: o.Restore = False,
    purge_first: o.PurgeFirst = False,
    delete_subscriptions: o.DeleteSubscriptions = False,
    max_delete: o.MaxDelete = None,
    max_update: o.MaxUpdate = 30,
    yes: o.Yes = False,
) -> None:
    """Make Azure what the specs say, or carry out a saved plan."""
    from provision.cli import steps
    from provision.cli.carrying import carried_out
    from provision.cli.output import Output, Verb
    from provision.cli.where import opened

    limits = (max_delete, max_update)
    wishes = steps.wishes(target, exclude, replace, restore, purge_first, delete_subscriptions, limits)
    wishes = steps.with_secrets(wishes, rotate)
    with Output(output, report, Verb.APPLY, context.obj) as to:
        given = steps.inputs(specs)
        saved = steps.saved(given, overlay, wishes, to)
        every = [] if saved else steps.wanted(given, overlay, to)
        with opened(cloud, subscription, endpoint, state, timeout, to.note) as where:
            jobs = steps.resumed(saved, where, to) if saved else steps.planned(every, where, wishes, to)
            code = carried_out(jobs, to, yes=yes or bool(saved))
    raise Exit(code)


def drift(
    specs: o.Specs,
    overlay: o.Overlay = None,
    cloud: o.Cloud = "azure",
    subscription: o.Subscription = None,
    endpoint: o.Endpoint = None,
    state: o.State = None,
    timeout: o.Timeout = None,
    output: o.Output = "text",
    report: o.Reports = None,
    target: o.Target = None,
    exclude: o.Exclude = None,
    verify_secrets: o.VerifySecrets = False,
    quick: Annotated[bool, Option("--quick", help="Compare what lists carry, and say what was not compared.")] = False,
    undeclared: Annotated[
        bool, Option("--undeclared", help="List what the instance holds and no spec declares: exit 2 for that, too.")
    ] = False,
) -> None:
    """Tell whether Azure still is what the specs say: exit 0 if so, 2 if not. Only reads."""
    from provision.cli import steps
    from provision.cli.foretelling import say_unfounded
    from provision.cli.output import Output, Verb
    from provision.cli.where import opened

    wishes = steps.with_secrets(steps.wishes(target, exclude), verify=verify_secrets, quick=quick)
    with Output(output, report, Verb.DRIFT) as to:
        every = steps.wanted(specs, overlay, to)
        with opened(cloud, subscription, endpoint, state, timeout, to.note) as where:
            jobs = steps.planned(every, where, wishes, to, read_only=True, quick=quick, undeclared=undeclared)
            say_unfounded(jobs, to)
            to.plans([job.plan for job in jobs])
    raise Exit(to.code(2 if any(job.plan.differs for job in jobs) else 0))


def destroy(
    context: Context,
    specs: o.Specs,
    overlay: o.Overlay = None,
    cloud: o.Cloud = "azure",
    subscription: o.Subscription = None,
    endpoint: o.Endpoint = None,
    state: o.State = None,
    timeout: o.Timeout = None,
    output: o.Output = "text",
    report: o.Reports = None,
    purge: Annotated[bool, Option("--purge", help="Also free the name, which Azure holds for 48 hours.")] = False,
    with_undeclared: Annotated[
        bool, Option("--with-undeclared", help="Also where the instance holds what the spec does not declare.")
    ] = False,
    delete_subscriptions: o.DeleteSubscriptions = False,
    max_delete: o.MaxDelete = None,
    yes: o.Yes = False,
) -> None:
    """Tear down what the specs declare, in reverse order."""
    from provision.cli import steps
    from provision.cli.carrying import carried_out
    from provision.cli.output import Output, Verb
    from provision.cli.where import opened
    from provision.teardown import Consent

    consent = Consent(with_undeclared, delete_subscriptions, purge)
    with Output(output, report, Verb.DESTROY, context.obj) as to:
        every = steps.wanted(specs, overlay, to)
        with opened(cloud, subscription, endpoint, state, timeout, to.note) as where:
            jobs = steps.planned_teardown(every, where, consent, max_delete, to)
            code = carried_out(jobs, to, yes=yes)
    raise Exit(code)


def show(plan_file: o.Saved, output: o.Output = "text", report: o.Reports = None) -> None:
    """Show a saved plan. Needs neither Azure nor the plan's secrets."""
    from provision import plan_file as files
    from provision.cli.output import Output, Verb
    from provision.guards import bounded

    with Output(output, report, Verb.PLAN) as to:
        to.plans([bounded(entry.plan) for entry in files.load(plan_file, None)])


def schema(
    out: Annotated[Path | None, Argument(metavar="[FILE]", show_default=False)] = None,
    markdown: Annotated[bool, Option("--markdown", help="The reference of all kinds, to be read.")] = False,
) -> None:
    """Print the JSON Schema of specs, for editors, or write it to a file."""
    from provision.cli.output import write
    from provision.schema.editors import json_schema
    from provision.schema.reference import markdown as reference

    text = reference() if markdown else json_schema()
    if out:
        write(out, text)
    else:
        sys.stdout.write(text)


def emulator(
    port: o.Port = 8080,
    state: o.Kept = None,
    latency: o.Latency = 0.0,
    tls: o.Tls = False,
    create_polls: o.CreatePolls = None,
    create_seconds: o.CreateSeconds = None,
    lro_polls: o.LroPolls = 1,
    lro_seconds: o.LroSeconds = 0.0,
    clock: o.Clock = None,
    throttle: o.Throttle = "off",
    faults: o.Faults = None,
    host: o.Host = "127.0.0.1",
    allow_host: o.AllowHost = None,
    log: o.Log = None,
    gateway_port: o.GatewayPort = 0,
    strict_policies: o.StrictPolicies = False,
    azureml_port: o.AzuremlPort = 0,
    portal_port: o.PortalPort = 0,
) -> None:
    """Run the embedded Azure as a server, until Ctrl-C."""
    from provision.cli.interrupts import ended
    from provision.cli.where import embedded

    stopped = ended()
    with embedded(
        clock,
        faults,
        state=state,
        host=host,
        port=port,
        azureml_port=azureml_port,
        portal_port=portal_port,
        allow_hosts=allow_host or (),
        log=log,
        latency=latency,
        tls=tls,
        create_polls=create_polls,
        create_seconds=create_seconds,
        lro_polls=lro_polls,
        lro_seconds=lro_seconds,
        throttle=throttle,
        gateway_port=gateway_port,
        strict_policies=strict_policies,
        retry_after=1,  # az would wait for 30
    ) as azure:
        sys.stdout.write("".join(f"{name}={value}\n" for name, value in azure.environment.items()))
        sys.stdout.flush()
        stopped.wait()
