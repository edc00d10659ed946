"""The other pages: the inbox, why, test questions, files in and out, accounts, the trail, and own texts beside central ones."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from sqlalchemy.engine import Engine

from bot.catalog import live_thesaurus, store
from bot.catalog.product import parse_product
from bot.handoff import employees
from bot.redactie import audit, inbox, toetsvragen
from bot.redactie.values import Wat
from tests.web.desk.people import WACHTWOORD
from tests.web.redactie import editors
from tests.web.redactie.conftest import NewEditor
from tests.web.redactie.editors import DAM, STAD, Editor
from tests.web.redactie.fake_engine import Gate

PASPOORT = "paspoort-aanvragen"


def hidden(page: str, *names: str) -> dict[str, str]:
    """Hidden fields of the last form that has them all."""
    found = {name: re.findall(rf'name="{name}" value="([^"]*)"', page)[-1] for name in names}
    words = re.findall(r'<textarea name="woorden"[^>]*>(.*?)</textarea>', page, re.DOTALL)
    return found | ({"woorden": words[-1]} if words else {})


def past_the_gate(one: Editor, plek: str, data: dict[str, str], **extra: str) -> int:
    """Propose a repair, and confirm it on the gate's page; the status of that."""
    page = one.post(f"/{plek}/poort", data)
    assert page.status_code == 200, page.text
    fields = hidden(page.text, "poort", "soort", "product", "waar", "groep")
    return one.post(f"/{plek}/poort/live", {**fields, **extra}).status_code


def test_a_question_of_the_inbox_becomes_an_example(editor: NewEditor, engine: Engine, poort: Gate) -> None:
    for number in range(3):
        inbox.record(engine, gemeente=STAD, soort="niet_begrepen", tekst="boekje kwijt", gesprek_id=f"g{number}")
    one = editor()
    page = one.get(f"/{STAD}/postvak").text
    assert "boekje kwijt" in page
    groep = re.search(rf'href="/redactie/{STAD}/postvak/([a-z0-9]+)"', page)
    assert groep is not None
    assert one.get(f"/{STAD}/postvak/{groep[1]}").status_code == 200
    data = {"soort": "voorbeeld", "product": PASPOORT, "woorden": "boekje kwijt", "waar": "centraal", "groep": groep[1]}
    assert past_the_gate(one, STAD, data) == 303
    live = store.live_text(engine, PASPOORT)
    assert live is not None and "boekje kwijt" in live
    assert "boekje kwijt" not in one.get(f"/{STAD}/postvak").text
    assert "boekje kwijt" in one.get(f"/{STAD}/postvak", besluit="toegewezen").text
    assert poort.asked[-1].teksten[0].product == PASPOORT


def test_other_decisions_on_a_question(editor: NewEditor, engine: Engine) -> None:
    for vraag in ("wie wint de wedstrijd", "mag mijn drone hier vliegen", "dank je wel hoor"):
        inbox.record(engine, gemeente=STAD, soort="niet_begrepen", tekst=vraag)
    one = editor()
    for groep, doe in zip(inbox.groups(engine, STAD), ("buiten", "voorgesteld", "klaar"), strict=True):
        assert one.post(f"/{STAD}/postvak/{groep.id}", {"doe": doe, "voorstel": "Drones"}).status_code == 303
    assert "Hier staat niets" in one.get(f"/{STAD}/postvak").text
    assert one.get(f"/{STAD}/postvak", besluit="verzonnen").status_code == 404


def test_the_inbox_is_of_one_municipality(editor: NewEditor, engine: Engine) -> None:
    inbox.record(engine, gemeente=DAM, soort="niet_begrepen", tekst="vraag uit de andere gemeente")
    groep = inbox.groups(engine, DAM)[0].id
    one = editor()
    assert "andere gemeente" not in one.get(f"/{STAD}/postvak").text
    assert one.get(f"/{STAD}/postvak/{groep}").status_code == 404
    assert one.get(f"/{DAM}/postvak").status_code in (403, 404)
    assert editor("centrale", ("", "eindredacteur"), ("", "beheerder")).get(f"/{DAM}/postvak").status_code == 403


