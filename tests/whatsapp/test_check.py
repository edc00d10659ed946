"""Whatever is wrong with a connection is told in plain words, with what to do."""

from __future__ import annotations

import hashlib
import hmac
import shutil
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
import yaml
from click.testing import CliRunner

from bot.catalog.live import gemeenten_of
from bot.cli.whatsapp import connection, whatsapp
from bot.connections import SANDBOX_TOKEN
from bot.sandbox.whatsapp import MANAGEMENT, MESSAGING, Token
from bot.sandbox.whatsapp_values import Number, Template, sample_templates
from bot.settings import ROOT, Settings
from bot.threads import in_thread
from bot.whatsapp.check import check
from bot.whatsapp.check_findings import Aansluiting, Bevinding, Geheim
from bot.whatsapp.webhook import SIGNATURE_HEADER, signature_ok, verify_challenge
from tests.whatsapp.server import ANS, APP_SECRET, NOW, NUMBER, TOKEN, VERSION, Sandbox

pytestmark = pytest.mark.asyncio

VERIFY_TOKEN = "zelf-bedacht-controlewoord"
TOKENS = {
    TOKEN: Token(),
    "verloopt-gauw": Token(expires=NOW + timedelta(days=3)),
    "verloopt-later": Token(expires=NOW + timedelta(days=300)),
    "verlopen": Token(expires=NOW - timedelta(days=3)),
    "alleen-beheer": Token(scopes=(MANAGEMENT,)),
    "alleen-versturen": Token(scopes=(MESSAGING,)),
    "niets": Token(scopes=("public_profile",)),
    "ander-account": Token(wabas=("900200",)),
}
TEMPLATES = (*sample_templates(), Template("engels", "en", "APPROVED", "UTILITY", "May we continue?"))


class Engine:
    """Our own webhook, as the channel answers: 200, 401 and 403. Tests let it answer otherwise."""

    def __init__(self) -> None:
        self.reset()
        engine = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                parts = urlsplit(self.path)
                found = verify_challenge(parse_qs(parts.query), engine.verify_token)
                status, text = (200, found) if found else (403, "")
                self._say(*engine.get.get(status, (status, text)))

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                engine.posted.append(body)
                good = signature_ok(engine.secrets, body, self.headers.get(SIGNATURE_HEADER))
                status = 200 if good else 401
                self._say(engine.post.get(status, status), "")

            def _say(self, status: int, text: str) -> None:
                self.send_response(status)
                if status == 302:
                    self.send_header("Location", "https://elders.example/")
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text.encode())

            def log_message(self, format: str, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.root = f"http://127.0.0.1:{self._server.server_port}"
        self.url = f"{self.root}/webhooks/whatsapp/webhook"
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def reset(self) -> None:
        self.verify_token, self.secrets = VERIFY_TOKEN, [APP_SECRET]
        self.get: dict[int, tuple[int, str]] = {}
        """Status as it should be → what is answered instead."""
        self.post: dict[int, int] = {}
        self.posted: list[bytes] = []

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture(scope="module")
def _engine() -> Iterator[Engine]:
    engine = Engine()
    yield engine
    engine.stop()


@pytest.fixture
def engine(_engine: Engine) -> Engine:
    _engine.reset()
    return _engine


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory, _engine: Engine) -> Iterator[Sandbox]:
    folder = tmp_path_factory.mktemp("whatsapp")
    sandbox = Sandbox(folder, _engine.url, tokens=TOKENS, templates=TEMPLATES)
    yield sandbox
    sandbox.stop()


@pytest.fixture
def sandbox(running: Sandbox, engine: Engine) -> Iterator[Sandbox]:
    number = running.number
    running.faults.clear()
    yield running
    running.faults.clear()
    running.world.subscribe("900100")
    running.world.numbers = {**running.world.numbers, number.phone_number_id: number}


def aansluiting(sandbox: Sandbox, engine: Engine, **fields: Any) -> Aansluiting:
    good = Aansluiting(
        url=sandbox.root,
        versie=VERSION,
        phone_number_id="700200",
        nummer="+31 85 000 0000",
        waba_id="900100",
        sjabloon="gesprek_hervatten",
        token=Geheim("whatsapp_token", TOKEN),
        app_secret=Geheim("whatsapp_app_secret", APP_SECRET),
        verify_token=Geheim("whatsapp_verify_token", VERIFY_TOKEN),
        webhook=engine.url,
    )
    if isinstance(fields.get("token"), str):
        fields["token"] = Geheim("whatsapp_token", fields["token"])
    return replace(good, **fields)


