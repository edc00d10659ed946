"""Logging in with the municipality's own account (OpenID Connect, authorization code with PKCE; library: authlib).

Only who somebody is comes from there: the account and its roles are ours. What must be remembered between going and coming
back (state, nonce, verifier) travels in a signed cookie of a few minutes.
"""

from __future__ import annotations

import hmac
import secrets
import time
from collections.abc import Mapping
from typing import Any

import httpx
import jwt
from authlib.common.errors import AuthlibBaseError
from authlib.oidc.core import CodeIDToken
from joserfc import jwt as jose
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from bot.channels.tokens import secret_of
from bot.settings import Settings
from bot.web.desk.common import PATH

COOKIE = "vraagbaak_balie_oidc"
SECONDEN = 600
"""How long somebody may take to log in there."""
_ALGORITMEN = ["RS256", "PS256", "ES256", "ES384", "EdDSA"]
_PUBLIEK = "balie-oidc"
_GEDULD = 10.0
_SPELING = 60
"""Seconds by which clocks may differ."""


class OidcError(Exception):
    """Logging in there failed. The text is for the log, and holds nobody's data."""


def is_on(settings: Settings) -> bool:
    """Whether employees may log in with the municipality's own account."""
    return bool(_setting(settings, "oidc_issuer") and _setting(settings, "oidc_client_id"))


async def begin(settings: Settings) -> tuple[str, str]:
    """(address to send the browser to, value to keep in its cookie). Raises OidcError."""
    provider = await _provider(settings)
    keep = {name: secrets.token_urlsafe(32) for name in ("state", "nonce", "verifier")}
    async with _client(settings) as client:
        url, _ = client.create_authorization_url(
            provider["authorization_endpoint"],
            state=keep["state"],
            nonce=keep["nonce"],
            code_verifier=keep["verifier"],
        )
    claims = {**keep, "aud": _PUBLIEK, "exp": int(time.time()) + SECONDEN}
    return str(url), jwt.encode(claims, secret_of(settings), algorithm="HS256")


async def finish(settings: Settings, kept: str, answer: Mapping[str, str]) -> list[str]:
    """The login names by which our account may be known, best first. Raises OidcError."""
    try:
        keep = jwt.decode(kept, secret_of(settings), algorithms=["HS256"], audience=_PUBLIEK)
    except jwt.PyJWTError:
        raise OidcError("het inloggen was hier niet begonnen, of duurde te lang") from None
    if not hmac.compare_digest(answer.get("state", "").encode(), str(keep["state"]).encode()):
        raise OidcError("een vreemde state")
    if "code" not in answer:
        raise OidcError("geen toestemming")
    provider = await _provider(settings)
    if answer.get("iss", provider["issuer"]) != provider["issuer"]:
        raise OidcError("een antwoord van een ander")
    try:
        async with _client(settings) as client:
            token = await client.fetch_token(
                provider["token_endpoint"],
                grant_type="authorization_code",
                code=answer["code"],
                code_verifier=keep["verifier"],
            )
        keys = await _json(provider["jwks_uri"])
        claims = _claims(settings, provider, token, keys, str(keep["nonce"]))
    except (AuthlibBaseError, JoseError, httpx.HTTPError, ValueError, KeyError, TypeError) as error:
        raise OidcError(type(error).__name__) from None
    names = [claims.get("preferred_username"), claims.get("email") if claims.get("email_verified") is True else None]
    return [name for name in names if isinstance(name, str) and name]


def _claims(
    settings: Settings, provider: Mapping[str, Any], token: Mapping[str, Any], keys: Any, nonce: str
) -> Mapping[str, Any]:
    """What the ID token says, after all checks of OpenID Connect Core 3.1.3.7."""
    client_id = _setting(settings, "oidc_client_id")
    read = jose.decode(token["id_token"], KeySet.import_key_set(keys), algorithms=_ALGORITMEN)
    checked = CodeIDToken(
        read.claims,
        read.header,
        {
            "iss": {"essential": True, "value": provider["issuer"]},
            "aud": {"essential": True, "value": client_id},
        },
        {"nonce": nonce, "client_id": client_id, "access_token": token.get("access_token")},
    )
    checked.validate(leeway=_SPELING)
    return dict(read.claims)


async def _provider(settings: Settings) -> dict[str, str]:
    """What the issuer says of its addresses (OpenID Connect Discovery)."""
    issuer = _setting(settings, "oidc_issuer").rstrip("/")
    try:
        found = await _json(f"{issuer}/.well-known/openid-configuration")
        names = ("issuer", "authorization_endpoint", "token_endpoint", "jwks_uri")
        provider = {name: str(found[name]) for name in names}
    except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
        raise OidcError(f"{type(error).__name__} bij het opvragen van de gegevens") from None
    if provider["issuer"].rstrip("/") != issuer:
        raise OidcError("de uitgever noemt zichzelf anders dan in de instelling")
    return provider


async def _json(address: str) -> Any:
    async with httpx.AsyncClient(timeout=_GEDULD) as client:
        return (await client.get(address)).raise_for_status().json()


def _client(settings: Settings) -> Any:
    # Not at the top: few installations use it, and loading it warns about a later version of httpx.
    from authlib.integrations.httpx_client import AsyncOAuth2Client

    return AsyncOAuth2Client(
        client_id=_setting(settings, "oidc_client_id"),
        client_secret=_setting(settings, "oidc_client_secret") or None,
        token_endpoint_auth_method="client_secret_basic" if _setting(settings, "oidc_client_secret") else "none",
        scope="openid profile email",
        redirect_uri=f"{settings.public_web_url}{PATH}/oidc/terug",
        code_challenge_method="S256",
        timeout=_GEDULD,
    )


def _setting(settings: Settings, name: str) -> str:
    return str(getattr(settings, name, ""))
