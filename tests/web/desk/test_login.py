"""Logging in and out of the desk: right, wrong, too often, from elsewhere; and what the cookie may do."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from bot.handoff import employees
from bot.handoff.tables import medewerker_sessie
from tests.web.conftest import Site
from tests.web.desk import people
from tests.web.desk.conftest import NewAgent
from tests.web.desk.people import WACHTWOORD, Agent

NewBrowser = Callable[[], Agent]
AS_IT_IS = employees._HASHER, employees._NOBODY


def test_who_is_not_logged_in_is_sent_to_the_login_page(browser: NewBrowser) -> None:
    answer = browser().client.get("/balie")
    assert (answer.status_code, answer.headers["location"]) == (303, "/balie/inloggen")


def test_the_right_password_leads_to_the_desk(engine: Engine, browser: NewBrowser) -> None:
    people.employee(engine, "sanne")
    one = browser()
    answer = one.log_in("sanne")
    assert (answer.status_code, answer.headers["location"]) == (303, "/balie")
    page = one.client.get("/balie")
    assert page.status_code == 200 and "Sanne" in page.text
    assert one.client.get("/balie/inloggen").headers["location"] == "/balie"


def test_the_cookie_is_for_employees_only_and_out_of_reach_of_scripts(engine: Engine, browser: NewBrowser) -> None:
    people.employee(engine, "sanne")
    cookie = browser().log_in("sanne").headers["set-cookie"]
    for part in ("HttpOnly", "SameSite=Strict", "Path=/;", "Max-Age=36000"):
        assert part in cookie
    assert "Secure" not in cookie


def test_with_https_the_cookie_never_goes_over_http(serve: Site, sqlite_settings: object) -> None:
    site = serve(web_url="https://balie.example")
    from bot.database import open_database
    from bot.settings import Settings

    assert isinstance(sqlite_settings, Settings)
    people.employee(open_database(sqlite_settings.catalog_url), "sanne")
    answer = site.post("/balie/inloggen", data={"naam": "sanne", "wachtwoord": WACHTWOORD})
    assert "Secure" in answer.headers["set-cookie"]


def test_an_unknown_name_and_a_wrong_password_are_answered_alike(
    engine: Engine, browser: NewBrowser, monkeypatch: pytest.MonkeyPatch
) -> None:
    hasher, nobody = AS_IT_IS
    monkeypatch.setattr(employees, "_HASHER", hasher)
    monkeypatch.setattr(employees, "_NOBODY", nobody)
    people.employee(engine, "sanne")
    times, answers = [], []
    for name in ("sanne", "niemand"):
        started = time.perf_counter()
        answer = browser().client.post("/balie/inloggen", data={"naam": name, "wachtwoord": "fout wachtwoord"})
        times.append(time.perf_counter() - started)
        answers.append((answer.status_code, answer.text.replace(name, "")))
    assert answers[0] == answers[1] and answers[0][0] == 401
    assert "klopt niet" in answers[0][1]
    assert max(times) < 5 * min(times)


@pytest.mark.parametrize("name", ["sanne", "niemand"])
def test_after_five_wrong_passwords_a_name_is_locked_whether_it_exists_or_not(
    engine: Engine, browser: NewBrowser, name: str
) -> None:
    people.employee(engine, "sanne")
    one = browser()
    for _ in range(5):
        assert one.log_in(name, "fout wachtwoord").status_code == 401
    answer = one.log_in(name)
    assert answer.status_code == 429 and "vaak" in answer.text and "set-cookie" not in answer.headers


def test_a_right_password_begins_the_count_anew(engine: Engine, browser: NewBrowser) -> None:
    people.employee(engine, "sanne")
    for _ in range(2):
        one = browser()
        for _ in range(4):
            assert one.log_in("sanne", "fout wachtwoord").status_code == 401
        assert one.log_in("sanne").status_code == 303


def test_one_address_may_not_try_many_names(engine: Engine, browser: NewBrowser) -> None:
    one = browser()
    for number in range(50):
        assert one.client.post("/balie/inloggen", data={"naam": f"n{number}", "wachtwoord": "x"}).status_code == 401
    assert one.client.post("/balie/inloggen", data={"naam": "n50", "wachtwoord": "x"}).status_code == 429


def test_nothing_filled_in_is_no_attempt(browser: NewBrowser) -> None:
    for data in ({}, {"naam": "sanne"}, {"wachtwoord": "x"}):
        assert browser().client.post("/balie/inloggen", data=data).status_code == 400


def test_a_form_of_another_site_is_refused(engine: Engine, browser: NewBrowser) -> None:
    people.employee(engine, "sanne")
    for site in ("cross-site", "same-site"):
        answer = browser().client.post(
            "/balie/inloggen",
            data={"naam": "sanne", "wachtwoord": WACHTWOORD},
            headers={"sec-fetch-site": site},
        )
        assert answer.status_code == 403 and "set-cookie" not in answer.headers


def test_what_is_typed_as_a_name_stays_text(browser: NewBrowser) -> None:
    answer = browser().client.post("/balie/inloggen", data={"naam": '"><script>1</script>', "wachtwoord": "x"})
    assert "<script>1" not in answer.text


def test_logging_out_ends_the_session_and_the_presence(agent: NewAgent, engine: Engine) -> None:
    one = agent()
    cookie = one.client.cookies["vraagbaak_balie"]
    answer = one.client.post("/balie/uitloggen", data={"csrf": one.csrf})
    assert answer.status_code == 303
    one.client.cookies.set("vraagbaak_balie", cookie)
    assert one.get("/stand").status_code == 401
    assert employees.present(engine, ["voorbeeldstad"]) == []


def test_logging_out_by_a_page_of_another_does_not_work(agent: NewAgent) -> None:
    one = agent()
    for data in ({}, {"csrf": "x"}):
        assert one.client.post("/balie/uitloggen", data=data).status_code == 403
    assert one.get("/stand").status_code == 200


@pytest.mark.parametrize("how", ["over", "uit gebruik", "nieuw wachtwoord"])
def test_a_session_ends(agent: NewAgent, engine: Engine, how: str) -> None:
    one = agent()
    me = one.state()["ik"]["id"]
    if how == "over":
        with engine.begin() as connection:
            past = datetime.now(UTC) - timedelta(seconds=1)
            connection.execute(sa.update(medewerker_sessie).values(verloopt_op=past))
    elif how == "uit gebruik":
        employees.set_active(engine, me, False)
    else:
        employees.set_password(engine, me, "een ander lang wachtwoord")
    assert one.get("/stand").status_code == 401
    assert one.client.get("/balie").headers["location"] == "/balie/inloggen"


def test_the_pages_run_under_a_strict_policy(agent: NewAgent, browser: NewBrowser) -> None:
    for page in (agent().client.get("/balie"), browser().client.get("/balie/inloggen")):
        policy = page.headers["content-security-policy"]
        assert "default-src 'none'" in policy and "script-src 'self';" in policy and "unsafe" not in policy
        assert "require-trusted-types-for 'script'; trusted-types 'none'" in policy
        assert page.headers["cache-control"] == "no-store"
        assert "<style" not in page.text and " style=" not in page.text and "onclick" not in page.text


def test_files_are_asked_for_again_and_not_sent_twice(browser: NewBrowser) -> None:
    client = browser().client
    answer = client.get("/balie/static/balie.js")
    assert answer.status_code == 200 and answer.headers["cache-control"] == "no-cache"
    again = client.get("/balie/static/balie.js", headers={"if-none-match": answer.headers["etag"]})
    assert again.status_code == 304


@pytest.mark.parametrize("name", ["../pages.py", "..%2fpages.py", "%2e%2e%2fpages.py", "x.js", ".js", "balie.py"])
def test_other_files_are_not_served(browser: NewBrowser, name: str) -> None:
    answer = browser().client.get(f"/balie/static/{name}")
    assert answer.status_code == 404 and "import" not in answer.text
