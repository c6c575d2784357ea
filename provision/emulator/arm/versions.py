"""Which api-versions are answered, and how.

One that is later than the newest that is known here is answered as that, which the log says once. An earlier one must
be among the published ones (the folders of the public specification); only some of them have a form of their own here.
Other providers' versions are taken as they are.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from provision.emulator.world.errors import ArmError

if TYPE_CHECKING:
    from provision.emulator.world.wire import Request, World

FORM = re.compile(r"\d{4}-\d\d-\d\d(-preview)?")
NAMESPACE = "microsoft.apimanagement"
PUBLISHED = (
    *("2016-07-07", "2016-10-10", "2017-03-01", "2018-01-01", "2018-06-01-preview", "2019-01-01"),
    *("2019-12-01-preview", "2019-12-01", "2020-06-01-preview", "2020-12-01", "2021-01-01-preview"),
    *("2021-04-01-preview", "2021-08-01", "2021-12-01-preview", "2022-04-01-preview", "2022-08-01"),
    *("2022-09-01-preview", "2023-03-01-preview", "2023-05-01-preview", "2023-09-01-preview", "2024-05-01"),
)
NEWEST = PUBLISHED[-1]


def check(world: World, request: Request) -> None:
    """Require an api-version that is answered."""
    version = request.version
    if not version:
        message = "Every request needs the query parameter 'api-version'."
        raise ArmError(400, "MissingApiVersionParameter", message)
    if not FORM.fullmatch(version):
        message = f"The api-version '{version}' is invalid. It must look like 'YYYY-MM-DD'."
        raise ArmError(400, "InvalidApiVersionParameter", message)
    if version in PUBLISHED or not _is_ours(request.segments):
        return
    if version > NEWEST:
        world.note(f"The api-version {version} is later than {NEWEST}: it is answered as that one.")
        return
    # The code is ARM's for a provider that has no such version [?: that it is the same inside an instance].
    message = f"'{NAMESPACE}' has no api-version '{version}'. The supported api-versions are '{', '.join(PUBLISHED)}'."
    raise ArmError(400, "NoRegisteredProviderFound", message)


def _is_ours(segments: tuple[str, ...]) -> bool:
    """Tell whether a path is the provider's: below its name, which alone is ARM's to describe; the last one counts."""
    lower = [segment.lower() for segment in segments[:-1]]
    named = [after for before, after in pairwise(lower) if before == "providers"]
    return named[-1:] == [NAMESPACE]