def test_a_synonym_and_words_of_the_thesaurus(editor: NewEditor, engine: Engine, poort: Gate) -> None:
    one = editor()
    assert "Wat de assistent doet" in one.get(f"/{STAD}/waarom", vraag="pas kwijt").text
    data = {"soort": "synoniem", "product": PASPOORT, "woorden": "reisboekje", "waar": "centraal"}
    assert past_the_gate(one, STAD, data) == 303
    assert "reisboekje" in str(store.live_text(engine, PASPOORT))
    before = len(live_thesaurus.additions(engine))
    words = {"soort": "thesaurus", "woorden": "bromstaking, zoemstop", "waar": "centraal"}
    assert past_the_gate(one, STAD, words) == 303
    assert len(live_thesaurus.additions(engine)) == before + 1
    assert one.post(f"/{STAD}/poort", {**words, "woorden": "alleen"}).status_code == 400
    assert one.post(f"/{STAD}/poort", {**data, "product": "bestaat-niet"}).status_code == 400


def test_a_loss_stops_a_repair_without_a_reason(editor: NewEditor, engine: Engine, poort: Gate) -> None:
    one, before = editor(), store.live_text(engine, PASPOORT)
    poort.loses("rijbewijs kwijt", "rijbewijs-aanvragen", PASPOORT)
    data = {"soort": "synoniem", "product": PASPOORT, "woorden": "rijbewijs", "waar": "centraal"}
    assert past_the_gate(one, STAD, data) == 409
    words = {"soort": "thesaurus", "woorden": "bromstaking, zoemstop", "waar": "centraal"}
    count = len(live_thesaurus.additions(engine))
    assert past_the_gate(one, STAD, words) == 409
    assert store.live_text(engine, PASPOORT) == before and len(live_thesaurus.additions(engine)) == count


def test_a_redacteur_proposes_a_repair_and_another_judges(editor: NewEditor, engine: Engine) -> None:
    one = editor("joris", ("", "redacteur"))
    before = store.live_text(engine, PASPOORT)
    data = {"soort": "synoniem", "product": PASPOORT, "woorden": "reisboekje", "waar": "centraal"}
    assert past_the_gate(one, "centraal", data) == 303
    assert store.live_text(engine, PASPOORT) == before
    words = {"soort": "thesaurus", "woorden": "bromstaking, zoemstop", "waar": "centraal"}
    assert past_the_gate(one, "centraal", words) == 403
    assert "Ter beoordeling" in editor("noor").get("", plek="centraal").text


def test_own_texts_and_the_central_one(editor: NewEditor, engine: Engine) -> None:
    one = editor()
    path = f"/{STAD}/product/{PASPOORT}"
    text = store.live_text(engine, PASPOORT)
    assert text is not None
    own = (
        text.replace("U vraagt", "U vraagt hier", 1)
        if "U vraagt" in text
        else text.replace("\n---\n", "\n---\nHier: ", 1)
    )
    product = parse_product(own, "burgerzaken", "x")
    store.publish(engine, product, own, gemeente=STAD, auteur="noor", reden="eigen")
    newer = text.replace("\n---\n", "\n---\nNieuw. ", 1)
    store.publish(engine, parse_product(newer, "burgerzaken", "x"), newer, auteur="centraal", reden="nieuw")
    assert "verouderd" in one.get(path).text
    page = one.get(f"{path}/verouderd").text
    assert "Nieuw." in page
    fields = hidden(page, "centraal", "eigen")
    assert one.post(f"{path}/verouderd", {**fields, "doe": "centraal"}).status_code == 303
    assert "volgt de centrale tekst" in one.get(path).text
    assert one.get(f"/centraal/product/{PASPOORT}/verouderd").status_code == 404


def test_test_questions_one_by_one_and_as_a_table(editor: NewEditor, engine: Engine) -> None:
    one = editor()
    path = f"/{STAD}/toetsvragen"
    assert one.post(path, {"doe": "erbij", "vraag": "pas voor mijn kind", "product": PASPOORT}).status_code == 303
    listed = toetsvragen.listing(engine, STAD)
    assert [(each.vraag, each.verwacht) for each in listed] == [("pas voor mijn kind", PASPOORT)]
    bad = {"bestand": ("v.csv", b"vraag;product\nwat kost dat;bestaat-niet\n", "text/csv")}
    answer = one.client.post(f"/redactie{path}", data={"csrf": one.csrf, "doe": "bestand"}, files=bad)
    assert answer.status_code == 400 and "2" in answer.text
    good = {"bestand": ("v.csv", f"vraag;product\nwat kost een pas;{PASPOORT}\n".encode(), "text/csv")}
    answer = one.client.post(f"/redactie{path}", data={"csrf": one.csrf, "doe": "bestand"}, files=good)
    assert answer.status_code == 303 and len(toetsvragen.listing(engine, STAD)) == 2
    assert one.post(path, {"doe": "weg", "id": str(listed[0].id)}).status_code == 303
    assert len(toetsvragen.listing(engine, STAD)) == 1


