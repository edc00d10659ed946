"""Logging in with the municipality's own account: the way there and back, and all that must not be believed."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from joserfc import jwt as jose
from joserfc.jwk import RSAKey

from bot.database import open_database
from bot.handoff import employees
from bot.settings import Settings
from bot.web.desk import oidc
from tests.web.conftest import Site
from tests.web.desk import people

KEY = RSAKey.generate_key(2048, {"kid": "1", "use": "sig", "alg": "RS256"})
OTHER = RSAKey.generate_key(2048, {"kid": "1", "use": "sig", "alg": "RS256"})
CLIENT = "balie"


@dataclass
class Provider:
    """Stands in for the municipality's log-in. `claims` and `key` decide what it says."""

    url: str = ""
    claims: dict[str, Any] = field(default_factory=dict)
    key: Any = field(default_factory=lambda: KEY)
    header: dict[str, Any] = field(default_factory=lambda: {"alg": "RS256", "kid": "1"})
    asked: dict[str, str] = field(default_factory=dict)
    """What the browser was sent with."""
    token_request: dict[str, str] = field(default_factory=dict)
    calls: int = 0

    def answer(self, path: str) -> dict[str, Any]:
        if path == "/.well-known/openid-configuration":
            return {
                "issuer": self.url,
                "authorization_endpoint": f"{self.url}/login",
                "token_endpoint": f"{self.url}/token",
                "jwks_uri": f"{self.url}/keys",
            }
        if path == "/keys":
            return {"keys": [KEY.as_dict(private=False)]}
        return {"access_token": "a", "token_type": "Bearer", "id_token": self.id_token()}

    def id_token(self) -> str:
        now = int(time.time())
        claims = {
            "iss": self.url,
            "aud": CLIENT,
            "sub": "123",
            "iat": now,
            "exp": now + 60,
            "nonce": self.asked["nonce"],
            "preferred_username": "sanne",
            **self.claims,
        }
        return jose.encode(self.header, {k: v for k, v in claims.items() if v is not None}, self.key)


@pytest.fixture
def provider() -> Iterator[Provider]:
    provider = Provider()

    class Handler(BaseHTTPRequestHandler):
        def _send(self) -> None:
            provider.calls += 1
            body = json.dumps(provider.answer(self.path)).encode()
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_GET(self) -> None:
            self._send()

        def do_POST(self) -> None:
            length = int(self.headers["content-length"])
            provider.token_request = {
                key: value[0] for key, value in parse_qs(self.rfile.read(length).decode()).items()
            } | {"authorization": self.headers.get("authorization", "")}
            self._send()

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        provider.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield provider
        server.shutdown()
        thread.join()


@pytest.fixture
def site(serve: Site, provider: Provider, sqlite_settings: Settings, monkeypatch: pytest.MonkeyPatch) -> httpx.Client:
    """The website with a log-in of the municipality."""
    values = {"oidc_issuer": provider.url, "oidc_client_id": CLIENT, "oidc_client_secret": "geheim"}
    monkeypatch.setattr(oidc, "_setting", lambda _settings, name: values[name])
    site = serve()
    people.employee(open_database(sqlite_settings.catalog_url), "sanne", aanwezig=False)
    return site


def go(site: httpx.Client, provider: Provider) -> httpx.Response:
    answer = site.get("/balie/oidc")
    address = urlsplit(answer.headers["location"])
    provider.asked = {key: value[0] for key, value in parse_qs(address.query).items()}
    return answer


def back(site: httpx.Client, provider: Provider, **more: str) -> httpx.Response:
    return site.get("/balie/oidc/terug", params={"code": "c", "state": provider.asked["state"], **more})


def test_the_way_there_and_back(site: httpx.Client, provider: Provider) -> None:
    assert "Log in met uw account van de gemeente" in site.get("/balie/inloggen").text
    answer = go(site, provider)
    assert answer.status_code == 303 and answer.headers["location"].startswith(f"{provider.url}/login?")
    assert "SameSite=Lax" in answer.headers["set-cookie"] and "HttpOnly" in answer.headers["set-cookie"]
    asked = provider.asked
    assert asked["response_type"] == "code" and asked["code_challenge_method"] == "S256"
    assert asked["scope"] == "openid profile email" and asked["redirect_uri"].endswith("/balie/oidc/terug")
    answer = back(site, provider)
    assert answer.status_code == 200 and "U bent ingelogd" in answer.text
    cookies = answer.headers.get_list("set-cookie")
    assert any("vraagbaak_balie=" in one and "SameSite=Strict" in one for one in cookies)
    verifier = provider.token_request["code_verifier"]
    digest = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    assert digest == asked["code_challenge"]
    assert provider.token_request["authorization"].startswith("Basic ")
    assert "Sanne" in site.get("/balie").text


