"""What must not be sent, must not run and must not grow."""

from __future__ import annotations

import gzip
from collections.abc import Callable

import httpx
import pytest
from playwright.sync_api import Page, Route, expect

from bot.catalog.product import parse_product
from bot.catalog.store import live_text, publish
from bot.web import widget
from tests.browser.conftest import NewChat, NewContext
from tests.browser.installation import Installation
from tests.browser.page import BSN, HOST, QUESTION, Chat

pytestmark = pytest.mark.training

BUDGET = 25 * 1024
"""Bytes of all the widget's files together, as gzip."""
ATTACKS = (
    "<script>window.__raak = 1</script>",
    "<img src=x onerror='window.__raak = 1'>",
    "<svg onload='window.__raak = 1'></svg>",
    '"><b onmouseover="window.__raak = 1">vet</b>',
    "<a href='javascript:window.__raak = 1'>link</a>",
    "{{ 7 * 7 }} ${window.__raak = 1}",
)
EVIL = "javascript:window.__raak=1"


def assert_harmless(chat: Chat) -> None:
    """No script ran, and what should be text made no element."""
    assert chat.page.evaluate("window.__raak") is None
    made = chat.panel.locator(
        ":is(.berichten, .keuzes) :is(script, img, b, iframe, style, [onerror], [onload], [onmouseover])"
    )
    assert made.count() == 0
    assert chat.panel.locator("a[href^='javascript' i]").count() == 0


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (f"mijn bsn is {BSN}", "burgerservicenummer"),
        ("maak het over op NL91 ABNA 0417 1643 00", "rekeningnummer"),
        ("ik betaalde met 4111 1111 1111 1111", "betaalpas"),
    ],
)
def test_a_personal_number_is_held_back(chat: Chat, text: str, what: str) -> None:
    sent: list[str] = []
    chat.page.on("request", lambda request: sent.append(request.url))
    chat.type(text)
    expect(chat.warning).to_contain_text(what)
    expect(chat.warning).to_have_attribute("role", "alert")
    assert sent == []
    chat.button("Haal het nummer weg").click()
    expect(chat.warning).to_be_empty()
    assert not any(digit in chat.input.input_value() for digit in "0123456789")


def test_a_number_that_is_something_else_may_be_sent_and_is_masked(chat: Chat, installation: Installation) -> None:
    chat.type(f"mijn zaaknummer is {BSN}")
    before = chat.answers.count()
    chat.button("Toch versturen: het is iets anders").click()
    chat.answer(before)
    expect(chat.own.last).to_contain_text("[bsn]")
    assert BSN.encode() not in installation.stored()


def test_a_number_that_was_held_back_is_not_kept_as_a_draft(chat: Chat) -> None:
    chat.say("hallo")
    chat.input.fill(f"bsn {BSN}")
    assert BSN not in chat.page.evaluate("JSON.stringify({...localStorage, ...sessionStorage})")


def test_a_message_that_is_too_long_stays_in_the_input(chat: Chat) -> None:
    chat.input.fill("a" * 799)
    expect(chat.page.locator("#teller")).to_be_empty()
    chat.input.fill("a" * 990)
    expect(chat.page.locator("#teller")).to_have_text("Aantal tekens over: 10")
    chat.type("a" * 1003)
    expect(chat.error).to_have_text("Uw bericht is te lang. Aantal tekens te veel: 3.")
    expect(chat.input).to_have_attribute("aria-invalid", "true")
    expect(chat.messages).to_have_count(0)


def test_an_empty_message_is_not_sent(chat: Chat) -> None:
    chat.type("   ")
    expect(chat.error).to_have_text("Typ eerst uw vraag.")
    expect(chat.messages).to_have_count(0)


def test_what_a_resident_types_stays_text(chat: Chat) -> None:
    for text in ATTACKS:
        chat.say(text)
    assert chat.own.locator(".tekst").all_inner_texts() == list(ATTACKS)
    chat.page.reload()
    chat.open()
    expect(chat.own).to_have_count(len(ATTACKS))
    assert chat.own.locator(".tekst").all_inner_texts() == list(ATTACKS)
    assert_harmless(chat)


def test_what_a_product_text_holds_stays_text(new_chat: NewChat, installation: Installation) -> None:
    text = live_text(installation.database, "container-niet-geleegd")
    assert text is not None
    head = text.rpartition("---\n")[0]
    html = "\n\n".join(attack for attack in ATTACKS if "{{" not in attack)
    changed = f"{head}---\nBegin {html}\n\n[klik]({EVIL}) <{EVIL}> [data](data:text/html,x) ![plaatje](https://x.example/a.png)\n"
    product = parse_product(changed, "afval-en-milieu", "proef")
    publish(installation.database, product, changed, gemeente="molendam", auteur="proef", reden="proef")
    chat = new_chat("molendam")
    chat.page.wait_for_timeout(1000)
    assert "<script>window.__raak = 1</script>" in chat.say(QUESTION)
    assert_harmless(chat)


