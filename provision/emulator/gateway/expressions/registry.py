"""All types that expressions may use; the list of members is made from them."""

from __future__ import annotations

from functools import cache
from itertools import chain

from provision.emulator.gateway.expressions.conversions import implicit
from provision.emulator.gateway.expressions.dotnet import (
    arrays,
    basics,
    certificates,
    characters,
    ciphers,
    comparing,
    contexts,
    converting,
    dates,
    dictionaries,
    encodings,
    extensions,
    groups,
    identifiers,
    json,
    jsonobjects,
    keys,
    linq,
    lists,
    maths,
    messages,
    numbers,
    regexes,
    regexpatterns,
    results,
    sets,
    spans,
    splitting,
    strings,
    texts,
    tokens,
    uris,
    variables,
    xml,
    zones,
)
from provision.emulator.gateway.expressions.typetable import Types

MODULES = (
    basics, numbers, maths, converting, strings, splitting, characters, comparing, texts, encodings, regexpatterns,
    regexes, dates, spans, zones, lists, arrays, sets, dictionaries, linq, results, groups, json, jsonobjects, xml,
    extensions,
    uris, identifiers, ciphers, keys, certificates, tokens, messages, variables, contexts,
)  # fmt: skip


@cache
def all_types() -> Types:
    """Return the types; they don't change, and are made once."""
    return Types(chain.from_iterable(module.FAMILIES for module in MODULES), implicit)
