"""`python -m provision`, and the command `provision`: the entry point, which lets the garbage collector rest.

Looking through all that was just imported, time and again and once more at the end, takes a quarter of a short
command's time, and finds nothing. Long runs are still looked through, less often.
"""

from __future__ import annotations

import gc

_LOOK_AFTER = 100_000  # new objects: a command that reads twenty resources makes some 400,000, and few are garbage


def main() -> None:
    """Run the command line of this process."""
    gc.set_threshold(_LOOK_AFTER, 20, 20)
    from provision.cli import main as command  # noqa: PLC0415 - imported when the collector rests

    try:
        command()
    finally:
        gc.freeze()


if __name__ == "__main__":
    main()
