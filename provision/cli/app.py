"""The command line's commands, and how one ends."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from provision import __version__
from provision.cli import commands, instances
from provision.cli.sinks import say
from provision.errors import ProvisionError, as_fault

if TYPE_CHECKING:
    from collections.abc import Sequence

    from provision.cli.interrupts import Interrupts

# Usage errors of click, which typer carries within itself or imports, by the one name that both export.
_WrongUsage: Any = typer.BadParameter.__mro__[1]

app = typer.Typer(
    name="provision",
    help="Infrastructure as code for Azure API Management.",
    rich_markup_mode=None,  # rich doubles the time to start
    pretty_exceptions_enable=False,
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Exit codes: 0 done or no change, 1 error, 2 changes pending, 3 partly applied, 4 stopped, 64 wrong usage.",
)
for _command in (
    commands.validate,
    commands.plan,
    commands.apply,
    commands.drift,
    commands.destroy,
    commands.show,
    instances.export,
    instances.compare,
    commands.schema,
    commands.emulator,
):
    app.command()(_command)


@app.callback(invoke_without_command=False)
def _root(
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=lambda value: _version() if value else None)
    ] = False,
) -> None:
    """Infrastructure as code for Azure API Management."""


def _version() -> None:
    sys.stdout.write(f"provision {__version__}\n")
    raise typer.Exit


def execute(arguments: Sequence[str], interrupts: Interrupts) -> int:
    """Run one command line and give its exit code; every error ends as a message on stderr."""
    try:
        return int(app(list(arguments), prog_name="provision", standalone_mode=False, obj=interrupts) or 0)
    except _WrongUsage as error:
        say(sys.stderr, f"{error.ctx.get_usage()}\n\nError: {error.format_message()}\n" if error.ctx else f"{error}\n")
        return 64
    except ProvisionError as error:
        return _failed(error)
    except typer.Abort:
        raise KeyboardInterrupt from None
    except BrokenPipeError:
        return 1  # the reader went away: nothing left to say
    except OSError as error:
        return _failed(ProvisionError(f"{error.filename or 'provision'}: {error.strerror or error}"))
    except Exception as error:  # noqa: BLE001 - whatever it is, nobody is shown a traceback
        return _failed(as_fault(error))


def _failed(error: ProvisionError) -> int:
    say(sys.stderr, f"{error}\n")
    return error.exit_code
