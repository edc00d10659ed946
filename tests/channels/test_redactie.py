"""The editors' door to the engine, from the client that the website uses to a small model behind it."""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest
from sanic import Sanic
from sqlalchemy.engine import Engine

from bot.catalog import live, live_thesaurus, store
from bot.catalog.product import Product, format_product
from bot.channels.editor_tokens import check_editor_token, make_editor_token
from bot.channels.redactie import EditorsChannel
from bot.channels.tokens import BadToken, make_token, secret_of
from bot.database import open_database, upgrade
from bot.nlu import loaded
from bot.nlu.living import LiveSearch
from bot.redactie_engine import EngineAway, EngineRefused, Tekst, Wijziging, explain, run_gate
from bot.search.batch import Geleerd
from bot.search.gate_values import BekendeVraag, Oordeel, Poortuitslag
from bot.settings import Settings, load_settings
from tests.builders import product
from tests.channels.webchat_server import Bot, Running, browser, free_port
from tests.search.test_gate import geleerd as _geleerd
from tests.search.test_searching import PRODUCTS

geleerd = _geleerd
SECRET = "een geheim voor deze proef, lang genoeg"
DUIDELIJK = {"antwoord": 0.6, "gevoelig": 0.7}


class EditorsServer(Running):
    """The channel's routes on a port of their own."""

    def __init__(self) -> None:
        self.port = free_port()
        app = Sanic(f"test_{uuid.uuid4().hex}", configure_logging=False)
        app.blueprint(EditorsChannel().blueprint(Bot()), url_prefix="/webhooks/redactie")
        super().__init__(app, self.port)


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    folder = tmp_path / "gemeenten"
    folder.mkdir()
    for source in (Settings().path("gemeenten")).glob("*.yml"):
        text = source.read_text(encoding="utf-8")
        assert "drempels:" not in text
        (folder / source.name).write_text(f"{text}\ndrempels: {{antwoord: 0.6, gevoelig: 0.7}}\n", encoding="utf-8")
    for name, value in {
        "DATA_DIR": tmp_path / "data",
        "GEMEENTEN_DIR": folder,
        # Questions of products that are not here would only take time.
        "QUESTIONS_DIR": tmp_path / "vragen",
        "SECRET": SECRET,
        "ENGINE_PORT": free_port(),
    }.items():
        monkeypatch.setenv(f"VRAAGBAAK_{name}", str(value))
    return load_settings()


@pytest.fixture
def database(settings: Settings) -> Engine:
    engine = open_database(settings.catalog_url)
    upgrade(engine)
    for one in PRODUCTS.values():
        store.publish(engine, one, format_product(one), auteur="bibliotheek", reden="begin")
    return engine


@pytest.fixture
def model(settings: Settings, geleerd: Geleerd, monkeypatch: pytest.MonkeyPatch) -> Geleerd:
    """The small model, as if Rasa had loaded it; each look at the catalogue sees what is there."""
    monkeypatch.setattr(live, "LOOK_EVERY", 0.0)
    monkeypatch.setattr(loaded, "_loaded", loaded._Loaded())
    loaded.keep_features(geleerd.features)
    loaded.keep_acts(geleerd.acts)
    loaded.keep_search(geleerd.knowledge, LiveSearch(settings, geleerd.knowledge))
    return geleerd


@pytest.fixture
def engine(settings: Settings, database: Engine, model: Geleerd) -> Iterator[Settings]:
    """Settings with which the website finds the engine."""
    server = EditorsServer()
    yield replace(settings, engine_port=server.port)
    server.stop()


def text(one: Product) -> Tekst:
    return Tekst(one.id, one.thema, format_product(one))


def with_synonyms(id: str, *woorden: str) -> Product:
    was = PRODUCTS[id]
    return product(id, synoniemen=[*was.kop.synoniemen, *woorden], kort=was.kort)


def gate(settings: Settings, wijziging: Wijziging, *extra: BekendeVraag, **kwargs: Any) -> Poortuitslag:
    return asyncio.run(run_gate(settings, wijziging, extra, **kwargs))


def why(settings: Settings, vraag: str, gemeente: str = "voorbeeldstad", *change: Wijziging) -> dict[str, Any]:
    return asyncio.run(explain(settings, vraag, gemeente, *change))


PASPOORT = BekendeVraag("paspoort", "paspoort-aanvragen", "postvak")


def test_the_gate_sees_a_bad_synonym(engine: Settings) -> None:
    seen: list[tuple[int, int]] = []
    wijziging = Wijziging(teksten=(text(with_synonyms("huisvuil", "paspoort")),))
    uitslag = gate(engine, wijziging, PASPOORT, progress=lambda done, total: seen.append((done, total)))
    assert [one.vraag for one in uitslag.verlies] == ["paspoort"]
    # Both municipalities have the central texts and these thresholds.
    assert sorted(uitslag.verlies[0].gemeenten) == ["molendam", "voorbeeldstad"]
    assert seen[-1] == (uitslag.vragen, uitslag.vragen)
    assert uitslag.vragen > 8


