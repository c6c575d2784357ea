"""`python -m provision`, and the command `provision`: the entry point, which keeps what a start costs low.

Looking through all that was just imported, time and again and once more at the end, takes a quarter of a short
command's time, and finds nothing. Long runs are still looked through, less often.
"""

from __future__ import annotations

import gc
import os

_LOOK_AFTER = 250_000  # new objects: a command that reads twenty resources keeps some 130,000, most of them imported


def main() -> None:
    """Run the command line of this process."""
    gc.set_threshold(_LOOK_AFTER, 20, 20)
    # pydantic would look for plugins in every distribution that is installed.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    from provision.cli import main as command  # noqa: PLC0415 - imported when the collector rests

    try:
        command()
    finally:
        gc.freeze()


if __name__ == "__main__":
    main()