def test_a_verified_email_address_may_be_the_login_name(
    site: httpx.Client, provider: Provider, sqlite_settings: Settings
) -> None:
    engine = open_database(sqlite_settings.catalog_url)
    people.employee(engine, "joris@gemeente.example", aanwezig=False)
    for verified, status in ((False, 403), ("true", 403), (True, 200)):
        provider.claims = {"preferred_username": "x", "email": "joris@gemeente.example", "email_verified": verified}
        go(site, provider)
        assert back(site, provider).status_code == status


def test_an_account_that_is_not_ours_gets_nowhere(
    site: httpx.Client, provider: Provider, sqlite_settings: Settings
) -> None:
    provider.claims = {"preferred_username": "onbekend"}
    go(site, provider)
    answer = back(site, provider)
    assert answer.status_code == 403 and "nog geen account" in answer.text
    assert "vraagbaak_balie=" not in str(answer.headers.get_list("set-cookie"))
    engine = open_database(sqlite_settings.catalog_url)
    employees.set_active(engine, 1, False)
    provider.claims = {}
    go(site, provider)
    assert back(site, provider).status_code == 403


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://ander.example"},
        {"aud": "ander"},
        {"aud": ["balie", "ander"]},
        {"nonce": "ander"},
        {"nonce": None},
        {"exp": 1},
        {"exp": None},
        {"iat": None},
        {"sub": None},
        {"azp": "ander"},
        {"at_hash": "fout"},
    ],
    ids=str,
)
def test_a_token_that_is_not_for_us_now_is_not_believed(
    site: httpx.Client, provider: Provider, claims: dict[str, Any]
) -> None:
    provider.claims = claims
    go(site, provider)
    answer = back(site, provider)
    assert answer.status_code == 401 and "niet gelukt" in answer.text
    assert site.get("/balie").status_code == 303


def test_a_token_of_another_key_or_without_one_is_not_believed(site: httpx.Client, provider: Provider) -> None:
    provider.key = OTHER
    go(site, provider)
    assert back(site, provider).status_code == 401

    def unsigned() -> str:
        parts = ({"alg": "none"}, {"iss": provider.url, "aud": CLIENT, "sub": "1", "preferred_username": "sanne"})
        return ".".join(base64.urlsafe_b64encode(json.dumps(p).encode()).rstrip(b"=").decode() for p in parts) + "."

    provider.id_token = unsigned  # type: ignore[method-assign]
    go(site, provider)
    assert back(site, provider).status_code == 401


@pytest.mark.parametrize("more", [{"state": "ander"}, {"state": ""}, {"iss": "https://ander.example"}], ids=str)
def test_an_answer_that_was_not_asked_for_is_refused(
    site: httpx.Client, provider: Provider, more: dict[str, str]
) -> None:
    go(site, provider)
    assert back(site, provider, **more).status_code == 401
    assert provider.token_request == {}


def test_an_answer_works_once_and_only_in_the_browser_that_asked(site: httpx.Client, provider: Provider) -> None:
    go(site, provider)
    with httpx.Client(base_url=site.base_url) as other:
        assert back(other, provider).status_code == 401
    assert back(site, provider).status_code == 200
    assert back(site, provider).status_code == 401


def test_a_refusal_there_is_said_here(site: httpx.Client, provider: Provider) -> None:
    go(site, provider)
    answer = site.get("/balie/oidc/terug", params={"error": "access_denied", "state": provider.asked["state"]})
    assert answer.status_code == 401 and "niet gelukt" in answer.text


def test_a_provider_that_is_down_leaves_the_own_account(
    serve: Site, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    values = {"oidc_issuer": "http://127.0.0.1:9", "oidc_client_id": CLIENT, "oidc_client_secret": "geheim"}
    monkeypatch.setattr(oidc, "_setting", lambda _settings, name: values[name])
    answer = serve().get("/balie/oidc")
    assert answer.status_code == 502 and "Gebruikersnaam" in answer.text
    assert "geheim" not in caplog.text


def test_without_the_setting_there_is_no_such_way(serve: Site) -> None:
    site = serve()
    assert site.get("/balie/oidc").status_code == site.get("/balie/oidc/terug").status_code == 404
    assert "account van de gemeente" not in site.get("/balie/inloggen").text
