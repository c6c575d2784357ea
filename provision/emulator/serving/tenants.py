"""What stands behind the listeners beside ARM's. Each is imported when it is made: starting ARM alone costs less."""
# ruff: noqa: PLC0415

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from provision.emulator.azureml.app import AzureML
    from provision.emulator.gateway.app import Gateway
    from provision.emulator.portal.app import Portal
    from provision.emulator.serving.late import Late
    from provision.emulator.world.wire import Answer, Request, World


def gateway(*arguments: Any) -> Gateway:
    """Make the data plane."""
    from provision.emulator.gateway.app import Gateway

    return Gateway(*arguments)


def judge(*arguments: Any) -> Any:
    """Tell what of a document the gateway could not execute."""
    from provision.emulator.gateway.judging import judge as judged

    return judged(*arguments)


def azureml(world: World, url: str, key: str) -> AzureML:
    """Make the web service of the worked example; `key`: its API key, empty for the usual one."""
    from provision.emulator.azureml.app import API_KEY, AzureML

    return AzureML(world, url, api_key=key or API_KEY)


def portal(*arguments: Any) -> Portal:
    """Make the developer portal."""
    from provision.emulator.portal.app import Portal

    return Portal(*arguments)


async def page(of: Late[Portal], request: Request) -> Answer:
    """Answer a request to the portal."""
    return await (await of.soon()).answered(request)
