"""WhatsApp from beginning to end: a resident with a phone in one browser, an employee at the desk in another, on a whole
installation with the sandbox as Meta."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, expect

from bot.database import open_database
from bot.handoff import employees
from bot.privacy.erasure import erase_everywhere
from bot.sandbox.cases import sample
from tests.browser.conftest import NewContext
from tests.browser.desk_page import Desk
from tests.browser.installation import Installation
from tests.browser.page import violations
from tests.browser.phone_page import ANS, ANSWER, MEHMET, NOOR, Phone
from tests.web.desk import people
from tests.web.desk.always_open import always_open

pytestmark = pytest.mark.training

NewPhone = Callable[..., Phone]
OPENING = "U praat met de digitale assistent van de gemeente Voorbeeldstad"
PASSPORT = "Een paspoort kost"
MOMENT = re.compile(r"om \d{1,2}\.\d\d uur")
SUMMARY = "Klopt dit?"


@pytest.fixture(scope="module")
def installation(
    browser: Browser, trained_model: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    """A whole installation whose employees may chat at any hour."""
    folder = tmp_path_factory.mktemp("telefoon")
    running = Installation(folder / "data")
    running.settings = replace(running.settings, gemeenten_dir=always_open(folder / "gemeenten"))
    with running:
        yield running


@pytest.fixture
def new_phone(installation: Installation, new_context: NewContext) -> Iterator[NewPhone]:
    """Phones that never wrote to anybody, and a clock that is right."""
    opened: list[Phone] = []
    forget(installation)

    def make(*arguments: object, **options: object) -> Phone:
        opened.append(Phone(new_context(**options), installation.sandbox_url, *arguments))  # type: ignore[arg-type]
        return opened[-1]

    yield make
    for phone in opened:
        assert phone.errors == [] and phone.violations_of_policy() == []


@pytest.fixture
def phone(new_phone: NewPhone) -> Phone:
    """The phone of Ans, whose number is known."""
    return new_phone()


@pytest.fixture
def desk(installation: Installation, new_context: NewContext) -> Iterator[Desk]:
    """The desk of an employee who is there."""
    who = people.employee(
        installation.database, f"sanne{len(employees.everybody(installation.database))}", naam="Sanne Bos"
    )
    yield Desk(new_context(), installation.url).log_in(who.gebruikersnaam)
    employees.set_active(installation.database, who.id, False)
    with installation.database.begin() as connection:
        connection.exec_driver_sql("UPDATE overdracht SET status = 'gesloten' WHERE status <> 'gesloten'")


def forget(installation: Installation) -> None:
    """Nobody was ever on WhatsApp, neither for the assistant nor for the sandbox."""
    tracker_store = open_database(installation.settings.tracker_store_url)
    for (gesprek,) in installation.rows("SELECT gesprek_id FROM whatsapp_persoon"):
        erase_everywhere(installation.database, tracker_store, str(gesprek))
    httpx.post(f"{installation.sandbox_url}/telefoon/begin", json={}).raise_for_status()


def kept(installation: Installation) -> bytes:
    """All bytes of what the installation itself knows; the sandbox has databases of its own."""
    folder = installation.settings.path(installation.settings.data_dir)
    return b"".join(path.read_bytes() for name in ("vraagbaak", "tracker") for path in folder.glob(f"{name}.sqlite*"))


def eventually(look: Callable[[], object], what: str) -> None:
    """Wait for something that goes on beside the page."""
    deadline = time.monotonic() + ANSWER / 1000
    while time.monotonic() < deadline:
        if look():
            return
        time.sleep(0.1)
    raise AssertionError(what)


def book(phone: Phone, naam: str, contact: str | None = None) -> str:
    """An appointment for a passport at the town hall, at the first moment that is free; what was said of it."""
    phone.say("ik wil een afspraak voor een paspoort", "Waar wilt u langskomen?")
    phone.tap("Stadhuis", "Deze tijden zijn vrij")
    first = phone.open_list()[0]
    phone.press("Sluit")
    phone.pick(first, "Op welke naam")
    if contact is None:
        said = phone.say(naam, SUMMARY)
    else:
        phone.say(naam, "Wat is uw e-mailadres?")
        said = phone.say(contact, SUMMARY)
    expect(said).to_contain_text(naam)
    return phone.tap("Ja, maak de afspraak", "Uw afspraak staat.").inner_text()


def to_queue(phone: Phone, naam: str) -> None:
    """Ask for a human, up to standing in line."""
    phone.say("ik wil een medewerker spreken", "Mag de medewerker ons gesprek")
    phone.tap("Ja, geef maar door", "Hoe heet u?")
    phone.say(naam, "U staat nu in de rij")


def test_a_question_a_clarification_and_what_was_meant(phone: Phone) -> None:
    phone.type("wat kost een paspoort?")
    phone.answer(PASSPORT)
    assert [OPENING in text for text in phone.texts()] == [True, False], "wie er praat, en dan het antwoord"
    expect(phone.own.last).to_contain_text("bezorgd bij de gemeente")
    expect(phone.window).to_contain_text("tot")

    phone.say("vergunning", "Ik weet nog niet zeker wat u bedoelt.")
    rows = phone.open_list()
    assert len(rows) > 2 and rows[-1] == "Geen van deze"
    wanted = phone.row(rows[1]).locator("small")
    name = wanted.inner_text() if wanted.count() else rows[1]
    phone.press("Sluit")
    phone.pick(rows[1], name)
    expect(phone.own.last).to_contain_text(rows[1])

    phone.say("vergunning", "Ik weet nog niet zeker wat u bedoelt.")
    phone.say("de tweede", name)
    assert len([text for text in phone.texts() if OPENING in text]) == 1, "wie er praat wordt een keer gezegd"


def test_an_appointment_is_made_and_moved(phone: Phone, installation: Installation) -> None:
    made = book(phone, "Ans de Vries")
    assert "Stadsplein 1" in made and MOMENT.search(made)
    number = re.search(r"Nummer: (\S{4}-\S{4})", made)
    assert number is not None
    # Her number is known, so nobody asks for it.
    assert "06 00000001" in "".join(phone.texts())

    link = phone.heard.get_by_role("link", name="Download afspraak.ics")
    with phone.page.expect_download() as download:
        link.click()
    calendar = Path(download.value.path()).read_bytes()
    assert calendar.startswith(b"BEGIN:VCALENDAR") and b"DTSTART" in calendar
    place = phone.answer("Bekijk op de kaart")
    expect(place).to_contain_text("Stadhuis")

    phone.tap("Afspraak verzetten", "Deze tijden zijn vrij")
    rows = phone.open_list()
    phone.press("Sluit")
    phone.pick(rows[2], SUMMARY)
    moved = phone.pick("Ja, verzet hem", "Uw afspraak is verzet.").inner_text()
    assert number[1] in moved and "dat blijft hetzelfde" in moved
    moments = [MOMENT.search(text) for text in (made, moved)]
    assert moments[0] and moments[1] and moments[0][0] != moments[1][0]
    query = "SELECT stand, volgnummer FROM afspraak WHERE referentie = :nummer"
    assert installation.rows(query, nummer=number[1]) == [("geboekt", 1)]


def test_two_taps_on_the_same_button_make_one_appointment(phone: Phone, installation: Installation) -> None:
    ((before,),) = installation.rows("SELECT count(*) FROM agenda_afspraak")
    phone.say("ik wil een afspraak voor een paspoort", "Waar wilt u langskomen?")
    phone.tap("Stadhuis", "Deze tijden zijn vrij")
    first = phone.open_list()[0]
    phone.press("Sluit")
    phone.pick(first, "Op welke naam")
    phone.say("Ans", SUMMARY)
    own = phone.own.count()
    phone.button("Ja, maak de afspraak").dblclick()
    expect(phone.own).to_have_count(own + 2)
    expect(phone.answers.filter(has_text="Uw afspraak staat.")).to_have_count(1, timeout=ANSWER)
    ((after,),) = installation.rows("SELECT count(*) FROM agenda_afspraak")
    assert isinstance(before, int) and after == before + 1


def test_a_case_is_proven_by_the_number_that_whatsapp_knows(phone: Phone, new_phone: NewPhone) -> None:
    nummer = sample("net_ontvangen").identificatie(datetime.now(UTC).date())
    before = phone.mailed()
    phone.say("hoe staat het met mijn aanvraag", "Wat is het nummer van uw zaak?")
    shown = phone.say(nummer, "Evenementenvergunning behandelen")
    expect(shown).to_contain_text("Nu: Wij hebben uw aanvraag ontvangen.")
    assert phone.mailed() == before, "er is geen code nodig"

    # Of somebody else the same question leads to a code, and the same goes for who shows no number.
    for count, person in enumerate((MEHMET, NOOR), 1):
        other = new_phone(person)
        other.say("hoe staat het met mijn aanvraag", "Wat is het nummer van uw zaak?")
        other.say(nummer, "code van 6 cijfers")
        eventually(lambda count=count: len(phone.mailed()) == len(before) + count, "er kwam geen code")
        letter = phone.mailed()[0]
        assert letter["aan"] == sample("net_ontvangen").initiators[0].email
        other.say(letter["onderwerp"].removeprefix("Uw code: "), "Evenementenvergunning behandelen")


def test_somebody_without_a_number_is_helped_just_the_same(new_phone: NewPhone) -> None:
    noor = new_phone(NOOR)
    noor.say("mijn container is niet geleegd", "Afvalcontainer niet geleegd")
    made = book(noor, "Noor", "noor@voorbeeld.example")
    assert "U krijgt een bevestiging per e-mail." in made
    eventually(lambda: "noor@voorbeeld.example" in [letter["aan"] for letter in noor.mailed()], "er kwam geen e-mail")
    noor.say("kunnen jullie mij terugbellen", "Op welk telefoonnummer kunnen wij u bellen?")


def test_a_call_back_to_the_number_that_one_writes_from(phone: Phone, installation: Installation) -> None:
    phone.say("kunnen jullie mij terugbellen", "Waar gaat het over?")
    phone.say("over de leges van mijn bouwplan", "Naar wie kunnen wij vragen")
    phone.tap("Liever geen naam", "Wanneer kunnen wij u het beste bellen?")
    phone.pick("Ochtend", SUMMARY)
    made = phone.tap("Ja, verstuur het", "Uw terugbelverzoek is gemaakt.").inner_text()
    number = re.search(r"Uw referentienummer is (\d+)", made)
    assert number is not None
    rows = installation.rows(
        "SELECT telefoon, kanaal, wanneer FROM terugbelverzoek WHERE referentienummer = :nummer", nummer=number[1]
    )
    assert rows == [("+31600000001", "whatsapp", "Ochtend")]
    phone.say("hoe staat het met mijn terugbelverzoek", "over de leges van mijn bouwplan")


def test_to_an_employee_and_back(phone: Phone, desk: Desk, installation: Installation) -> None:
    phone.say("wat kost een paspoort?", PASSPORT)
    to_queue(phone, "Ans de Vries")
    desk.claim("Ans de Vries")
    expect(desk.messages.filter(has_text="wat kost een paspoort?")).to_have_count(1)
    desk.say("Dag mevrouw De Vries, waarmee kan ik helpen?")
    phone.answer("Sanne Bos: Dag mevrouw De Vries")

    before = phone.answers.count()
    phone.type("mijn paspoort is *gestolen*")
    expect(desk.messages.last).to_contain_text("mijn paspoort is *gestolen*")
    phone.attach("Foto")
    expect(desk.messages.last).to_contain_text("(stuurde een foto)")
    phone.attach("Spraakbericht")
    expect(desk.messages.last).to_contain_text("(stuurde een spraakbericht)")
    desk.page.wait_for_timeout(1000)
    assert phone.answers.count() == before, "de chatbot zwijgt"
    desk.say("Doe eerst aangifte.\n\nMaak daarna een afspraak.")
    expect(phone.answer("Doe eerst aangifte.")).to_contain_text("Maak daarna een afspraak.")

    desk.button("Sluit af", desk.window).click()
    desk.dialog.get_by_label("Opgelost").check()
    desk.button("Sluit af", desk.dialog).click()
    phone.answer("Het gesprek met Sanne Bos is klaar")
    phone.say("9", "Dank u wel voor uw cijfer.")
    assert installation.rows("SELECT nummer, duim FROM bericht_oordeel") == [(0, "9")]
    phone.say("wat kost een paspoort?", PASSPORT)
    assert desk.errors == []


def test_waiting_in_line_is_stopped_by_a_word(phone: Phone, desk: Desk) -> None:
    to_queue(phone, "Ans")
    expect(desk.queue).to_have_count(1)
    phone.say("stop", "U wacht niet meer")
    expect(desk.queue).to_have_count(0)
    phone.say("wat kost een paspoort?", PASSPORT)


def test_an_employee_who_writes_after_a_day_is_told_and_the_words_arrive_later(phone: Phone, desk: Desk) -> None:
    to_queue(phone, "Ans")
    desk.claim("Ans").say("Ik zoek het voor u uit.")
    phone.answer("Ik zoek het voor u uit.")
    phone.press("25 uur later")
    expect(phone.window).to_contain_text("nee, alleen een sjabloon")
    desk.say("Het duurde even.")
    expect(desk.window).to_contain_text("het laatste bericht van deze persoon is ouder dan 24 uur", timeout=ANSWER)
    expect(phone.refused).to_have_count(1)
    expect(phone.refused).to_contain_text("131047")
    expect(phone.answers.filter(has_text="Het duurde even.")).to_have_count(0)
    phone.type("is er al nieuws?")
    phone.answer("Het duurde even.")
    expect(phone.answers.filter(has_text="Het duurde even.")).to_have_count(1)
    expect(desk.messages.last).to_contain_text("is er al nieuws?")
    assert "ouder dan 24 uur" not in "".join(phone.texts()), "wat alleen de balie aangaat, komt niet op de telefoon"


def test_what_is_no_text_gets_a_friendly_answer(phone: Phone) -> None:
    phone.attach("Spraakbericht")
    phone.answer("Ik kan geen spraakberichten horen. Typt u uw vraag?")
    expect(phone.answers.first).to_contain_text(OPENING)
    for kind, answer in (
        ("Foto", "Ik kan geen foto's en filmpjes bekijken."),
        ("Locatie", "Ik kan niets met een locatie."),
        ("Document", "Ik kan geen bestanden lezen."),
        ("Peiling (komt niet aan als bericht)", "Dit soort bericht kan ik niet lezen."),
    ):
        phone.say("dankjewel", "Graag gedaan")
        phone.attach(kind)
        phone.answer(answer)


def test_a_thumb_under_an_answer(phone: Phone, installation: Installation) -> None:
    answer = phone.say("wat kost een paspoort?", PASSPORT)
    answers = phone.answers.count()
    query = "SELECT duim FROM bericht_oordeel"
    phone.react(answer, "Duim omlaag")
    expect(phone.own.last).to_contain_text("Reactie 👎")
    eventually(lambda: installation.rows(query) == [("neer",)], "het oordeel kwam niet aan")
    phone.react(phone.answers.filter(has_text=PASSPORT), "Duim omhoog")
    expect(phone.own.last).to_contain_text("Paspoort aanvragen")
    eventually(lambda: installation.rows(query) == [("op",)], "het nieuwe oordeel kwam niet aan")
    assert phone.answers.count() == answers


def test_only_what_one_was_sent_can_be_reacted_to(phone: Phone, installation: Installation) -> None:
    phone.say("wat kost een paspoort?", PASSPORT)
    theirs, own = (bubbles.last.get_attribute("data-wamid") for bubbles in (phone.answers, phone.own))
    who = {"nummer": "700200", "toestel": ANS.user_id, "soort": "reactie"}
    for change in (
        {"wamid": theirs, "emoji": "x"},
        {"wamid": theirs},
        {"wamid": own, "emoji": "👍"},
        {"wamid": "wamid.onbekend", "emoji": "👍"},
        {"wamid": theirs, "emoji": "👍", "toestel": MEHMET.user_id},
    ):
        answer = httpx.post(f"{installation.sandbox_url}/telefoon/sturen", json={**who, **change})
        assert answer.status_code == 400 and answer.json()["fout"]
    assert installation.rows("SELECT duim FROM bericht_oordeel") == []


def test_everything_is_erased_with_a_receipt(phone: Phone, installation: Installation) -> None:
    phone.say("mijn container in de Kwetterlaan is niet geleegd", "Afvalcontainer niet geleegd")
    assert b"Kwetterlaan" in kept(installation)
    phone.say("verwijder mijn gegevens", "Wilt u dat ik dit gesprek en uw nummer wis?")
    phone.tap("Nee, bewaar het", "Goed, ik wis niets.")
    phone.say("verwijder mijn gegevens", "Wilt u dat ik dit gesprek en uw nummer wis?")
    receipt = phone.tap("Ja, wis alles", "Uw gegevens zijn gewist").inner_text()
    assert re.search(r"Het nummer van dit wisbewijs is [0-9A-F]{12}\.", receipt)
    assert installation.rows("SELECT count(*) FROM whatsapp_persoon") == [(0,)]
    assert installation.rows("SELECT count(*) FROM gesprek WHERE kanaal = 'whatsapp'") == [(0,)]
    assert b"Kwetterlaan" not in kept(installation)
    # Whoever writes again is somebody new.
    phone.type("wat kost een paspoort?")
    phone.answer(OPENING)
    phone.answer(PASSPORT)


def test_another_municipality_knows_nothing_of_it(phone: Phone) -> None:
    phone.say("wat kost een paspoort?", "88,40")
    phone.input.fill("nog niet verstuurd")
    phone.switch(gemeente="Molendam")
    expect(phone.input).to_have_value("")
    expect(phone.answers).to_have_count(0)
    phone.type("wat kost een paspoort?")
    phone.answer("U praat met de digitale assistent van de gemeente Molendam")
    phone.answer("86,50")
    phone.switch(gemeente="Voorbeeldstad")
    expect(phone.input).to_have_value("nog niet verstuurd")
    expect(phone.answers.last).to_contain_text("88,40")


@pytest.mark.parametrize(
    "options", [{}, {"viewport": {"width": 320, "height": 640}}, {"color_scheme": "dark"}, {"forced_colors": "active"}]
)
def test_axe_finds_nothing(new_phone: NewPhone, options: dict[str, object]) -> None:
    phone = new_phone(**options)
    assert violations(phone.page) == ""
    phone.attach("Foto")
    phone.say("wat kost een paspoort?", PASSPORT)
    assert violations(phone.page) == ""
    phone.open_list()
    assert violations(phone.page) == ""
    phone.press("Sluit")
    expect(phone.answers.get_by_role("button", name="☰").last).to_be_focused()