async def findings(sandbox: Sandbox, engine: Engine, to: str | None = None, **fields: Any) -> list[Bevinding]:
    return await check(aansluiting(sandbox, engine, **fields), to, nu=NOW)


def wrong(found: list[Bevinding]) -> list[str]:
    return [one.onderwerp for one in found if one.niveau == "fout"]


def noticed(found: list[Bevinding]) -> list[str]:
    return [one.onderwerp for one in found if one.niveau == "let_op"]


def told(found: list[Bevinding], niveau: str) -> Bevinding:
    one = next(one for one in found if one.niveau == niveau)
    assert one.advies
    return one


async def test_a_good_connection_is_good_all_over(sandbox: Sandbox, engine: Engine) -> None:
    sandbox.world.write(sandbox.number, ANS, "Hoi")
    before = len(sandbox.world.store.sent("700200"))
    found = await findings(sandbox, engine, "06 00000001")
    assert [one.onderwerp for one in found] == [
        "geheim",
        "token",
        "nummer",
        "kwaliteit",
        "doorvoer",
        "webhookadres",
        "versie",
        "appgeheim",
        "token",
        "rechten",
        "abonnement",
        "sjabloon",
        "bericht",
        "webhook",
        "webhook",
        "handtekening",
    ]
    assert {one.niveau for one in found} == {"goed"} and not any(one.advies for one in found)
    sent = sandbox.world.store.sent("700200")
    assert len(sent) == before + 1 and "proefbericht" in sent[-1].inhoud["body"]
    assert not [word for word in (TOKEN, APP_SECRET, VERIFY_TOKEN, "00000001", "Ans") if word in str(found)]


async def test_nothing_is_sent_or_told_unless_asked(sandbox: Sandbox, engine: Engine) -> None:
    before = len(sandbox.world.store.sent("700200"))
    found = await findings(sandbox, engine)
    assert "bericht" not in [one.onderwerp for one in found]
    assert len(sandbox.world.store.sent("700200")) == before
    assert set(engine.posted) == {b'{"object": "whatsapp_business_account", "entry": []}'}


@pytest.mark.parametrize("name", ["token", "app_secret", "verify_token"])
async def test_a_secret_that_is_not_there_is_named(sandbox: Sandbox, engine: Engine, name: str) -> None:
    missing = Geheim(f"whatsapp_{name}", probleem=f"Het geheim /x/stad.whatsapp_{name} kan niet worden gelezen.")
    fields: dict[str, Any] = {name: missing}
    found = await findings(sandbox, engine, **fields)
    assert wrong(found) == (["geheim", "token"] if name == "token" else ["geheim"])
    assert f"stad.whatsapp_{name}" in told(found, "fout").tekst
    subjects = [one.onderwerp for one in found]
    assert ("webhook" in subjects) == (name == "token") and ("nummer" in subjects) == (name != "token")


@pytest.mark.parametrize(
    ("fields", "onderwerp", "words"),
    [
        ({"versie": "25"}, "instellingen", "whatsapp.versie"),
        ({"phone_number_id": "zeven"}, "instellingen", "phone_number_id"),
        ({"token": "twee woorden"}, "instellingen", "token"),
        ({"url": "graph.facebook.com"}, "instellingen", "whatsapp.url"),
        ({"url": "http://[x"}, "instellingen", "whatsapp.url"),
        ({"nummer": "ja"}, "instellingen", "geen telefoonnummer"),
        ({"waba_id": "account"}, "instellingen", "waba_id"),
        ({"nummer": "085 123 45 67"}, "nummer", "zegt iets anders"),
        ({"phone_number_id": "999"}, "nummer", "kent dit phone_number_id niet"),
        ({"waba_id": "900999"}, "rechten", "niet voor het WhatsApp-account"),
        ({"token": "geraden"}, "token", "code 190"),
        ({"token": "verlopen"}, "token", "code 190"),
        ({"token": "niets"}, "rechten", "code 10"),
        ({"token": "alleen-beheer"}, "rechten", MESSAGING),
        ({"token": "ander-account"}, "nummer", "kent dit phone_number_id niet"),
        ({"sjabloon": "bestaat_niet"}, "sjabloon", "geen sjabloon"),
        ({"sjabloon": "engels"}, "sjabloon", "alleen in: en"),
        ({"sjabloon": "nieuwsbrief"}, "sjabloon", "stilgezet"),
        ({"sjabloon": "enquete"}, "sjabloon", "uitgezet"),
        ({"sjabloon": "wachttijd"}, "sjabloon", "nog niet goedgekeurd"),
        ({"sjabloon": "terugbelbevestiging"}, "sjabloon", "plekken: 1"),
        ({"webhook": "localhost/webhooks"}, "adres", "VRAAGBAAK_CHAT_URL"),
    ],
)
async def test_a_wrong_setting_is_named(
    sandbox: Sandbox, engine: Engine, fields: dict[str, Any], onderwerp: str, words: str
) -> None:
    found = await findings(sandbox, engine, **fields)
    assert wrong(found)[0] == onderwerp
    assert words in told(found, "fout").tekst
    assert "woorden" not in str(found)


