"""Every address of the redactie: not without logging in, not outside one's role and place, not without the token."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from sqlalchemy.engine import Engine

from bot.redactie.roles import ROLLEN, Recht, may
from bot.settings import Settings
from bot.web.app import make_app
from bot.web.redactie.routes import OPEN, ROUTES
from tests.web.desk import people
from tests.web.redactie.conftest import NewEditor
from tests.web.redactie.editors import DAM, STAD, Editor

ANY_ROLE = {("GET", ""), ("POST", "/uitloggen")}
"""Beside those of ROUTES."""
EVERY = [(method, path, recht) for method, path, _, recht in ROUTES]
IDS = [f"{method} {path}" for method, path, _ in EVERY]


def filled(path: str, plek: str) -> str:
    """An address with what it names filled in."""
    values = {"plek": plek, "product_id": "paspoort-aanvragen", "groep_id": "abc", "vorm": "csv"}
    return re.sub(r"<(\w+):str>", lambda match: values[match[1]], path)


def send(one: Editor, method: str, path: str, data: dict[str, Any] | None = None, **headers: str) -> httpx.Response:
    if method == "GET":
        return one.client.get(f"/redactie{path}", headers=headers)
    return one.client.post(f"/redactie{path}", data=data or {}, headers=headers)


def test_no_route_is_forgotten_here(sqlite_settings: Settings) -> None:
    app = make_app(sqlite_settings, "alle_routes_redactie")
    found = {
        (method, "/" + route.path.strip("/")) for route in app.blueprints["redactie"].routes for method in route.methods
    }
    known = {(method, path) for method, path, _ in EVERY} | ANY_ROLE | set(OPEN)
    assert found == {(method, f"/redactie{path}") for method, path in known}
    assert len(EVERY) > 25
    # An address that names nothing of a place is of no place: any role may see it, and only reads.
    assert all(recht is not None for _, path, recht in EVERY if "<plek" in path)
    assert all(method == "GET" for method, path, _ in EVERY if "<plek" not in path)


@pytest.mark.parametrize(("method", "path", "recht"), EVERY + [(*one, None) for one in sorted(ANY_ROLE)])
def test_refused_without_login(
    method: str, path: str, recht: Recht | None, engine: Engine, browser: Callable[[], Editor]
) -> None:
    one = browser()
    for cookie in ("", "verzonnen"):
        if cookie:
            one.client.cookies.set("vraagbaak_balie", cookie)
        answer = send(one, method, filled(path, STAD), {"csrf": "x"})
        assert answer.status_code == 303
        assert answer.headers["location"] == "/balie/inloggen?naar=/redactie"
        assert answer.content == b""


@pytest.mark.parametrize(("method", "path", "recht"), EVERY, ids=IDS)
def test_refused_outside_ones_place_and_role(method: str, path: str, recht: Recht | None, editor: NewEditor) -> None:
    for number, rol in enumerate(ROLLEN):
        one = editor(f"noor{number}", (STAD, rol))
        if "<plek" not in path:
            assert send(one, method, f"{path}?plek={DAM}").status_code == 404
            assert send(one, method, f"{path}?plek={STAD}").status_code == 200
            continue
        # Of another municipality nothing is learned: it is as if it did not exist.
        theirs, unknown = (send(one, method, filled(path, plek), {"csrf": one.csrf}) for plek in (DAM, "utopia"))
        assert (theirs.status_code, unknown.status_code) == (404, 404)
        assert theirs.content == unknown.content
        here = send(one, method, filled(path, STAD), {"csrf": one.csrf})
        assert recht is not None
        if may({(STAD, rol)}, recht, STAD):
            assert here.status_code not in (401, 403), (rol, here.text)
        else:
            assert here.status_code == 403, rol
        assert send(one, method, filled(path, "centraal"), {"csrf": one.csrf}).status_code == 404


@pytest.mark.parametrize(("method", "path", "recht"), EVERY, ids=IDS)
def test_a_desk_employee_without_an_editors_role_sees_nothing(
    method: str, path: str, recht: Recht | None, engine: Engine, browser: Callable[[], Editor]
) -> None:
    people.employee(engine, "sanne")
    one = browser()
    one.log_in("sanne")
    csrf = re.search(r'data-csrf="([^"]+)"', one.client.get("/balie").text)
    assert csrf is not None
    answer = send(one, method, filled(path, STAD), {"csrf": csrf[1]})
    assert answer.status_code == 403
    assert "aspoort" not in answer.text


@pytest.mark.parametrize(
    ("method", "path"), [(method, path) for method, path, _ in EVERY if method == "POST"] + [("POST", "/uitloggen")]
)
def test_a_post_without_the_token_or_from_elsewhere_is_refused(method: str, path: str, editor: NewEditor) -> None:
    one = editor("noor", *((plek, rol) for plek in (STAD, "") for rol in ROLLEN))
    address = filled(path, STAD)
    for token in ("", "x", one.csrf[:-1]):
        assert send(one, method, address, {"csrf": token} if token else None).status_code == 403
    for site in ("cross-site", "same-site"):
        assert send(one, method, address, {"csrf": one.csrf}, **{"sec-fetch-site": site}).status_code == 403
    assert one.get().status_code == 200


def test_pages_carry_a_strict_policy_and_are_not_kept(editor: NewEditor) -> None:
    one = editor()
    for path in ("", "/bibliotheek", f"/{STAD}/product/paspoort-aanvragen/bewerken"):
        answer = one.get(path)
        policy = answer.headers["content-security-policy"]
        assert "script-src 'self'" in policy and "unsafe" not in policy and "default-src 'none'" in policy
        assert "require-trusted-types-for 'script'" in policy
        assert answer.headers["cache-control"] == "no-store"
        assert not re.search(r"<script(?![^>]*src=)|\son\w+=|style=", answer.text)


def test_names_in_addresses_are_names(editor: NewEditor) -> None:
    one = editor()
    for path in ("/%2e%2e/waarom", f"/{STAD}/product/..%2f..", "/bibliotheek?plek=../x", f"/{STAD}/uitwisselen/exe"):
        assert one.client.get(f"/redactie{path}").status_code == 404


def test_an_editor_without_the_desks_role_is_kept_from_conversations(editor: NewEditor, engine: Engine) -> None:
    one = editor("noor", (STAD, "eindredacteur"), (STAD, "beheerder"))
    assert one.client.get("/balie").headers["location"] == "/redactie"
    assert one.client.get("/balie/inloggen").headers["location"] == "/redactie"
    answer = one.client.get("/balie/api/stand")
    assert answer.status_code == 403 and set(answer.json()) == {"fout"}
    assert one.client.get("/balie/api/geschiedenis").status_code == 403


def test_who_has_both_roles_goes_where_they_came_for(engine: Engine, browser: Callable[[], Editor]) -> None:
    from tests.web.redactie import editors

    editors.editor(engine, "noor", (STAD, "medewerker"), (STAD, "redacteur"))
    one = browser()
    assert one.log_in("noor").headers["location"] == "/redactie"
    assert one.client.get("/balie").status_code == 200
    other = browser()
    answer = other.client.post("/balie/inloggen", data={"naam": "noor", "wachtwoord": people.WACHTWOORD})
    assert answer.headers["location"] == "/balie"
    evil = other.client.post(
        "/balie/inloggen", data={"naam": "noor", "wachtwoord": people.WACHTWOORD, "naar": "https://elders.example"}
    )
    assert evil.headers["location"] == "/balie"