def test_files_out_and_in_again_with_a_trial_first(editor: NewEditor, engine: Engine) -> None:
    one = editor()
    zipped = one.get("/centraal/uitwisselen/bestanden")
    assert zipped.headers["content-type"] == "application/zip" and zipped.content[:2] == b"PK"
    assert one.get(f"/{STAD}/uitwisselen/sc").content.startswith(b"<?xml")
    assert one.get("/centraal/uitwisselen/sc").status_code == 404
    table = one.get("/centraal/uitwisselen/csv").content
    changed = table.replace(b"Paspoort aanvragen", b"Paspoort regelen", 1)
    assert changed != table

    def trial(data: bytes, soort: str = "csv") -> str:
        answer = one.client.post(
            "/redactie/centraal/uitwisselen/proef",
            data={"csrf": one.csrf, "soort": soort},
            files={"bestand": ("producten.csv", data, "text/csv")},
        )
        assert answer.status_code in (200, 400), answer.text
        return answer.text

    before = store.live_text(engine, PASPOORT)
    page = trial(changed)
    assert "0 nieuw, 1 gewijzigd" in page and store.live_text(engine, PASPOORT) == before
    fields = hidden(page, "soort", "naam", "thema", "poort", "plan", "inhoud") | {"reden": "nieuwe naam"}
    assert one.post("/centraal/uitwisselen/overnemen", {**fields, "plan": "x" * 64}).status_code == 409
    assert store.live_text(engine, PASPOORT) == before
    assert one.post("/centraal/uitwisselen/overnemen", fields).status_code == 303
    assert "Paspoort regelen" in str(store.live_text(engine, PASPOORT))
    refused = trial(changed.replace(b"inwoner", b"marsmannetje", 1))
    assert "1 geweigerd" in refused and "regel" in refused
    assert "<script>" not in trial(b"<script>alert(1)</script>") and "geen" in trial(b"x", "bestanden")
    assert [step.wat for step in audit.listing(engine, [""], wat=Wat.INGEVOERD)] == [Wat.INGEVOERD]


def test_an_import_goes_past_the_gate_too(editor: NewEditor, engine: Engine, poort: Gate) -> None:
    one = editor()
    poort.loses("rijbewijs kwijt", "rijbewijs-aanvragen", PASPOORT)
    table = one.get("/centraal/uitwisselen/csv").content.replace(b"Paspoort aanvragen", b"Paspoort regelen", 1)
    page = one.client.post(
        "/redactie/centraal/uitwisselen/proef",
        data={"csrf": one.csrf, "soort": "csv"},
        files={"bestand": ("producten.csv", table, "text/csv")},
    ).text
    assert "rijbewijs kwijt" in page and [each.product for each in poort.asked[-1].teksten] == [PASPOORT]
    fields = hidden(page, "soort", "naam", "thema", "poort", "plan", "inhoud") | {"reden": "nieuwe naam"}
    assert one.post("/centraal/uitwisselen/overnemen", fields).status_code == 409
    assert "Paspoort regelen" not in str(store.live_text(engine, PASPOORT))
    assert one.post("/centraal/uitwisselen/overnemen", {**fields, "verlies_reden": "hoort zo"}).status_code == 303
    assert "Paspoort regelen" in str(store.live_text(engine, PASPOORT))


