"""Policy documents of API Management: whether they are well-formed, a normal form, what they refer to, and what Azure
may not take of them.

A document in the `rawxml` format isn't XML: C# stands unescaped in `@(...)` and `@{...}`, in attributes and in text
(learn.microsoft.com/azure/api-management/api-management-policy-expressions). In the `xml` format the same is escaped,
and Azure answers with either, re-indented and requoted. All functions here read both, expression by expression.
"""

from __future__ import annotations

from provision.policyxml.canonical import canonical
from provision.policyxml.check import check
from provision.policyxml.doubts import doubts
from provision.policyxml.references import named_values, references

__all__ = ["canonical", "check", "doubts", "named_values", "references"]