def test_a_municipality_tries_its_own_change_on_itself(engine: Settings, database: Engine) -> None:
    own = with_synonyms("huisvuil", "paspoort")
    uitslag = gate(engine, Wijziging("molendam", (text(own),)), PASPOORT)
    assert uitslag.verlies[0].gemeenten == ("molendam",)
    # Where it is live, a central change of that product changes nothing.
    store.publish(database, own, format_product(own), gemeente="molendam", auteur="noor", reden="proef")
    central = gate(engine, Wijziging(teksten=(text(with_synonyms("huisvuil", "paspoort")),)), PASPOORT)
    assert central.verlies[0].gemeenten == ("voorbeeldstad",)


def test_questions_that_nothing_was_trained_on_are_known_too(engine: Settings, settings: Settings) -> None:
    folder = Path(settings.questions_dir) / "apart"
    folder.mkdir(parents=True)
    (folder / "afval.yml").write_text("huisvuil: {gewoon: [paspoort]}\nonbekend: {gewoon: [iets]}\n", encoding="utf-8")
    (folder / "buiten_scope.yml").write_text("weer: [kattenbak]\n", encoding="utf-8")
    uitslag = gate(engine, Wijziging(teksten=(text(with_synonyms("hondenbelasting", "kattenbak")),)))
    assert [(one.vraag, one.herkomst, one.oordeel) for one in uitslag.verlies] == [
        ("kattenbak", "bibliotheek", Oordeel.ZEKER)
    ]


def test_a_withdrawal_and_a_new_product(engine: Settings) -> None:
    new = product("zwembad", vragen=["hoe laat is het zwembad open"], kort="U zwemt in het zwembad.")
    uitslag = gate(engine, Wijziging(teksten=(Tekst("huisvuil", "burgerzaken", None), text(new))))
    assert {one.verwacht for one in uitslag.bevindingen if one.vervallen} == {"huisvuil"}
    assert {one.verwacht for one in uitslag.bevindingen if one.toegevoegd} == {"zwembad"}
    assert uitslag.verlies == ()


def test_words_of_the_thesaurus_are_tried_and_then_live(engine: Settings, database: Engine) -> None:
    asked = BekendeVraag("plastiekske", "huisvuil", "toetsvraag")
    groepen = {"vuilniszak": ("vuilniszak", "plastiekske")}
    uitslag = gate(engine, Wijziging(groepen=groepen), asked)
    assert [(one.vraag, one.oordeel) for one in uitslag.bevindingen] == [("plastiekske", Oordeel.NIEUW_GOED)]
    assert why(engine, "plastiekske")["product"] is None
    assert why(engine, "plastiekske", "", Wijziging(groepen=groepen))["product"] == "huisvuil"
    live_thesaurus.put(database, groepen["vuilniszak"], auteur="noor", reden="zo heet het hier")
    now = why(engine, "plastiekske")
    assert now["product"] == "huisvuil"
    assert now["woorden"][0]["begrip"] == "vuilniszak"
    # Taking it back is tried as well.
    back = gate(engine, Wijziging(groepen={"vuilniszak": None}), asked)
    assert [one.vraag for one in back.verlies] == ["plastiekske"]


def test_words_of_one_municipality_stay_there(engine: Settings, database: Engine) -> None:
    live_thesaurus.put(database, ["vuilniszak", "plastiekske"], gemeente="molendam", auteur="noor", reden="dialect")
    assert why(engine, "plastiekske", "molendam")["product"] == "huisvuil"
    assert why(engine, "plastiekske", "voorbeeldstad")["product"] is None
    assert why(engine, "plastiekske", "")["product"] is None


def test_why_names_what_it_rests_on(engine: Settings) -> None:
    uitleg = why(engine, "restafval  weggooien\x00")
    assert (uitleg["vraag"], uitleg["gemeente"]) == ("restafval weggooien", "voorbeeldstad")
    assert uitleg["drempels"]["antwoord"] == DUIDELIJK["antwoord"]
    assert uitleg["ranking"][0]["product"] == "huisvuil"
    assert uitleg["redenen"][0]["velden"]
    # Central texts go by the usual thresholds.
    assert why(engine, "restafval weggooien", "")["drempels"]["antwoord"] == 0.88


def test_numbers_that_must_not_be_kept_are_masked(engine: Settings) -> None:
    assert "111222333" not in why(engine, "mijn bsn is 111222333")["vraag"]


@pytest.mark.parametrize(
    ("wijziging", "says"),
    [
        (Wijziging(teksten=(Tekst("huisvuil", "afval", "geen product"),)), "huisvuil"),
        (
            Wijziging(teksten=(Tekst("huisvuil", "afval", format_product(PRODUCTS["hondenbelasting"])),)),
            "hondenbelasting",
        ),
        (Wijziging("nergenshuizen"), "Onbekende gemeente"),
        (Wijziging(groepen={"zak": ("zak",)}), "minstens twee woorden"),
    ],
)
def test_what_cannot_be_tried_is_said(engine: Settings, wijziging: Wijziging, says: str) -> None:
    with pytest.raises(EngineRefused, match=says):
        gate(engine, wijziging)


