"""Products, subscriptions, groups, users and the links among them.

Sources: [rec] recorded traffic, [doc] documentation, [tfp] Terraform's azurerm provider and its acceptance tests,
[cli] Azure/apiops-cli, [?] inferred.
"""

from __future__ import annotations

import secrets
from types import MappingProxyType
from typing import TYPE_CHECKING

from provision.emulator.rules.kind import Kind
from provision.emulator.rules.links import BY_PLAIN, assign, deleting_plain, link, plain_written
from provision.emulator.rules.mail import farewell_mail, subscription_mail, user_mail
from provision.emulator.rules.revisions import plain_path
from provision.emulator.world.errors import ArmError, invalid
from provision.emulator.world.store import Row

if TYPE_CHECKING:
    from provision.emulator.world.draft import Draft, View
    from provision.emulator.world.wire import Call

SUBSCRIPTION = "microsoft.apimanagement/service/subscriptions"
LINK = frozenset({"HEAD", "PUT", "DELETE", "LIST"})
TAG = frozenset({"GET", "HEAD", "PUT", "DELETE", "LIST"})


def key() -> str:
    """Return a new subscription key."""
    return secrets.token_hex(16)


def fill_product(draft: Draft) -> None:
    """Complete a product: approval is null where no subscription is required [rec]."""
    if draft.props.get("approvalRequired") is None:
        draft.props["approvalRequired"] = False if draft.props["subscriptionRequired"] else None


def product_written(draft: Draft, row: Row) -> None:
    """Give a new product the administrators group and a subscription of its own [Azure/apiops#645, #707]."""
    if draft.old is not None:
        return
    store = draft.call.store
    group = store.get(f"{draft.service}/groups/administrators")
    if group is not None and draft.scope != draft.service:
        link(store, BY_PLAIN["products/groups"], row, group)  # [Azure/apiops-cli]
    elif group is not None:
        link_type = "microsoft.apimanagement/service/products/groups"
        arm_id = f"{row.id}/groups/administrators"
        assign(store, store.put(Row(arm_id.lower(), arm_id, link_type, target=group.path)))
        # [?] that an open product gets none.
        if row.props.get("subscriptionRequired"):
            own_subscription(draft.call, row, draft.scope_id)


def own_subscription(call: Call, product: Row, service_id: str) -> None:
    """Store the subscription that the service makes for a product."""
    name = f"{int(call.world.clock.now().timestamp()):08x}{call.store.next('id'):016x}"
    props = subscription_props(call, product.id, None)
    user = call.store.get(f"{service_id.lower()}/users/1")
    if user:
        props["ownerId"] = user.id
    arm_id = f"{service_id}/subscriptions/{name}"
    call.store.put(Row(arm_id.lower(), arm_id, SUBSCRIPTION, 0, {"properties": props}, {}, product.path))


def subscription_props(call: Call, scope: str, display_name: str | None) -> dict[str, object]:
    """Return the properties of a new subscription [rec]."""
    return {
        "scope": scope,
        "displayName": display_name,
        "state": "active",
        "createdDate": call.world.clock.stamp(),
        "startDate": None,
        "expirationDate": None,
        "endDate": None,
        "notificationDate": None,
        "primaryKey": key(),
        "secondaryKey": key(),
        "stateComment": None,
        "allowTracing": False,
    }


def fill_subscription(draft: Draft) -> None:
    """Complete a subscription: full scope and owner, keys."""
    props = draft.props
    full, path = draft.resolve(props["scope"])
    by_revision, path = ";rev=" in path, plain_path(draft.call.store, path)
    row = draft.call.store.get(path)
    if row is None and not path.rstrip("/").endswith("/apis"):
        draft.problem("scope", "The scope is neither an existing product or API nor all APIs.")
        return
    # An API's revision in it comes back as it was sent [tfp].
    props["scope"] = row.id if row and not by_revision else full.rstrip("/")
    draft.target = path
    defaults = subscription_props(draft.call, props["scope"], props["displayName"])
    if draft.old:
        kept = ("createdDate", "primaryKey", "secondaryKey", "state", "allowTracing")
        defaults.update({name: draft.before.get(name) for name in kept})
    # An administrator's subscription is active at once [rec]; "submitted" is what others get.
    props.update({name: value for name, value in defaults.items() if props.get(name) is None})
    if props.get("ownerId"):
        owner, owner_path = draft.resolve(props["ownerId"])
        user = draft.call.store.get(owner_path)
        if user is None:
            draft.problem("ownerId", "The user does not exist.")
        props["ownerId"] = user.id if user else owner


def deleting_product(call: Call, row: Row) -> None:
    """Refuse to delete a product with subscriptions unless they may go too [Azure/apiops#94]."""
    held = [r for r in call.store.pointing_at(row.path) if r.type.endswith("/subscriptions")]
    if held and call.request.query.get("deletesubscriptions", "").lower() != "true":
        raise invalid([("deleteSubscriptions", f"The product has {len(held)} subscription(s).")])


def show_product(view: View) -> None:
    """Name the groups in the answer to a create; empty afterwards [rec]."""
    if view.mode == "create":
        group = view.call.store.get(view.row.path.rsplit("/", 2)[0] + "/groups/administrators")
        view.props["groups"] = [short_group(group)] if group else []
    elif view.mode == "update" or (view.mode == "get" and view.version >= "2023"):
        view.props["groups"] = []


def short_group(row: Row) -> dict[str, object]:
    """Return a group as it stands inside other resources [rec]."""
    props = row.props
    shown = {name: props.get(name) for name in ("description", "builtIn", "type", "externalId")}
    return {"id": row.id, "name": props.get("displayName"), **shown}


