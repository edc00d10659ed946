"""Who is logged in at the municipality's own portal: a page that says so with a signed token, and what a resident then meets.

The portal is a small server of the test on an origin of its own, one that the municipality allows. It signs a token for each
page that it gives, as docs/zaken.md asks.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest
import yaml
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from playwright.sync_api import Browser, BrowserContext, Page, expect

from bot.sandbox.cases import sample, sample_bsn
from bot.settings import ROOT
from tests.browser.conftest import NewContext
from tests.browser.installation import Installation
from tests.browser.page import Chat

pytestmark = pytest.mark.training

KEY, OTHER_KEY = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
ISSUER, AUDIENCE = "https://mijn.voorbeeldstad.example", "vraagbaak"
PATIENCE = 10.0
OWN = "hoe staat het met mijn aanvraag"
ASKS_NUMBER, ASKS_CODE = "Wat is het nummer van uw zaak", "code van 6 cijfers"
PAGE = """<!doctype html><html lang="nl"><head><meta charset="utf-8"><title>Mijn Voorbeeldstad</title>
<script src="{web}/v1/vraagbaak.js" data-gemeente="voorbeeldstad"{portaal} defer></script></head>
<body><h1>Mijn Voorbeeldstad</h1></body></html>"""


@dataclass
class Portal:
    """The page of who is logged in: `bsn` is whose, None nobody's. The other fields are what is wrong with its token."""

    port: int = 0
    web: str = ""
    bsn: str | None = None
    key: ec.EllipticCurvePrivateKey = KEY
    claims: dict[str, Any] = field(default_factory=dict)
    given: str | None = None
    """The token of the last page; also to be set instead of one that is signed."""

    @property
    def url(self) -> str:
        """Origin of the portal."""
        return f"http://127.0.0.1:{self.port}"

    def log_in(self, name: str | None) -> None:
        """From now on this resident has logged in: the initiator of a sample case."""
        self.bsn = sample_bsn(name) if name else None
        self.key, self.claims, self.given = KEY, {}, None

    def token(self) -> str:
        """A token as the portal signs it now."""
        now = datetime.now(UTC)
        claims = {"sub": self.bsn, "iss": ISSUER, "aud": AUDIENCE, "iat": now, "exp": now + timedelta(minutes=5)}
        return jwt.encode(claims | self.claims, self.key, algorithm="ES256")

    def page(self) -> str:
        """The page, with a token when somebody is logged in."""
        self.given = self.given or (self.token() if self.bsn else None)
        return PAGE.format(web=self.web, portaal=f' data-portaal="{self.given}"' if self.given else "")


