"""What a spec may hold: its grammar, put together from the kinds, its validator, and its JSON Schema for editors."""

from provision.schema.grammar import FREE, LIFECYCLE, document, field, in_document, node, own, used

__all__ = ["FREE", "LIFECYCLE", "document", "field", "in_document", "node", "own", "used"]