@pytest.mark.parametrize(
    ("fields", "onderwerp", "words"),
    [
        ({"waba_id": ""}, "instellingen", "niet na te kijken"),
        ({"sjabloon": ""}, "sjabloon", "24 uur"),
        ({"token": "verloopt-gauw"}, "token", "24-11-2026 om 10.00"),
        ({"token": "alleen-versturen"}, "rechten", MANAGEMENT),
        ({"versie": "v19.0"}, "versie", "ouder"),
        ({"verify_token": Geheim("x", "kort")}, "geheim", "te raden"),
        ({"app_secret": Geheim("x", "een\ntwee\ndrie")}, "geheim", "3 appgeheimen"),
    ],
)
async def test_what_may_go_wrong_later_is_noticed(
    sandbox: Sandbox, engine: Engine, fields: dict[str, Any], onderwerp: str, words: str
) -> None:
    found = await findings(sandbox, engine, **fields)
    assert noticed(found)[0] == onderwerp and words in told(found, "let_op").tekst


async def test_a_token_that_lasts_is_good(sandbox: Sandbox, engine: Engine) -> None:
    found = await findings(sandbox, engine, token="verloopt-later")
    assert not wrong(found) and not noticed(found)


async def test_at_meta_itself_more_is_asked(sandbox: Sandbox, engine: Engine) -> None:
    down = httpx.MockTransport(_down)
    at_meta = aansluiting(sandbox, engine, url="https://graph.facebook.com")
    found = await check(at_meta, nu=NOW, transport=down)
    assert wrong(found) == ["adres", "bereik", "webhook"] and noticed(found) == ["geheim"]
    assert "niet openbaar" in told(found, "fout").tekst
    good = replace(at_meta, app_secret=Geheim("x", "0123456789abcdef" * 2), webhook="https://chat.voorbeeldstad.nl/w")
    found = await check(good, nu=NOW, transport=down)
    assert wrong(found) == ["bereik", "webhook"] and not noticed(found)
    found = await check(replace(at_meta, url="http://graph.example"), nu=NOW, transport=down)
    assert "onversleuteld" in told(found, "fout").tekst