def test_what_travels_beside_the_text_stays_text(chat: Chat) -> None:
    evil = ATTACKS[1]
    common = {
        "tijd": "2026-11-25T10:00:00+00:00",
        "keuzes": [],
        "bronnen": [],
        "product": None,
        "taal": None,
        "feedback": False,
    }
    answer = {
        **common,
        "nummer": 2,
        "van": "medewerker",
        "naam": evil,
        "id": None,
        "blokken": [
            {"soort": "kop", "inhoud": [{"tekst": evil}]},
            {"soort": "alinea", "inhoud": [{"tekst": "klik hier", "link": EVIL}, {"tekst": evil, "sterk": True}]},
            {"soort": "lijst", "punten": [[{"soort": "alinea", "inhoud": [{"tekst": evil, "link": " JavaScript:x"}]}]]},
        ],
        "keuzes": [{"titel": evil}],
        "product": evil,
        "bronnen": [EVIL, "data:text/html,x", "https://wetten.overheid.nl/a"],
        "taal": f'ar"{evil}',
        "feedback": True,
    }

    def answers(route: Route) -> None:
        sent = route.request.post_data_json
        blocks = [{"soort": "alinea", "inhoud": [{"tekst": sent["tekst"]}]}]
        echo = {**common, "nummer": 1, "van": "bewoner", "naam": None, "id": sent["id"], "blokken": blocks}
        route.fulfill(json={"berichten": [echo, answer]}, headers={"access-control-allow-origin": "*"})

    chat.page.route("**/webchat/messages", answers)
    chat.type("hallo")
    expect(chat.choices.first).to_have_text(evil)
    expect(chat.page.locator(".bericht.medewerker")).to_contain_text("klik hier")
    expect(chat.page.locator(".bron a")).to_have_count(1)
    assert_harmless(chat)


def test_the_strict_policy_of_the_demonstration_pages_is_never_broken(
    new_context: NewContext, installation: Installation
) -> None:
    page = new_context().new_page()
    page.add_init_script(
        "window.__csp = []; addEventListener('securitypolicyviolation', (one) => __csp.push(one.violatedDirective))"
    )
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    for path in ("/", "/inbedden", "/demo/molendam", "/demo/voorbeeldstad"):
        answer = page.goto(installation.url + path)
        assert answer is not None
        policy = answer.headers["content-security-policy"]
        assert "unsafe" not in policy
        assert "require-trusted-types-for 'script'" in policy
        assert page.evaluate("window.__csp") == []
    chat = Chat(page).open()
    chat.say(QUESTION)
    chat.button("Nee").click()
    chat.type(f"bsn {BSN}")
    chat.menu("Contact en openingstijden")
    chat.button("Terug naar het gesprek").click()
    with page.expect_download():
        chat.menu("Download het gesprek")
    chat.menu("Beëindig het gesprek")
    expect(chat.card).to_contain_text("Welk cijfer")
    assert page.evaluate("window.__csp") == []
    assert errors == []


def test_the_policy_that_the_embedding_page_names_is_enough(
    new_context: NewContext, installation: Installation
) -> None:
    """The page of a municipality with no more than what /inbedden asks for."""
    web, engine = installation.settings.public_web_url, installation.settings.public_chat_url
    # Chromium asks before a page from elsewhere may talk to this machine.
    page = new_context(permissions=["local-network-access"]).new_page()
    page.add_init_script(
        "window.__csp = []; addEventListener('securitypolicyviolation', (one) => __csp.push(one.blockedURI))"
    )
    policy = f"default-src 'none'; script-src {web}; connect-src {web} {engine}; require-trusted-types-for 'script'"
    line = f'<script src="{web}/v1/vraagbaak.js" data-gemeente="voorbeeldstad" defer></script>'
    headers = {"content-type": "text/html", "content-security-policy": policy}
    html = f'<!doctype html><html lang="nl"><title>x</title>{line}'
    page.route("https://www.voorbeeldstad.example/", lambda route: route.fulfill(body=html, headers=headers))
    page.goto("https://www.voorbeeldstad.example/")
    assert "geleegd" in Chat(page).open().say(QUESTION)
    assert page.evaluate("window.__csp") == []


def test_the_widget_leaves_the_page_alone(new_page: Callable[..., Page]) -> None:
    page = new_page()
    expect(Chat(page).starter).to_be_visible()
    assert page.evaluate("Object.keys(window).filter((name) => /vraagbaak|paneel/i.test(name))") == []
    page.evaluate(
        f"() => {{ const again = {HOST}; document.body.append(document.createElement('p')); again.remove() }}"
    )
    expect(page.locator("vraagbaak-chat")).to_have_count(1)
    Chat(page).open()


def test_all_files_together_stay_within_the_budget(installation: Installation) -> None:
    sizes = {}
    for path in sorted(widget.FOLDER.iterdir()):
        answer = httpx.get(f"{installation.url}/v1/{path.name}")
        assert answer.status_code == 200
        sizes[path.name] = len(gzip.compress(answer.content, 9))
    assert sum(sizes.values()) <= BUDGET, sizes
