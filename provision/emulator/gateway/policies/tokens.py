"""Tokens of callers, and whether they hold.

Sources: [doc] Microsoft's reference of each element and its table of predefined errors, [?] inferred, among that the
wording of what the service's JWT library says.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from provision.emulator.gateway.failing import GatewayError
from provision.emulator.gateway.identity import LOGIN
from provision.emulator.gateway.nodes import Policy
from provision.emulator.gateway.policies import signatures
from provision.emulator.gateway.policies.signatures import TokenError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from provision.emulator.gateway.expressions.context import Jwt
    from provision.emulator.gateway.nodes import Node
    from provision.emulator.gateway.steps import Act
    from provision.emulator.gateway.transit import Transit

COMMON = frozenset(
    {
        "header-name",
        "query-parameter-name",
        "token-value",
        "failed-validation-httpcode",
        "failed-validation-error-message",
        "output-token-variable-name",
    }
)
JWT = COMMON | {"require-expiration-time", "require-scheme", "require-signed-tokens", "clock-skew"}
UNAUTHORIZED = "401"


class _Claims:
    """The `required-claims` of an element."""

    def __init__(self, node: Node) -> None:
        self._wanted = []
        for holder in node.nodes("required-claims"):
            for claim in holder.nodes("claim"):
                claim.known({"name", "match", "separator"}, {"value"})
                every = claim.word("match", "all", ("all", "any")) == "all"
                values = [one.content() for one in claim.nodes("value")]
                self._wanted.append((claim.value("name"), every, claim.word("separator", ""), values))

    async def check(self, transit: Transit, payload: dict[str, Any]) -> None:
        """Raises TokenError where a claim is missing or has another value."""
        for name, every, separator, values in self._wanted:
            claim = await name.text(transit)
            if claim not in payload:
                message = f"JWT token is missing the following claims: {claim}. Access denied."
                raise TokenError("TokenClaimNotFound", message)
            found = payload[claim]
            texts = [signatures.claim_text(one) for one in (found if isinstance(found, list) else [found])]
            if separator:
                texts = [part for text in texts for part in text.split(separator)]
            wanted = [await one.text(transit) for one in values]
            held = [one in texts for one in wanted]
            if wanted and not (all(held) if every else any(held)):
                message = f"Claim {claim} value of {','.join(texts)} is not allowed. Access denied."
                raise TokenError("TokenClaimValueNotAllowed", message)


class _Token:
    """Where a token comes from, and what is said where it doesn't hold."""

    def __init__(self, node: Node, default_header: str = "") -> None:
        self._source = node.name
        self._header = node.value("header-name", default_header)
        self._query, self._value = node.value("query-parameter-name", ""), node.optional("token-value")
        self._scheme = node.value("require-scheme", "")
        self._status = node.value("failed-validation-httpcode", UNAUTHORIZED)
        self._message = node.optional("failed-validation-error-message")
        self._variable = node.optional("output-token-variable-name")

    async def read(self, transit: Transit) -> str:
        """Return the token. Raises TokenError where there is none."""
        if self._value is not None:
            found = await self._value.text(transit)
        elif header := await self._header.text(transit):
            found = transit.context.request.headers.get(header) or ""
        else:
            name = (await self._query.text(transit)).lower()
            found = signatures.query_value(transit.context.request.original_url, name)
        scheme, space, rest = found.strip().partition(" ")
        wanted = await self._scheme.text(transit)
        if wanted and scheme.lower() != wanted.lower():
            raise TokenError("TokenNotPresent", "JWT not present.")
        found = rest.strip() if space else found.strip()
        if not found:
            raise TokenError("TokenNotPresent", "JWT not present.")
        return found

    async def keep(self, transit: Transit, token: Jwt) -> None:
        """Put the token into the variable that is asked for."""
        if self._variable is not None:
            transit.context.variables[await self._variable.text(transit)] = token

    async def failure(self, transit: Transit, refusal: TokenError) -> GatewayError:
        """Return what the caller is told."""
        shown = await self._message.text(transit) if self._message else None
        status = await self._status.whole(transit)
        return GatewayError(status, self._source, refusal.reason, refusal.message, shown=shown)