def _down(request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("nee", request=request)


@pytest.mark.parametrize(
    ("fault", "onderwerp", "words"),
    [
        ({"kind": "down"}, "bereik", "brak af"),
        ({"kind": "page", "status": 200}, "bereik", "kan niet worden gelezen"),
        ({"kind": "page", "status": 404}, "adres", "HTTP 404"),
        ({"kind": "status", "status": 401}, "adres", "HTTP 401"),
        ({"kind": "status", "status": 502}, "bereik", "HTTP 502"),
    ],
)
async def test_what_is_not_meta_is_recognised(
    sandbox: Sandbox, engine: Engine, fault: dict[str, Any], onderwerp: str, words: str
) -> None:
    sandbox.faults.add(times=1, **fault)
    found = await findings(sandbox, engine, "0600000001")
    assert wrong(found) == [onderwerp] and words in told(found, "fout").tekst
    # What can be looked at without Meta still is; a message is not tried.
    subjects = [one.onderwerp for one in found]
    assert "handtekening" in subjects and "bericht" not in subjects


def refusing(code: int, status: int = 400, *, path: str = "") -> httpx.MockTransport:
    """Meta refuses everything, or what has this in its path, with a code."""

    def handle(request: httpx.Request) -> httpx.Response:
        if path in request.url.path:
            return httpx.Response(status, json={"error": {"code": code, "message": "(#1) Nee"}})
        return httpx.Response(200, json={"id": "1", "data": [], "display_phone_number": "+31850000000"})

    return httpx.MockTransport(handle)


@pytest.mark.parametrize(
    ("code", "niveau", "onderwerp", "words"),
    [
        (0, "fout", "token", "verlopen"),
        (294, "fout", "rechten", "mag dit niet"),
        (2500, "fout", "versie", "kent dit adres niet"),
        (33, "fout", "nummer", "kent dit phone_number_id niet"),
        (4, "let_op", "nummer", "te veel"),
        (2, "let_op", "nummer", "storing"),
        (368, "fout", "account", "beperkt"),
        (131031, "fout", "account", "beperkt"),
        (424242, "fout", "nummer", "code 424242"),
    ],
)
async def test_what_meta_refuses_is_explained(
    sandbox: Sandbox, engine: Engine, code: int, niveau: str, onderwerp: str, words: str
) -> None:
    at_meta = aansluiting(sandbox, engine, verify_token=Geheim("x", probleem="weg"))
    found = [one for one in await check(at_meta, nu=NOW, transport=refusing(code)) if one.onderwerp != "geheim"]
    assert [(one.niveau, one.onderwerp) for one in found] == [(niveau, onderwerp)]
    assert words in found[0].tekst and found[0].advies


async def test_rights_that_cannot_be_seen_are_a_notice(sandbox: Sandbox, engine: Engine) -> None:
    at_meta = aansluiting(sandbox, engine, verify_token=Geheim("x", probleem="weg"))
    found = await check(at_meta, nu=NOW, transport=refusing(100, path="debug_token"))
    assert "rechten" in noticed(found) and "rechten" not in wrong(found)


@pytest.mark.parametrize(
    ("secrets", "known", "niveau"),
    [
        ("goed", {"goed"}, "goed"),
        ("fout", {"goed"}, "fout"),
        ("goed\noud", {"goed"}, "let_op"),
        ("a\nb", {"c"}, "fout"),
    ],
)
async def test_an_app_secret_of_another_app_is_told(
    sandbox: Sandbox, engine: Engine, secrets: str, known: set[str], niveau: str
) -> None:

    proofs = {hmac.new(one.encode(), TOKEN.encode(), hashlib.sha256).hexdigest() for one in known}

    def handle(request: httpx.Request) -> httpx.Response:
        if request.url.params.get("appsecret_proof", next(iter(proofs))) in proofs:
            return httpx.Response(200, json={"id": "1", "data": []})
        return httpx.Response(400, json={"error": {"code": 100, "message": "Invalid appsecret_proof provided"}})

    given = aansluiting(sandbox, engine, app_secret=Geheim("x", secrets), verify_token=Geheim("x", probleem="weg"))
    found = await check(given, nu=NOW, transport=httpx.MockTransport(handle))
    assert [one.niveau for one in found if one.onderwerp == "appgeheim"] == [niveau]


@pytest.mark.parametrize(
    ("fields", "niveau", "onderwerp", "words"),
    [
        ({"quality": "YELLOW"}, "let_op", "kwaliteit", "matig"),
        ({"quality": "RED"}, "let_op", "kwaliteit", "slecht"),
        ({"callback": "https://oud.example/webhook"}, "fout", "webhookadres", "oud.example"),
    ],
)
async def test_how_the_number_is_doing_is_told(
    sandbox: Sandbox, engine: Engine, fields: dict[str, Any], niveau: str, onderwerp: str, words: str
) -> None:
    number: Number = replace(sandbox.number, **fields)
    sandbox.world.numbers = {**sandbox.world.numbers, NUMBER.phone_number_id: number}
    found = await findings(sandbox, engine)
    assert [(one.niveau, one.onderwerp) for one in found if one.niveau != "goed"] == [(niveau, onderwerp)]
    assert words in told(found, niveau).tekst


@pytest.mark.parametrize(
    ("fields", "words"),
    [({"platform_type": "NOT_APPLICABLE"}, "niet aangemeld"), ({"status": "BANNED"}, "op BANNED")],
)
async def test_a_number_that_does_not_work_is_told(
    sandbox: Sandbox, engine: Engine, fields: dict[str, str], words: str
) -> None:
    body = {"display_phone_number": "+31850000000", "platform_type": "CLOUD_API", "status": "CONNECTED", "data": []}
    transport = httpx.MockTransport(lambda request: httpx.Response(200, json={**body, **fields}))
    found = await check(aansluiting(sandbox, engine), nu=NOW, transport=transport)
    assert words in next(one.tekst for one in found if one.niveau == "fout" and one.onderwerp == "nummer")


async def test_another_version_than_asked_is_noticed(sandbox: Sandbox, engine: Engine) -> None:
    headers = {"facebook-api-version": "v27.0"}
    transport = httpx.MockTransport(lambda request: httpx.Response(200, json={"data": []}, headers=headers))
    found = await check(aansluiting(sandbox, engine), nu=NOW, transport=transport)
    assert "v27.0" in next(one.tekst for one in found if one.onderwerp == "versie")


async def test_without_a_subscription_nothing_comes_in(sandbox: Sandbox, engine: Engine) -> None:
    sandbox.world.unsubscribe("900100")
    found = await findings(sandbox, engine)
    assert wrong(found) == ["abonnement"] and "geen bericht binnen" in told(found, "fout").tekst


async def test_a_second_app_hears_everything_too(sandbox: Sandbox, engine: Engine) -> None:
    apps = [{"whatsapp_business_api_data": {"id": id}} for id in ("1", "2")]
    transport = httpx.MockTransport(lambda request: httpx.Response(200, json={"data": apps}))
    found = await check(aansluiting(sandbox, engine), nu=NOW, transport=transport)
    assert "2 apps" in next(one.tekst for one in found if one.onderwerp == "abonnement")


@pytest.mark.parametrize(
    ("to", "words"),
    [("geen nummer", "geen telefoonnummer"), ("06 00000002", "24 uur"), ("+1", "geen telefoonnummer")],
)
async def test_why_the_message_cannot_be_sent(sandbox: Sandbox, engine: Engine, to: str, words: str) -> None:
    found = await findings(sandbox, engine, to)
    assert wrong(found) == ["bericht"] and words in told(found, "fout").tekst
    assert to not in str(found)


@pytest.mark.parametrize(
    ("code", "onderwerp", "words"),
    [(131026, "bericht", "niets bezorgen"), (131042, "account", "beperkt"), (131009, "bericht", "weigert dit")],
)
async def test_what_meta_says_of_the_message_is_told(
    sandbox: Sandbox, engine: Engine, code: int, onderwerp: str, words: str
) -> None:
    sandbox.faults.fail(code)
    found = await findings(sandbox, engine, "06 00000001")
    assert wrong(found) == [onderwerp] and words in told(found, "fout").tekst


@pytest.mark.parametrize(
    ("get", "words"),
    [
        ({200: (200, "<!doctype html>")}, "niet met wat gevraagd werd"),
        ({200: (403, "")}, "ander geheim"),
        ({200: (302, "")}, "verwijst door"),
        ({200: (404, "")}, "is niets"),
        ({200: (502, "")}, "HTTP 502"),
    ],
)
async def test_a_webhook_that_does_not_answer_meta_is_told(
    sandbox: Sandbox, engine: Engine, get: dict[int, tuple[int, str]], words: str
) -> None:
    engine.get = get
    found = await findings(sandbox, engine)
    assert wrong(found) == ["webhook"] and words in told(found, "fout").tekst
    assert not engine.posted


async def test_an_engine_with_another_word_is_told(sandbox: Sandbox, engine: Engine) -> None:
    engine.verify_token = "een-ander-controlewoord"
    assert "ander geheim" in told(await findings(sandbox, engine), "fout").tekst


async def test_a_webhook_that_believes_anybody_is_told(sandbox: Sandbox, engine: Engine) -> None:
    engine.get, engine.post = {403: (200, "ja")}, {401: 200}
    found = await findings(sandbox, engine)
    assert wrong(found) == ["webhook", "handtekening", "handtekening"]
    texts = [one.tekst for one in found if one.niveau == "fout"]
    assert "verkeerd controlewoord" in texts[0] and "zonder handtekening" in texts[1] and "verkeerde" in texts[2]


async def test_a_refusal_by_something_else_is_told(sandbox: Sandbox, engine: Engine) -> None:
    engine.post = {401: 405}
    found = await findings(sandbox, engine)
    assert wrong(found) == ["handtekening"] * 2 and "met 405" in told(found, "fout").tekst


async def test_an_engine_with_another_app_secret_is_told(sandbox: Sandbox, engine: Engine) -> None:
    engine.secrets = ["een-ander-geheim"]
    found = await findings(sandbox, engine)
    assert wrong(found) == ["handtekening"] and "onze eigen handtekening" in told(found, "fout").tekst


async def test_every_secret_of_a_change_is_tried(sandbox: Sandbox, engine: Engine) -> None:
    both = Geheim("x", f"{APP_SECRET}\nhet-nieuwe-geheim")
    assert wrong(await findings(sandbox, engine, app_secret=both)) == ["handtekening"]
    engine.secrets = [APP_SECRET, "het-nieuwe-geheim"]
    assert not wrong(await findings(sandbox, engine, app_secret=both))


async def test_an_engine_that_is_away_is_told(sandbox: Sandbox, engine: Engine) -> None:
    found = await findings(sandbox, engine, webhook="http://127.0.0.1:9/webhooks/whatsapp/webhook")
    assert wrong(found) == ["webhookadres", "webhook"]
    assert "niet te bereiken" in [one.tekst for one in found if one.onderwerp == "webhook"][0]


@pytest.fixture
def installation(tmp_path: Path, sandbox: Sandbox, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Settings of an installation with this sandbox as its Meta; the folder with its secrets."""
    gemeenten, secrets = tmp_path / "gemeenten", tmp_path / "geheimen"
    shutil.copytree(ROOT / "gemeenten", gemeenten)
    secrets.mkdir()
    _give(gemeenten, url=sandbox.root)
    for name, value in (("token", TOKEN), ("app_secret", APP_SECRET), ("verify_token", VERIFY_TOKEN)):
        (secrets / f"voorbeeldstad.whatsapp_{name}").write_text(f"{value}\n")
    monkeypatch.setenv("VRAAGBAAK_GEMEENTEN_DIR", str(gemeenten))
    monkeypatch.setenv("VRAAGBAAK_SECRETS_DIR", str(secrets))
    monkeypatch.setenv("VRAAGBAAK_CHAT_URL", engine.root)
    return secrets


def _give(gemeenten: Path, **fields: str) -> None:
    path = gemeenten / "voorbeeldstad.yml"
    contents = yaml.safe_load(path.read_text(encoding="utf-8"))
    contents["whatsapp"] = {
        "phone_number_id": "700200",
        "nummer": "085 000 0000",
        "waba_id": "900100",
        "sjabloon": "gesprek_hervatten",
        **fields,
    }
    path.write_text(yaml.safe_dump(contents, allow_unicode=True, sort_keys=False), encoding="utf-8")


async def test_the_command_says_it_all(installation: Path) -> None:
    done = await in_thread(CliRunner().invoke, whatsapp, ["check", "--gemeente", "voorbeeldstad"])
    assert done.exit_code == 0, done.output
    assert len(done.output.splitlines()) == 15 and all(line.startswith("✓") for line in done.output.splitlines())


async def test_the_command_sends_a_message(installation: Path, sandbox: Sandbox) -> None:
    done = await in_thread(CliRunner().invoke, whatsapp, ["check", "--stuur-naar", "0600000002"])
    assert done.exit_code == 1
    assert "✗ bericht: Deze telefoon schreef de laatste 24 uur niet" in done.output


async def test_the_command_names_the_file_of_a_missing_secret(installation: Path) -> None:
    path = installation / "voorbeeldstad.whatsapp_app_secret"
    path.unlink()
    done = await in_thread(CliRunner().invoke, whatsapp, ["check"])
    assert done.exit_code == 1 and str(path) in done.output and "App secret" in done.output


async def test_the_command_is_brief_without_whatsapp(installation: Path, tmp_path: Path) -> None:
    path = tmp_path / "gemeenten" / "molendam.yml"
    contents = yaml.safe_load(path.read_text(encoding="utf-8"))
    contents.pop("whatsapp", None)
    path.write_text(yaml.safe_dump(contents, allow_unicode=True, sort_keys=False), encoding="utf-8")
    done = await in_thread(CliRunner().invoke, whatsapp, ["check", "--gemeente", "molendam"])
    assert done.exit_code == 0 and "geen WhatsApp" in done.output


async def test_with_the_sandbox_of_make_run_no_secret_is_needed(installation: Path, tmp_path: Path) -> None:
    _give(tmp_path / "gemeenten", url="sandbox")
    settings = Settings(gemeenten_dir=str(tmp_path / "gemeenten"), sandbox_port=8123)
    found = connection(settings, gemeenten_of(settings)["voorbeeldstad"])
    assert found is not None and found.url == "http://127.0.0.1:8123"
    assert {one.waarde for one in (found.token, found.app_secret, found.verify_token)} == {SANDBOX_TOKEN}
    assert found.webhook == "http://localhost:5005/webhooks/whatsapp/webhook"