def post(settings: Settings, path: str, token: str | None, body: Any = None) -> httpx.Response:
    headers = {} if token is None else {"authorization": f"Bearer {token}"}
    url = f"http://127.0.0.1:{settings.engine_port}/webhooks/redactie/{path}"
    return browser.post(url, json=body if body is not None else {"vraag": "x", "gemeente": ""}, headers=headers)


def signed(secret: str = SECRET, algorithm: str = "HS256", **claims: Any) -> str:
    now = datetime.now(UTC)
    good = {"aud": "redactie", "iat": now, "exp": now + timedelta(seconds=30)} | claims
    return jwt.encode({name: value for name, value in good.items() if value is not None}, secret, algorithm=algorithm)


BAD: list[Any] = [
    None,
    "geen token",
    signed("een ander geheim van minstens 32 tekens"),
    signed(aud="webchat"),
    signed(aud=None),
    signed(iat=None),
    signed(exp=None),
    signed(exp=datetime.now(UTC) + timedelta(days=1)),
    signed(exp=datetime.now(UTC) - timedelta(seconds=30)),
    signed(algorithm="HS512"),
    jwt.encode({"aud": "redactie", "iat": 0, "exp": 9999999999}, None, algorithm="none"),
    make_token("gesprek", "molendam", SECRET)[0],
]


@pytest.mark.parametrize("token", BAD)
def test_nothing_is_reached_without_the_key(engine: Settings, token: str | None) -> None:
    for path in ("verklaar", "poort"):
        answer = post(engine, path, token)
        assert (answer.status_code, answer.json()) == (401, {"fout": "Geen toegang."})


def test_a_token_is_good_for_a_minute() -> None:
    now = datetime.now(UTC)
    # Clocks may differ a little.
    for moment in (now, now + timedelta(seconds=5), now - timedelta(seconds=62)):
        check_editor_token(make_editor_token(SECRET, moment), SECRET)
    for moment in (now - timedelta(seconds=75), now + timedelta(seconds=30)):
        with pytest.raises(BadToken):
            check_editor_token(make_editor_token(SECRET, moment), SECRET)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("verklaar", []),
        ("verklaar", {"vraag": 3, "gemeente": ""}),
        ("verklaar", {"vraag": "x", "gemeente": None}),
        ("verklaar", {"vraag": "x", "gemeente": "", "wijziging": {"teksten": [{"naam": "x"}]}}),
        ("poort", {"wijziging": None}),
        ("poort", {"wijziging": {"teksten": 3}}),
        ("poort", {"wijziging": {"groepen": []}}),
        ("poort", {"wijziging": {"teksten": [{"product": 1, "thema": "x", "tekst": None}]}}),
        ("poort", {"wijziging": {}, "vragen": [{"vraag": "x"}]}),
        ("poort", {"wijziging": {}, "vragen": [{"vraag": "x", "product": None, "herkomst": "zomaar"}]}),
    ],
)
def test_what_has_another_form_is_refused(engine: Settings, path: str, body: Any) -> None:
    answer = post(engine, path, make_editor_token(SECRET), body)
    assert answer.status_code == 400, answer.text
    assert answer.json()["fout"]


def test_an_engine_that_is_away_or_not_ready_is_said(
    settings: Settings, engine: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(EngineAway, match="geeft geen antwoord"):
        gate(settings, Wijziging())
    with pytest.raises(EngineAway, match="geeft geen antwoord"):
        why(settings, "paspoort")
    monkeypatch.setattr(loaded, "_loaded", loaded._Loaded())
    with pytest.raises(EngineAway, match="nog niet geladen"):
        gate(engine, Wijziging())
    with pytest.raises(EngineAway, match="nog niet geladen"):
        why(engine, "paspoort")


def test_another_secret_is_said(engine: Settings) -> None:
    with pytest.raises(EngineRefused, match="VRAAGBAAK_SECRET"):
        why(replace(engine, secret="een heel ander geheim van 32 tekens"), "paspoort")


def test_what_breaks_in_the_middle_is_said_and_logged_by_kind(
    engine: Settings, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("woorden van een bewoner")

    monkeypatch.setattr("bot.search.gate.decide", broken)
    with caplog.at_level(logging.ERROR), pytest.raises(EngineAway, match="ging iets mis"):
        gate(engine, Wijziging())
    assert "De poort brak af: RuntimeError" in caplog.text
    assert "bewoner" not in caplog.text


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(200, content=b"geen json"),
        httpx.Response(200, json={"soort": "uitslag", "uitslag": {"vragen": 1}}),
        httpx.Response(200, content=b""),
        httpx.Response(502, content=b"<html>"),
        httpx.Response(404, json={"fout": "iets"}),
    ],
)
def test_an_answer_that_is_none_is_no_outcome(settings: Settings, answer: httpx.Response) -> None:
    with pytest.raises(EngineAway):
        gate(settings, Wijziging(), transport=httpx.MockTransport(lambda _: answer))


def test_the_same_secret_serves_both(settings: Settings) -> None:
    check_editor_token(make_editor_token(secret_of(settings)), SECRET)
