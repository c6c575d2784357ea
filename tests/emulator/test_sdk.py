"""The official SDK, which nobody here wrote, sets the worked example up and takes it down."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from azure.core.exceptions import HttpResponseError, ResourceNotFoundError
from azure.core.pipeline.policies import SansIOHTTPPolicy
from azure.mgmt.apimanagement import ApiManagementClient
from azure.mgmt.apimanagement import models as m
from azure.mgmt.resource.resources import ResourceManagementClient

from provision.emulator import Emulator, Fault

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from azure.core.credentials import AccessToken
    from azure.core.pipeline import PipelineRequest

GROUP, SERVICE, API = "demoazureml", "demoazureml", "azureml-demo"
BASE = "/workspaces/{workspace}/services/{service}"
VERSION = "?api-version={apiversion}"
OPERATIONS = {
    "rrs-execute": ("RRS Execute", "POST", f"{BASE}/execute{VERSION}&details={{details}}"),
    "bes-submit": ("BES Submit", "POST", f"{BASE}/jobs{VERSION}"),
    "bes-start": ("BES Start", "POST", f"{BASE}/jobs/{{jobid}}/start{VERSION}"),
    "bes-status": ("BES Status", "GET", f"{BASE}/jobs/{{jobid}}{VERSION}"),
    "bes-delete": ("BES Delete", "DELETE", f"{BASE}/jobs/{{jobid}}{VERSION}"),
}
POLICY = '<policies><inbound><base /><set-header name="x" exists-action="override"><value>@(context.Request.IpAddress == "::1" && 1 < 2 ? "a" : "b")</value></set-header></inbound></policies>'  # noqa: E501


class Dummy(SansIOHTTPPolicy):  # type: ignore[type-arg]
    def on_request(self, request: PipelineRequest[Any]) -> None:
        request.http_request.headers["Authorization"] = "Bearer dummy"


class NoCredential:
    def get_token(self, *_: str, **__: Any) -> AccessToken:
        raise AssertionError("nothing may ask for a token")


def options(url: str) -> dict[str, Any]:
    scopes = ["https://management.azure.com/.default"]
    return {"base_url": url, "credential_scopes": scopes, "authentication_policy": Dummy(), "polling_interval": 0}


@pytest.fixture
def clients(state: Path | None) -> Iterator[tuple[ApiManagementClient, ResourceManagementClient]]:
    with (
        Emulator(state) as azure,
        ApiManagementClient(NoCredential(), "s", **options(azure.url)) as apim,
        ResourceManagementClient(NoCredential(), "s", **options(azure.url)) as groups,
    ):
        groups.resource_groups.create_or_update(GROUP, {"location": "southcentralus"})
        yield apim, groups


def template_parameters(template: str) -> list[m.ParameterContract]:
    names = [part.partition("}")[0] for part in template.split("{")[1:]]
    return [m.ParameterContract(name=name, type="string", required=True) for name in names]


def create_service(apim: ApiManagementClient) -> m.ApiManagementServiceResource:
    service = m.ApiManagementServiceResource(
        location="southcentralus",
        sku=m.ApiManagementServiceSkuProperties(name="Developer", capacity=1),
        publisher_email="admin@example.com",
        publisher_name="demoazureml",
        enable_client_certificate=None,  # type: ignore[arg-type]  # the model's own default is refused by the service
    )
    made: m.ApiManagementServiceResource = apim.api_management_service.begin_create_or_update(
        GROUP, SERVICE, service
    ).result()
    return made


def provision(apim: ApiManagementClient) -> None:
    api = m.ApiCreateOrUpdateParameter(
        display_name="AzureML Demo API",
        service_url="https://ussouthcentral.services.azureml.net",
        path="azureml-demo",
        protocols=["https"],
    )
    apim.api.begin_create_or_update(GROUP, SERVICE, API, api).result()
    for name, (display, method, template) in OPERATIONS.items():
        operation = m.OperationContract(
            display_name=display,
            method=method,
            url_template=template,
            template_parameters=template_parameters(template),
            responses=[m.ResponseContract(status_code=200)],
        )
        apim.api_operation.create_or_update(GROUP, SERVICE, API, name, operation)
    apim.product_api.create_or_update(GROUP, SERVICE, "starter", API)
    policy = m.PolicyContract(value=POLICY, format="rawxml")
    apim.api_policy.create_or_update(GROUP, SERVICE, API, "policy", policy)


def test_the_worked_example_is_set_up_read_back_and_torn_down(
    clients: tuple[ApiManagementClient, ResourceManagementClient],
) -> None:
    apim, groups = clients
    made = create_service(apim)
    assert made.as_dict()["provisioning_state"] == "Succeeded"
    assert made.location == "South Central US"
    provision(apim)
    api = apim.api.get(GROUP, SERVICE, API)
    assert (api.display_name, api.path, api.is_current) == ("AzureML Demo API", "azureml-demo", True)
    found: Any = {
        str(o.name): (o.display_name, o.method, o.url_template)
        for o in apim.api_operation.list_by_api(GROUP, SERVICE, API)
    }
    assert found == OPERATIONS
    assert API in [str(a.name) for a in apim.product_api.list_by_product(GROUP, SERVICE, "starter")]
    assert apim.product_api.check_entity_exists(GROUP, SERVICE, "starter", API)
    policy = apim.api_policy.get(GROUP, SERVICE, API, "policy", format="rawxml")
    assert '@(context.Request.IpAddress == "::1" && 1 < 2 ? "a" : "b")' in str(policy.value)
    apim.api.begin_delete(GROUP, SERVICE, API, if_match="*").result()
    with pytest.raises(ResourceNotFoundError):
        apim.api.get(GROUP, SERVICE, API)
    assert API not in [str(a.name) for a in apim.product_api.list_by_product(GROUP, SERVICE, "starter")]
    groups.resource_groups.begin_delete(GROUP).result()
    assert not groups.resource_groups.check_existence(GROUP)


def test_an_instance_is_updated_deleted_restored_and_purged(
    clients: tuple[ApiManagementClient, ResourceManagementClient],
) -> None:
    apim, _ = clients
    create_service(apim)
    change = m.ApiManagementServiceUpdateParameters(publisher_name="Changed")
    change.enable_client_certificate = None  # type: ignore[assignment]
    assert apim.api_management_service.begin_update(GROUP, SERVICE, change).result().publisher_name == "Changed"
    provision(apim)
    apim.api_management_service.begin_delete(GROUP, SERVICE).result()
    deleted = apim.deleted_services.get_by_name(SERVICE, "southcentralus")
    assert str(deleted.service_id).endswith(f"/{SERVICE}")
    with pytest.raises(HttpResponseError, match="ServiceAlreadyExistsInSoftDeletedState"):
        create_service(apim)
    restore = m.ApiManagementServiceResource(
        location="southcentralus",
        sku=m.ApiManagementServiceSkuProperties(name="Developer", capacity=1),
        publisher_email="other@example.com",
        publisher_name="Other",
        restore=True,
    )
    back = apim.api_management_service.begin_create_or_update(GROUP, SERVICE, restore).result()
    assert back.publisher_name == "Changed"
    assert len(list(apim.api_operation.list_by_api(GROUP, SERVICE, API))) == len(OPERATIONS)
    apim.api_management_service.begin_delete(GROUP, SERVICE).result()
    apim.deleted_services.begin_purge(SERVICE, "southcentralus").result()
    create_service(apim)
    with pytest.raises(ResourceNotFoundError):
        apim.api.get(GROUP, SERVICE, API)


def test_long_running_puts_inside_an_instance_end_with_the_resource(
    clients: tuple[ApiManagementClient, ResourceManagementClient],
) -> None:
    apim, _ = clients
    create_service(apim)
    value = m.NamedValueCreateContract(display_name="backend-key", value="hush", secret=True)
    made = apim.named_value.begin_create_or_update(GROUP, SERVICE, "backend-key", value).result()
    assert (made.display_name, made.value) == ("backend-key", None)
    assert apim.named_value.list_value(GROUP, SERVICE, "backend-key").value == "hush"
    fragment = m.PolicyFragmentContract(value="<fragment><base /></fragment>", format="rawxml")
    stored = apim.policy_fragment.begin_create_or_update(GROUP, SERVICE, "f", fragment).result()
    assert "<base />" in str(stored.value)
    schema = m.GlobalSchemaContract(schema_type="json", document={"type": "object"})
    assert apim.global_schema.begin_create_or_update(GROUP, SERVICE, "s", schema).result().schema_type == "json"
    user = m.UserCreateParameters(email="a@example.com", first_name="A", last_name="B")
    apim.user.create_or_update(GROUP, SERVICE, "a", user)
    apim.user.begin_delete(GROUP, SERVICE, "a", if_match="*").result()
    with pytest.raises(ResourceNotFoundError):
        apim.user.get(GROUP, SERVICE, "a")


def test_an_instance_is_backed_up_and_restored(
    clients: tuple[ApiManagementClient, ResourceManagementClient],
) -> None:
    apim, _ = clients
    create_service(apim)
    provision(apim)
    where = m.ApiManagementServiceBackupRestoreParameters(
        storage_account="store", container_name="backups", backup_name="monday"
    )
    service: Any = apim.api_management_service
    assert service.begin_backup(GROUP, SERVICE, where).result().name == SERVICE
    apim.api.begin_delete(GROUP, SERVICE, API, if_match="*").result()
    restored = service.begin_restore(GROUP, SERVICE, where).result()
    assert restored.as_dict()["provisioning_state"] == "Succeeded"
    assert len(list(apim.api_operation.list_by_api(GROUP, SERVICE, API))) == len(OPERATIONS)


def test_views_of_an_instance(clients: tuple[ApiManagementClient, ResourceManagementClient]) -> None:
    apim, _ = clients
    create_service(apim)
    assert [r.name for r in apim.region.list_by_service(GROUP, SERVICE)] == ["South Central US"]
    [status] = apim.network_status.list_by_service(GROUP, SERVICE)
    assert status.location == "South Central US"
    checked = apim.network_status.list_by_location(GROUP, SERVICE, "southcentralus").connectivity_status
    assert {one.status for one in checked} == {"success"}
    needed = apim.outbound_network_dependencies_endpoints.list_by_service(GROUP, SERVICE).value
    assert "Azure SQL" in [one.category for one in needed]
    tiers: Any = apim.api_management_service_skus.list_available_service_skus(GROUP, SERVICE)
    assert "Premium" in [one.sku.name for one in tiers]
    assert len(list(apim.all_policies.list_by_service(GROUP, SERVICE))) == 2
    assert len(list(apim.api_management_skus.list())) > 5
    assert len(list(apim.api_management_operations.list())) > 2


def test_a_failed_operation_raises(state: Path | None) -> None:
    with (
        Emulator(state) as azure,
        ApiManagementClient(NoCredential(), "s", **options(azure.url)) as apim,
        ResourceManagementClient(NoCredential(), "s", **options(azure.url)) as groups,
    ):
        groups.resource_groups.create_or_update(GROUP, {"location": "southcentralus"})
        azure.faults.add(Fault("PUT", "/service/", operation="fails", code="ActivationFailed", message="No capacity."))
        with pytest.raises(HttpResponseError, match=r"ActivationFailed.*\n?.*No capacity"):
            create_service(apim)
        azure.faults.add(Fault("DELETE", f"/{GROUP}$", operation="fails", code="Locked"))
        with pytest.raises(HttpResponseError, match="Locked"):
            groups.resource_groups.begin_delete(GROUP).result()


def test_settings_and_revisions_of_the_portal(clients: tuple[ApiManagementClient, ResourceManagementClient]) -> None:
    apim, _ = clients
    create_service(apim)
    apim.sign_in_settings.update(GROUP, SERVICE, "*", m.PortalSigninSettings(enabled=True))
    assert apim.sign_in_settings.get(GROUP, SERVICE).enabled is True
    config = m.PortalConfigContract(enable_basic_auth=True)
    for _ in range(2):
        assert apim.portal_config.create_or_update(GROUP, SERVICE, "default", "*", config).enable_basic_auth is True
        revision = m.PortalRevisionContract(description="D", is_current=True)
        assert apim.portal_revision.begin_create_or_update(GROUP, SERVICE, "r", revision).result().description == "D"
    changed = m.PortalRevisionContract(description="E")
    assert apim.portal_revision.begin_update(GROUP, SERVICE, "r", "*", changed).result().description == "E"


def test_what_is_in_a_workspace_and_gateways(clients: tuple[ApiManagementClient, ResourceManagementClient]) -> None:
    apim, _ = clients
    create_service(apim)
    apim.workspace.create_or_update(GROUP, SERVICE, "w", m.WorkspaceContract(display_name="W"))
    assert apim.workspace_notification.create_or_update(GROUP, SERVICE, "w", "BCC").title == "BCC"
    api = m.ApiCreateOrUpdateParameter(display_name="A", path="a", protocols=["https"])
    apim.workspace_api.begin_create_or_update(GROUP, SERVICE, "w", "a", api).result()
    apim.workspace_api.delete(GROUP, SERVICE, "w", "a", "*")
    assert list(apim.workspace_api.list_by_service(GROUP, SERVICE, "w")) == []
    apim.gateway.create_or_update(GROUP, SERVICE, "g", m.GatewayContract(description="G"))
    apim.gateway_api.create_or_update(GROUP, SERVICE, "g", "echo-api")
    assert apim.gateway_api.get_entity_tag(GROUP, SERVICE, "g", "echo-api") is True
    sku = m.ApiManagementGatewaySkuProperties(name="WorkspaceGatewayPremium", capacity=1)
    outside = m.ApiManagementGatewayResource(location="southcentralus", sku=sku)
    apim.api_gateway.begin_create_or_update(GROUP, "g", outside).result()
    update = m.ApiManagementGatewayUpdateParameters(tags={"a": "b"})
    assert apim.api_gateway.begin_update(GROUP, "g", update).result().tags == {"a": "b"}
    apim.api_gateway.begin_delete(GROUP, "g").result()
    with pytest.raises(ResourceNotFoundError):
        apim.api_gateway.get(GROUP, "g")


def test_an_export_has_its_link_where_the_model_has_it(
    clients: tuple[ApiManagementClient, ResourceManagementClient],
) -> None:
    apim, _ = clients
    create_service(apim)
    exported = apim.api_export.get(GROUP, SERVICE, "echo-api", format="openapi-link", export="true")
    assert exported.export_result_format == "openapi-link"
    assert exported.value
    assert exported.value.link
