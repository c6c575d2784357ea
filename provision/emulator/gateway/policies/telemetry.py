"""What policies tell of a call: traces, events, metrics. They are kept, and `/_emulator/events` shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from provision.emulator.gateway.nodes import Policy
from provision.emulator.gateway.values import text_of

if TYPE_CHECKING:
    from provision.emulator.gateway.nodes import Node
    from provision.emulator.gateway.steps import Act
    from provision.emulator.gateway.transit import Transit

SEVERITIES = ("verbose", "information", "error")


def trace(node: Node) -> Act:
    """`trace`: a message with properties."""
    source, severity = node.value("source"), node.word("severity", "verbose", SEVERITIES)
    messages = [one.content() for one in node.nodes("message")] or [node.content()]
    properties = [(one.value("name"), one.value("value")) for one in node.nodes("metadata")]

    async def act(transit: Transit) -> None:
        message = "".join([await one.text(transit) for one in messages])
        metadata = {await name.text(transit): await value.text(transit) for name, value in properties}
        name = await source.text(transit)
        service = transit.subject.service.name
        transit.tools.events.add("trace", service, source=name, severity=severity, message=message, metadata=metadata)
        if transit.recorder is not None:
            transit.recorder.message(name, message)

    return act


def log_to_eventhub(node: Node) -> Act:
    """`log-to-eventhub`: a text for the event hub of a logger; that this isn't there is said beside the event."""
    logger, content = node.value("logger-id"), node.content()
    partition, key = node.value("partition-id", ""), node.value("partition-key", "")

    async def act(transit: Transit) -> None:
        name = await logger.text(transit)
        service = transit.subject.service
        path = f"{service.path}/loggers/{name}".lower()
        there = await transit.tools.known(lambda reading: reading.row(path)) is not None
        text = await content.text(transit)
        places = {"partitionId": await partition.text(transit), "partitionKey": await key.text(transit)}
        transit.tools.events.add("event", service.name, logger=name, known=there, content=text, **places)

    return act


def emit_metric(node: Node) -> Act:
    """`emit-metric`: a number with dimensions."""
    name, value = node.value("name"), node.value("value", "1")
    namespace = node.value("namespace", "API Management")
    dimensions = []
    for one in node.nodes("dimension"):
        one.known({"name", "value"}, ())
        dimensions.append((one.value("name"), one.optional("value")))

    async def act(transit: Transit) -> None:
        found = {}
        for key, given in dimensions:
            dimension = await key.text(transit)
            found[dimension] = await given.text(transit) if given else _dimension(transit, dimension)
        facts = {"name": await name.text(transit), "value": await value.number(transit)}
        service = transit.subject.service.name
        transit.tools.events.add("metric", service, namespace=await namespace.text(transit), **facts, dimensions=found)

    return act


def _dimension(transit: Transit, name: str) -> str:
    context = transit.context
    known = {
        "API ID": context.api and context.api.id,
        "Operation ID": context.operation and context.operation.id,
        "Product ID": context.product and context.product.id,
        "User ID": context.user and context.user.id,
        "Subscription ID": context.subscription and context.subscription.id,
        "Location": context.deployment.region,
        "Gateway ID": context.deployment.gateway_id,
        "Backend ID": transit.backend and transit.backend.path.rpartition("/")[2],
    }
    return text_of(known.get(name))


POLICIES = (
    Policy("trace", trace, frozenset({"source", "severity"}), frozenset({"message", "metadata"})),
    Policy("log-to-eventhub", log_to_eventhub, frozenset({"logger-id", "partition-id", "partition-key"})),
    Policy("emit-metric", emit_metric, frozenset({"name", "value", "namespace"}), frozenset({"dimension"})),
)
