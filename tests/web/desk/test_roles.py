"""Every route: not without logging in, not without the token, and never for another municipality's conversations."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import httpx
import pytest
from sqlalchemy.engine import Engine

from bot.conversations import store
from bot.handoff import callback, queue
from bot.settings import Settings
from bot.web.app import make_app
from bot.web.desk.routes import API
from tests.web.desk import people
from tests.web.desk.conftest import NewAgent
from tests.web.desk.people import Agent

OPEN = {
    ("GET", "/balie/inloggen"),
    ("POST", "/balie/inloggen"),
    ("GET", "/balie/oidc"),
    ("GET", "/balie/oidc/terug"),
    ("GET", "/balie/static/<name:str>"),
}
"""What somebody may reach who is not logged in."""
PAGES = {("GET", "/balie"), ("POST", "/balie/uitloggen")}
GENERAL = {
    "/api/stand",
    "/api/events",
    "/api/aanwezig",
    "/api/hartslag",
    "/api/geschiedenis",
    "/api/terugbelverzoeken",
}
"""Addresses that name nothing of a municipality; what they give is of those of the employee."""


def paths(settings: Settings) -> set[tuple[str, str]]:
    """(method, address) of all that the website serves below `/balie`."""
    app = make_app(replace(settings), "alle_routes")
    found = set()
    for route in app.blueprints["balie"].routes:
        address = "/" + route.path.strip("/")
        assert address.startswith("/balie")
        found |= {(method, address) for method in route.methods}
    return found


def guarded(settings: Settings) -> list[tuple[str, str]]:
    return sorted(paths(settings) - OPEN - PAGES)


def test_no_route_is_forgotten_here(sqlite_settings: Settings) -> None:
    api = {(method, f"/balie{path}") for method, path, _ in API}
    assert paths(sqlite_settings) == api | OPEN | PAGES
    assert {path for _, path, _ in API if "<" not in path} == GENERAL
    assert len(api) >= 20


def filled(path: str, one: str, referentie: str, gemeente: str) -> str:
    """An address with what it names filled in."""
    values = {
        "overdracht_id": one,
        "referentienummer": referentie,
        "gemeente_id": gemeente,
        "product_id": "paspoort-aanvragen",
    }
    return re.sub(r"<(\w+):str>", lambda match: values[match[1]], path)


def send(one: Agent, method: str, path: str, **headers: str) -> httpx.Response:
    body: dict[str, Any] = {"tekst": "x", "reden": "x", "uitkomst": "opgelost", "aanwezig": True, "nummer": 1}
    kwargs = {"json": body} if method == "POST" else {}
    with one.client.stream(method, path, headers=headers, **kwargs) as answer:
        if answer.headers["content-type"].startswith("text/event-stream"):
            return answer
        answer.read()
        return answer


@pytest.fixture
def theirs(engine: Engine, sqlite_settings: Settings) -> dict[str, str]:
    """What is of Molendam: somebody who waits, and a call-back."""
    return {
        "one": people.waiting(sqlite_settings, engine, "molendam").id,
        "referentie": people.to_call(engine, "molendam").referentienummer,
        "gemeente": "molendam",
    }


def test_nobody_gets_in_without_logging_in(
    browser: Callable[[], Agent], theirs: dict[str, str], sqlite_settings: Settings
) -> None:
    one = browser()
    for method, path in guarded(sqlite_settings):
        answer = send(one, method, filled(path, **theirs), **{"x-balie-csrf": "x"})
        assert answer.status_code == 401, (method, path)
        assert set(answer.json()) == {"fout"}
    one.client.cookies.set("vraagbaak_balie", "verzonnen")
    for method, path in guarded(sqlite_settings):
        assert send(one, method, filled(path, **theirs), **{"x-balie-csrf": "x"}).status_code == 401


def test_nothing_of_another_municipality_can_be_seen_or_touched(
    agent: NewAgent, engine: Engine, theirs: dict[str, str], sqlite_settings: Settings
) -> None:
    one = agent("sanne", "voorbeeldstad")
    unknown = {"one": "0" * 32, "referentie": "1234567890", "gemeente": "utopia"}
    for method, path in guarded(sqlite_settings):
        if "<" not in path:
            continue
        answers = [send(one, method, filled(path, **what), **{"x-balie-csrf": one.csrf}) for what in (theirs, unknown)]
        # Nothing is learned: it is as if it did not exist.
        assert [answer.status_code for answer in answers] == [404, 404], (method, path)
        assert answers[0].content == answers[1].content
    assert [event.soort for event in queue.events(engine, theirs["one"])] == ["in_wachtrij"]
    assert callback.load(engine, theirs["referentie"]).medewerker_id is None
    gesprek_id = queue.load(engine, theirs["one"]).gesprek_id
    assert gesprek_id and len(store.since(engine, gesprek_id)) == 2


def test_lists_hold_nothing_of_another_municipality(
    agent: NewAgent, engine: Engine, theirs: dict[str, str], sqlite_settings: Settings
) -> None:
    colleague = agent("joris", "molendam")
    helped = people.waiting(sqlite_settings, engine, "molendam", naam="Geheim")
    done = people.waiting(sqlite_settings, engine, "molendam", naam="Geheim")
    for each in (helped, done):
        assert colleague.claim(each).status_code == 200
    assert colleague.post(f"/gesprekken/{done.id}/afsluiten", {"uitkomst": "opgelost"}).status_code == 204
    called = people.to_call(engine, "molendam").referentienummer
    for what in ("oppakken", "klaar"):
        assert colleague.post(f"/terugbelverzoeken/{called}/{what}").status_code == 204
    one = agent("sanne", "voorbeeldstad")
    for path in ("/stand", "/geschiedenis", "/terugbelverzoeken"):
        text = one.get(path).text
        for word in (
            "molendam",
            "Molendam",
            "Geheim",
            "Joris",
            theirs["one"],
            theirs["referentie"],
            helped.id,
            done.id,
            called,
        ):
            assert word not in text, (path, word)
    assert called in colleague.get("/terugbelverzoeken").text
    assert one.get("/terugbelverzoeken", params={"gemeente": "molendam"}).status_code == 404
    assert "Geheim" in colleague.get("/stand").text and "Geheim" in colleague.get("/geschiedenis").text


def test_an_employee_of_two_municipalities_sees_both(
    agent: NewAgent, engine: Engine, theirs: dict[str, str], sqlite_settings: Settings
) -> None:
    people.waiting(sqlite_settings, engine, "voorbeeldstad")
    state = agent("sanne", "voorbeeldstad", "molendam").state()
    assert {each["gemeente"] for each in state["wachtrij"]} == {"voorbeeldstad", "molendam"}


def test_writing_needs_the_token_of_the_session(
    agent: NewAgent, engine: Engine, sqlite_settings: Settings, browser: Callable[[], Agent]
) -> None:
    one, other = agent("sanne"), agent("joris")
    mine = {
        "one": people.waiting(sqlite_settings, engine).id,
        "referentie": people.to_call(engine).referentienummer,
        "gemeente": "voorbeeldstad",
    }
    writes = [path for method, path in guarded(sqlite_settings) if method != "GET"]
    assert len(writes) >= 12
    for path in writes:
        for headers in ({}, {"x-balie-csrf": "x"}, {"x-balie-csrf": other.csrf}):
            assert send(one, "POST", filled(path, **mine), **headers).status_code == 403, path
        elsewhere = {"x-balie-csrf": one.csrf, "sec-fetch-site": "cross-site"}
        assert send(one, "POST", filled(path, **mine), **elsewhere).status_code == 403, path
    assert [event.soort for event in queue.events(engine, mine["one"])] == ["in_wachtrij"]


def test_a_role_that_is_taken_away_counts_at_once(agent: NewAgent, engine: Engine, sqlite_settings: Settings) -> None:
    from bot.handoff import employees

    one = agent("sanne", "voorbeeldstad")
    waiting = people.waiting(sqlite_settings, engine)
    assert one.get(f"/gesprekken/{waiting.id}").status_code == 200
    employees.set_roles(engine, one.state()["ik"]["id"], [("molendam", "medewerker")])
    assert one.get(f"/gesprekken/{waiting.id}").status_code == 404


@pytest.mark.parametrize("bad", ["%00", "..%2f", "a b", "x" * 200, "é"])
def test_odd_names_are_not_there(agent: NewAgent, bad: str) -> None:
    assert agent().get(f"/gesprekken/{bad}").status_code == 404
