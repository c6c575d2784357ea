"""Every node of the grammar that is executed, with what compiles it."""

from __future__ import annotations

from types import MappingProxyType

from provision.emulator.gateway.expressions.compiling.assignments import ASSIGNMENTS
from provision.emulator.gateway.expressions.compiling.chains import CHAINED
from provision.emulator.gateway.expressions.compiling.creations import CREATIONS
from provision.emulator.gateway.expressions.compiling.interpolation import INTERPOLATED
from provision.emulator.gateway.expressions.compiling.literals import LITERALS
from provision.emulator.gateway.expressions.compiling.loops import LOOPS
from provision.emulator.gateway.expressions.compiling.patterns import MATCHING
from provision.emulator.gateway.expressions.compiling.query import QUERIES
from provision.emulator.gateway.expressions.compiling.simple import SIMPLE
from provision.emulator.gateway.expressions.compiling.statements import STATEMENTS

PARTS = (LITERALS, INTERPOLATED, SIMPLE, CHAINED, CREATIONS, ASSIGNMENTS, MATCHING, QUERIES, STATEMENTS, LOOPS)
TABLES = MappingProxyType({name: build for part in PARTS for name, build in part.items()})