@pytest.fixture(scope="module")
def portal() -> Iterator[Portal]:
    found = Portal()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = found.page().encode() if self.path == "/" else b""
            self.send_response(200)
            self.send_header("content-type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found.port = server.server_port
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield found
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def installation(
    browser: Browser, portal: Portal, trained_model: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    """An installation in which Voorbeeldstad has this portal."""
    folder = tmp_path_factory.mktemp("portaal")
    gemeenten, geheimen = folder / "gemeenten", folder / "geheimen"
    gemeenten.mkdir()
    geheimen.mkdir()
    for path in (ROOT / "gemeenten").glob("*.yml"):
        fields = yaml.safe_load(path.read_text(encoding="utf-8"))
        if path.stem == "voorbeeldstad":
            fields["webchat"]["herkomsten"].append(portal.url)
            fields["zaken"]["portaal"] = {"uitgever": ISSUER, "publiek": AUDIENCE}
        (gemeenten / path.name).write_text(yaml.safe_dump(fields, allow_unicode=True), encoding="utf-8")
    (geheimen / "voorbeeldstad.portaal_sleutel").write_bytes(
        KEY.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    running = Installation(folder / "data")
    running.settings = replace(running.settings, gemeenten_dir=str(gemeenten), secrets_dir=str(geheimen))
    portal.web = running.url
    with running:
        yield running


@pytest.fixture
def visit(portal: Portal, installation: Installation, new_context: NewContext) -> Callable[..., Chat]:
    """Opens the portal's page with the chat, as the resident who is logged in; in a browser without history unless given."""

    def make(context: BrowserContext | None = None) -> Chat:
        page: Page = (context or new_context()).new_page()
        page.goto(f"{portal.url}/")
        return Chat(page).open()

    return make


def sent(installation: Installation) -> list[dict[str, str]]:
    """What was sent to residents, newest first."""
    found: list[dict[str, str]] = httpx.get(
        f"http://{installation.settings.host}:{installation.settings.sandbox_port}/postbus.json"
    ).json()
    return found


def code_for(installation: Installation, name: str) -> str:
    """The code that went to the initiator of a sample case; it is sent beside the answer."""
    address = sample(name).initiators[0].email
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        for letter in sent(installation):
            if letter["aan"] == address:
                return letter["onderwerp"].removeprefix("Uw code: ")
        time.sleep(0.1)
    raise AssertionError("er kwam geen code")


def number(name: str) -> str:
    """The number of a sample case today."""
    return sample(name).identificatie(datetime.now(UTC).date())


def test_who_is_logged_in_sees_the_own_case_without_number_and_code(
    portal: Portal, visit: Callable[..., Chat], installation: Installation
) -> None:
    portal.log_in("in_behandeling")
    before = sent(installation)
    chat = visit()
    said = chat.say(OWN)
    assert "Evenementenvergunning behandelen" in said and "Nu: Wij beoordelen uw aanvraag." in said
    assert chat.answers.count() == 1
    assert ASKS_NUMBER not in said and ASKS_CODE not in said
    assert sent(installation) == before

    # What came along with the page stays nowhere, in the browser nor with us.
    assert portal.given is not None
    kept = chat.page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])")
    assert portal.given not in kept and sample_bsn("in_behandeling") not in kept
    folder = installation.settings.path(installation.settings.data_dir)
    for name in ("vraagbaak", "tracker"):
        stored = b"".join(path.read_bytes() for path in folder.glob(f"{name}.sqlite*"))
        assert b"Evenementenvergunning" in stored
        assert portal.given.encode() not in stored and sample_bsn("in_behandeling").encode() not in stored


def test_who_is_logged_in_sees_no_case_of_somebody_else(portal: Portal, visit: Callable[..., Chat]) -> None:
    portal.log_in("in_behandeling")
    said = visit().say(f"hoe staat het met {number('toegekend')}")
    assert "Ik vind bij u geen zaak met dit nummer" in said and "Verleend" not in said


@pytest.mark.parametrize(
    ("name", "claims", "key"),
    [
        pytest.param(
            "bijna_klaar",
            {"iat": datetime.now(UTC) - timedelta(hours=1), "exp": datetime.now(UTC) - timedelta(minutes=55)},
            KEY,
            id="verlopen",
        ),
        pytest.param("opgeschort", {"aud": "een-ander-systeem"}, KEY, id="voor-een-ander"),
        pytest.param("verlengd", {}, OTHER_KEY, id="andere-sleutel"),
    ],
)
def test_a_token_that_is_no_good_leads_to_number_and_code(
    portal: Portal,
    visit: Callable[..., Chat],
    installation: Installation,
    name: str,
    claims: dict[str, Any],
    key: ec.EllipticCurvePrivateKey,
) -> None:
    portal.log_in(name)
    portal.claims, portal.key = claims, key
    chat = visit()
    assert ASKS_NUMBER in chat.say(OWN)
    assert ASKS_CODE in chat.say(number(name))
    assert "Omgevingsvergunning behandelen" in chat.say(code_for(installation, name))
    log = (installation.settings.path(installation.settings.data_dir) / "logs" / "engine.log").read_text(
        encoding="utf-8"
    )
    assert "Een token van het portaal is geweigerd" in log
    assert portal.given is not None and portal.given not in log and sample_bsn(name) not in log


def test_something_that_is_no_token_leads_to_a_normal_conversation(portal: Portal, visit: Callable[..., Chat]) -> None:
    portal.log_in("in_behandeling")
    portal.given = "geen.token.dit"
    chat = visit()
    assert "geleegd" in chat.say("mijn container is niet geleegd")
    assert ASKS_NUMBER in chat.say(OWN)


def test_who_logs_in_halfway_goes_on_with_the_same_conversation(portal: Portal, visit: Callable[..., Chat]) -> None:
    portal.log_in(None)
    chat = visit()
    assert "geleegd" in chat.say("mijn container is niet geleegd")
    portal.log_in("in_behandeling")
    chat.page.reload()
    chat.open()
    expect(chat.own).to_have_count(1)
    assert "Nu: Wij beoordelen uw aanvraag." in chat.say(OWN)


def test_another_page_of_the_portal_goes_on_with_the_conversation(portal: Portal, visit: Callable[..., Chat]) -> None:
    portal.log_in("in_behandeling")
    chat = visit()
    chat.say(OWN)
    portal.log_in("in_behandeling")
    other = visit(chat.page.context)
    assert other.texts() == chat.texts()
    assert "Nu: Wij beoordelen uw aanvraag." in other.say(OWN)


def test_what_was_not_sent_is_still_there_on_the_next_page(portal: Portal, visit: Callable[..., Chat]) -> None:
    portal.log_in("in_behandeling")
    chat = visit()
    chat.say("hallo")
    chat.page.route("**/webchat/messages", lambda route: route.abort())
    chat.type(OWN)
    expect(chat.own.last).to_contain_text("Niet verstuurd")
    chat.page.unroute_all()
    portal.log_in("in_behandeling")
    chat.page.reload()
    chat.open()
    expect(chat.own.last).to_contain_text("Niet verstuurd")
    before = chat.answers.count()
    chat.page.locator(".nota").get_by_role("button", name="Opnieuw proberen").click()
    assert "Nu: Wij beoordelen uw aanvraag." in chat.answer(before)


def test_somebody_else_who_logs_in_on_the_same_machine_gets_a_conversation_of_their_own(
    portal: Portal, visit: Callable[..., Chat]
) -> None:
    portal.log_in("in_behandeling")
    chat = visit()
    assert "Evenementenvergunning" in chat.say(OWN)
    chat.input.fill("half getypt")
    portal.log_in("afgewezen")
    chat.page.reload()
    chat.open()
    expect(chat.input).to_have_value("")
    said = chat.say(OWN)
    assert chat.numbers() == [1, 2]
    assert "Omgevingsvergunning" in said and "Geweigerd" in said and "Evenementenvergunning" not in said


def test_a_page_that_renews_its_token_is_believed(portal: Portal, visit: Callable[..., Chat]) -> None:
    """Who reads a page for a while before asking has a token that is too old by then."""
    portal.log_in("in_behandeling")
    portal.claims = {"iat": datetime.now(UTC) - timedelta(hours=1)}
    chat = visit()
    portal.log_in("in_behandeling")
    chat.page.evaluate("token => { document.querySelector('script').dataset.portaal = token }", portal.token())
    assert "Nu: Wij beoordelen uw aanvraag." in chat.say(OWN)


def test_the_chat_takes_a_case_number_for_no_bank_card(portal: Portal, visit: Callable[..., Chat]) -> None:
    """The digits of one case number in ten pass for a card by their check digit; a warning would keep it from being sent."""
    portal.log_in(None)
    page = visit().page
    cards = ["4111 1111 1111 1111", "5555-5555-5555-4444", "2223000048410010", "3782 822463 10005", "6011111111111117"]
    numbers = [f"ZAAK-2026-{volgnummer:010}" for volgnummer in range(200)]
    look = "async ([url, all]) => { const { seen } = await import(url); return all.map((one) => seen(one).length) }"
    url = f"{portal.web}/v1/waakzaam.js"
    assert page.evaluate(look, [url, numbers]) == [0] * len(numbers)
    assert page.evaluate(look, [url, cards]) == [1] * len(cards)