def fill_group(draft: Draft) -> None:
    """Complete a group; one that is built in may be sent as it is, and not otherwise [devops-resource-kit#776]."""
    props, before = draft.props, draft.before
    props["builtIn"] = bool(before.get("builtIn"))
    if not props["builtIn"]:
        props.setdefault("type", "custom")
        return
    # [?] That what is left out counts as unchanged, and the status; code and message are the issue's.
    if any(before.get(key) != value for key, value in props.items() if value is not None):
        raise ArmError(405, "MethodNotAllowed", "System entity cannot be modified")
    props.update(before)


def deleting_group(_: Call, row: Row) -> None:
    """Keep the built-in groups [doc]."""
    if row.props.get("builtIn"):
        raise invalid([("id", "A built-in group cannot be deleted.")])


def fill_user(draft: Draft) -> None:
    """Complete a user [rec]; the password never comes back."""
    props = draft.props
    password = props.pop("password", None)
    if password:
        draft.private["password"] = password
    draft.notes["confirmation"] = props.get("confirmation")
    for name in ("appType", "confirmation", "notify"):
        props.pop(name, None)
    props["registrationDate"] = draft.before.get("registrationDate") or draft.call.world.clock.stamp()
    props["identities"] = props.get("identities") or [{"provider": "Basic", "id": props["email"]}]


def deleting_user(call: Call, row: Row) -> None:
    """Delete a user's subscriptions where that is asked for; refuse otherwise [doc: deleteSubscriptions]."""
    held = call.store.page(row.path.rsplit("/", 2)[0] + "/subscriptions")
    held = [r for r in held if str(r.props.get("ownerId") or "").lower() == row.path]
    if held and call.request.query.get("deletesubscriptions", "").lower() != "true":
        raise invalid([("deleteSubscriptions", f"The user has {len(held)} subscription(s).")])
    for found in held:
        call.store.delete(found.path)


def show_user(view: View) -> None:
    """Name the groups in the answer to a PUT only [rec]."""
    if view.mode in ("create", "update"):
        group = view.call.store.get(view.row.path.rsplit("/", 2)[0] + "/groups/developers")
        view.props["groups"] = [short_group(group)] if group else []


def user_written(draft: Draft, row: Row) -> None:
    """Put a new user into the built-in group of signed-in users [rec]."""
    store = draft.call.store
    group = store.get(f"{draft.service}/groups/developers")
    if draft.old is None and group is not None:
        arm_id = f"{group.id}/users/{row.name}"
        store.put(Row(arm_id.lower(), arm_id, "microsoft.apimanagement/service/groups/users", 0, {}, {}, row.path))
    user_mail(draft, row)


def show_linked_api(view: View) -> None:
    """Shape the API of a link: the collections in it are null, except for protocols in lists [rec]."""
    props = view.props
    for name in ("authenticationSettings", "subscriptionKeyParameterNames", "apiVersionSetId"):
        if name in props:
            props[name] = None
    props.pop("apiVersionSetId", None)
    if view.mode != "list":
        props["protocols"] = None
    if props.get("serviceUrl") is None:
        props["backendId"] = None
    if view.version >= "2023":
        for name in ("mcpProperties", "a2aProperties", "agent", "jsonRpcProperties", "effectivePath"):
            props[name] = None
        props["isAgent"] = False
        props["specificationLastUpdated"] = view.row.private.get("updated")


def show_linked_user(view: View) -> None:
    """Shape the user of a link."""
    view.props.pop("groups", None)


PRODUCT = MappingProxyType(
    {
        "description": None,
        "terms": None,
        "subscriptionRequired": True,
        "subscriptionsLimit": None,
        "state": "notPublished",
    }
)

PRODUCT_KINDS = (
    Kind(
        "products",
        "Product",
        required=("displayName",),
        defaults=PRODUCT,
        fill=fill_product,
        show=show_product,
        written=product_written,
        deleting=deleting_product,
    ),
    Kind(
        "products/apis",
        "Api",
        verbs=LINK,
        link=("apis", "aid"),
        show=show_linked_api,
        written=plain_written,
        deleting=deleting_plain,
    ),
    Kind(
        "products/groups", "Group", verbs=LINK, link=("groups", "gid"), written=plain_written, deleting=deleting_plain
    ),
    Kind("groups/users", "User", verbs=LINK, link=("users", "uid"), show=show_linked_user),
    Kind("gateways/apis", "Api", verbs=LINK, link=("apis", "aid"), show=show_linked_api, found=200),
    Kind("apis/tags", "Tag", verbs=TAG, link=("tags", "tid"), written=plain_written, deleting=deleting_plain),
    Kind("products/tags", "Tag", verbs=TAG, link=("tags", "tid"), written=plain_written, deleting=deleting_plain),
    Kind(
        "apis/operations/tags", "Tag", verbs=TAG, link=("tags", "tid"), written=plain_written, deleting=deleting_plain
    ),
    Kind(
        "subscriptions",
        "Subscription",
        required=("displayName", "scope"),
        hidden=("primaryKey", "secondaryKey"),
        fill=fill_subscription,
        written=subscription_mail,
    ),
    Kind(
        "groups",
        "Group",
        required=("displayName",),
        defaults={"description": None, "externalId": None},
        fill=fill_group,
        deleting=deleting_group,
    ),
    Kind(
        "users",
        "User",
        required=("email", "firstName", "lastName"),
        choices={"state": ("active", "blocked", "pending", "deleted")},
        defaults={"state": "active", "note": None},
        fill=fill_user,
        show=show_user,
        written=user_written,
        deleting=deleting_user,
        deleted=farewell_mail,
        lro_delete=True,
    ),
)