def test_a_beheerder_gives_roles_at_their_own_place_only(
    editor: NewEditor, engine: Engine, browser: Callable[[], Editor]
) -> None:
    one = editor("chef", (STAD, "beheerder"))
    path = f"/{STAD}/accounts"
    data = {"doe": "nieuw", "gebruikersnaam": "fleur", "naam": "Fleur", "rol": ["redacteur", "medewerker"]}
    made = one.post(path, data)
    password = re.search(r"<code>([^<]{12,})</code>", made.text)
    assert password is not None and made.headers["cache-control"] == "no-store"
    fleur = employees.by_name(engine, "fleur")
    assert fleur is not None and fleur.rollen == {(STAD, "redacteur"), (STAD, "medewerker")}
    assert browser().log_in("fleur", password[1]).status_code == 303
    employees.set_roles(engine, fleur.id, {*fleur.rollen, (DAM, "eindredacteur")})
    assert one.post(path, {"doe": "rollen", "id": str(fleur.id), "rol": "eindredacteur"}).status_code == 303
    fleur = employees.load(engine, fleur.id)
    assert fleur.rollen == {(STAD, "eindredacteur"), (DAM, "eindredacteur")}
    # A password reaches everywhere, also where this beheerder has nothing to say.
    for doe in ("wachtwoord", "uit"):
        assert one.post(path, {"doe": doe, "id": str(fleur.id)}).status_code == 403
    elders = editors.editor(engine, "mila", (DAM, "redacteur"))
    assert one.post(path, {"doe": "rollen", "id": str(elders.id), "rol": "beheerder"}).status_code == 404
    assert "mila" not in one.get(path).text
    assert one.post(path, {"doe": "nieuw", "gebruikersnaam": "x", "naam": "X", "rol": "koning"}).status_code == 400
    chef = employees.by_name(engine, "chef")
    assert chef is not None
    assert one.post(path, {"doe": "rollen", "id": str(chef.id), "rol": "redacteur"}).status_code == 400
    trail = audit.listing(engine, [STAD], wat=Wat.ACCOUNT)
    assert len(trail) == 2 and password[1] not in str(trail)


def test_a_central_beheerder_makes_the_first_of_a_municipality(editor: NewEditor, engine: Engine) -> None:
    one = editor("chef", ("", "beheerder"))
    data = {"doe": "nieuw", "gebruikersnaam": "mila", "naam": "Mila", "rol": "beheerder", "oidc": "ja"}
    assert one.post(f"/{DAM}/accounts", data).status_code == 200
    mila = employees.by_name(engine, "mila")
    assert mila is not None and mila.rollen == {(DAM, "beheerder")}
    assert (
        one.post(
            "/centraal/accounts", {"doe": "nieuw", "gebruikersnaam": "y", "naam": "Y", "rol": "medewerker"}
        ).status_code
        == 400
    )


def test_a_role_that_is_taken_away_ends_at_once(editor: NewEditor, engine: Engine) -> None:
    one = editor("noor", (STAD, "eindredacteur"))
    noor = employees.by_name(engine, "noor")
    assert noor is not None and one.get("/bibliotheek").status_code == 200
    employees.set_roles(engine, noor.id, [])
    assert one.get("/bibliotheek").status_code == 403
    employees.set_password(engine, noor.id, WACHTWOORD)
    assert one.get("/bibliotheek").status_code == 303


def test_every_change_is_in_the_trail(editor: NewEditor, engine: Engine) -> None:
    one = editor("noor", (STAD, "eindredacteur"), ("", "eindredacteur"))
    data = {"soort": "synoniem", "product": PASPOORT, "woorden": "reisboekje", "waar": "centraal"}
    past_the_gate(one, STAD, data)
    page = one.get("/centraal/logboek").text
    assert "gepubliceerd" in page and "Noor" in page
    assert one.get("/centraal/logboek", wat="gepubliceerd").status_code == 200
    assert one.get("/centraal/logboek", wat="verzonnen").status_code == 404


def test_logging_out_ends_the_session(editor: NewEditor) -> None:
    one = editor()
    cookie = one.client.cookies["vraagbaak_balie"]
    assert one.post("/uitloggen").headers["location"].startswith("/balie/inloggen?uit=1")
    one.client.cookies.set("vraagbaak_balie", cookie)
    assert one.get("").status_code == 303


@pytest.mark.parametrize("naam", ["redactie.css", "bewerken.js"])
def test_scripts_and_styles(browser: Callable[[], Editor], naam: str) -> None:
    answer = browser().get(f"/static/{naam}")
    assert answer.status_code == 200 and answer.headers["etag"]
    assert browser().get("/static/..%2fcommon.py").status_code == 404