def validate_jwt(node: Node) -> Act:
    """`validate-jwt`: signature, times, audience, issuer, claims."""
    token, claims = _Token(node), _Claims(node)
    if not (node.has("header-name") or node.has("query-parameter-name") or node.has("token-value")):
        raise node.refuse("none of 'header-name', 'query-parameter-name' and 'token-value' is given")
    if node.node("decryption-keys") is not None:
        raise node.refuse("encrypted tokens are left out")
    times, signed = node.value("require-expiration-time", "true"), node.value("require-signed-tokens", "true")
    skew = node.value("clock-skew", "0")
    configurations = [one.value("url") for one in node.nodes("openid-config")]
    keys = _Keys(node)
    audiences, issuers = node.texts("audiences", "audience"), node.texts("issuers", "issuer")

    async def check(transit: Transit) -> Jwt:
        raw = await token.read(transit)
        known = await keys.read(transit)
        allowed = [await one.text(transit) for one in issuers]
        for one in configurations:
            configuration = await signatures.openid(transit, await one.text(transit))
            known.add(configuration.keys)
            allowed += [configuration.issuer] if not issuers else []
        found = known.verified(raw, signed=await signed.flag(transit))
        rules = signatures.Rules(
            transit.tools.clock.now(),
            await skew.number(transit),
            [await one.text(transit) for one in audiences],
            allowed,
            expires=await times.flag(transit),
        )
        rules.check(found.payload)
        await claims.check(transit, found.payload)
        return found

    return _acting(token, check)


class _Keys:
    """The keys that stand in a document: secrets in base64, moduli, certificates of the instance."""

    def __init__(self, node: Node) -> None:
        self._keys = []
        for holder in node.nodes("issuer-signing-keys"):
            for key in holder.nodes("key"):
                key.known(("id", "n", "e", "certificate-id"), ())
                words = (key.word("id", ""), key.optional("certificate-id"), key.optional("n"), key.optional("e"))
                self._keys.append((*words, key.content()))

    async def read(self, transit: Transit) -> signatures.Keys:
        """Return the keys. Raises GatewayError where a certificate isn't there."""
        found = signatures.Keys()
        for identity, certificate, modulus, exponent, content in self._keys:
            if certificate is not None:
                name = await certificate.text(transit)
                found.add([await transit.tools.certificates.public(transit.subject, name, identity)])
            elif modulus is not None and exponent is not None:
                numbers = {"n": await modulus.text(transit), "e": await exponent.text(transit)}
                found.add([{"kty": "RSA", **numbers, **({"kid": identity} if identity else {})}])
            else:
                found.add_secret(identity, await content.get(transit))
        return found


def validate_azure_ad_token(node: Node) -> Act:
    """`validate-azure-ad-token`: a token of Microsoft Entra ID, here of the emulator's own issuer."""
    token, claims = _Token(node, "" if node.has("query-parameter-name") else "Authorization"), _Claims(node)
    if node.has("authentication-endpoint"):
        raise node.refuse("'authentication-endpoint' is left out")
    if node.node("decryption-keys") is not None:
        raise node.refuse("encrypted tokens are left out")
    tenant = node.value("tenant-id", "common")
    clients = node.texts("client-application-ids", "application-id")
    backends = node.texts("backend-application-ids", "application-id")
    audiences = node.texts("audiences", "audience")

    async def check(transit: Transit) -> Jwt:
        raw, name = await token.read(transit), await tenant.text(transit)
        configuration = await signatures.openid(
            transit, f"https://{LOGIN}/{name}/v2.0/.well-known/openid-configuration"
        )
        found = signatures.Keys()
        found.add(configuration.keys)
        jwt = found.verified(raw, signed=True)
        owner = str(jwt.payload.get("tid") or name) if name in ("common", "organizations") else name
        wanted = [await one.text(transit) for one in audiences]
        for one in backends:
            wanted += [await one.text(transit), f"api://{await one.text(transit)}"]
        issuers = [f"https://{LOGIN}/{owner}/v2.0", f"https://sts.windows.net/{owner}/"]
        signatures.Rules(transit.tools.clock.now(), 0, wanted, issuers, expires=True).check(jwt.payload)
        client = jwt.payload.get("azp") or jwt.payload.get("appid")
        if clients and client not in [await one.text(transit) for one in clients]:
            raise TokenError(
                "TokenClaimValueNotAllowed", f"Claim appid value of {client} is not allowed. Access denied."
            )
        await claims.check(transit, jwt.payload)
        return jwt

    return _acting(token, check)


def _acting(token: _Token, check: Callable[[Transit], Awaitable[Jwt]]) -> Act:
    async def act(transit: Transit) -> None:
        try:
            found = await check(transit)
        except TokenError as refusal:
            raise await token.failure(transit, refusal) from None
        await token.keep(transit, found)

    return act


POLICIES = (
    Policy(
        "validate-jwt",
        validate_jwt,
        JWT,
        frozenset(
            {"openid-config", "issuer-signing-keys", "decryption-keys", "audiences", "issuers", "required-claims"}
        ),
        ("inbound",),
    ),
    Policy(
        "validate-azure-ad-token",
        validate_azure_ad_token,
        COMMON | {"tenant-id", "authentication-endpoint"},
        frozenset(
            {"client-application-ids", "backend-application-ids", "audiences", "required-claims", "decryption-keys"}
        ),
        ("inbound",),
    ),
)
