"""The website: health, the widget's files, what the widget needs to know, and the demonstration pages."""

from __future__ import annotations

import http.client
import re
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from html.parser import HTMLParser
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import httpx
import pytest
import sqlalchemy as sa

from bot.settings import ROOT, Settings
from bot.web import widget
from tests.web.conftest import Site

GEMEENTEN = ("voorbeeldstad", "molendam")
PAGES = ("/", "/inbedden", *(f"/demo/{gemeente}" for gemeente in GEMEENTEN))
FILES = sorted(path.name for path in widget.FOLDER.iterdir())


class Page(HTMLParser):
    """What a page has that a browser acts on."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.inline: list[str] = []
        self.text = ""
        self._inside = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._inside = tag

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""

    def handle_data(self, data: str) -> None:
        self.text += data
        if self._inside in ("script", "style") and data.strip():
            self.inline.append(data)


# Health


def test_alive_says_nothing_of_the_rest(site: httpx.Client) -> None:
    answer = site.get("/health/live")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def test_without_its_engine_it_is_not_ready_and_says_so(site: httpx.Client) -> None:
    answer = site.get("/health/ready")
    assert answer.status_code == 503
    assert answer.json() == {"status": "niet klaar", "database": True, "engine": False}


@contextmanager
def engine_that_says(status: int, port: int) -> Iterator[None]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            assert self.path == "/webhooks/webchat/"
            self.send_response(status)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    with HTTPServer(("127.0.0.1", port), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(("says", "status"), [(200, 200), (503, 503)])
def test_ready_follows_the_engine(serve: Site, says: int, status: int) -> None:
    site = serve()
    with engine_that_says(says, engine_port(site)):
        answer = site.get("/health/ready")
    assert (answer.status_code, answer.json()["engine"]) == (status, says == 200)


def engine_port(site: httpx.Client) -> int:
    """The port of the engine, as the website tells the widget."""
    return int(site.get("/v1/gemeente/molendam.json").json()["chat"].rpartition(":")[2])


def test_without_its_tables_it_is_not_ready(site: httpx.Client, sqlite_settings: Settings) -> None:
    with sa.create_engine(sqlite_settings.catalog_url).begin() as connection:
        for table in ("bericht_oordeel", "gesprek_bericht", "gesprek"):
            connection.execute(sa.text(f"DROP TABLE {table}"))
    answer = site.get("/health/ready")
    assert (answer.status_code, answer.json()["database"]) == (503, False)


# The widget's files


@pytest.mark.parametrize("name", FILES)
def test_files_of_the_widget_are_served_and_kept_for_a_while(site: httpx.Client, name: str) -> None:
    answer = site.get(f"/v1/{name}")
    assert answer.status_code == 200
    assert answer.content == widget.minified(widget.FOLDER / name, 0)
    assert 0 < len(answer.content) < (widget.FOLDER / name).stat().st_size
    assert answer.headers["content-type"] == f"text/{'css' if name.endswith('.css') else 'javascript'}; charset=utf-8"
    assert answer.headers["cache-control"] == "public, max-age=300"
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"


def test_a_file_that_has_not_changed_is_not_sent_again(site: httpx.Client) -> None:
    tag = site.get("/v1/vraagbaak.js").headers["etag"]
    again = site.get("/v1/vraagbaak.js", headers={"if-none-match": tag})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert again.headers["access-control-allow-origin"] == "*"
    assert site.get("/v1/vraagbaak.js", headers={"if-none-match": '"anders"'}).status_code == 200
    assert site.get("/v1/paneel.js").headers["etag"] != tag


@pytest.mark.parametrize(
    "path",
    [
        "/v1/onbekend.js",
        "/v1/../app.py",
        "/v1/..%2fapp.py",
        "/v1/%2e%2e/app.py",
        "/v1/..%2f..%2f..%2fpyproject.toml",
        "/v1/....//app.py",
        "/v1/%2fetc%2fpasswd",
        "/v1/..%5capp.js",
        "/v1/vraagbaak.js%00.css",
        "/v1/.js",
        "/v1/VRAAGBAAK.JS",
        "/v1/",
        "/static/../app.py",
        "/static/..%2fapp.py",
        "/static/%2e%2e%2ftemplates%2fdemo.html",
        "/v1/gemeente/..%2flandelijk.json",
        "/v1/gemeente/landelijk.json",
    ],
)
def test_other_files_are_not_served(site: httpx.Client, path: str) -> None:
    # A client of its own: httpx tidies paths up before it sends them.
    connection = http.client.HTTPConnection(site.base_url.host, site.base_url.port, timeout=10)
    connection.putrequest("GET", path)
    connection.endheaders()
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    assert answer.status == 404
    assert b"import" not in body and b"Traceback" not in body and len(body) < 200


# What the widget needs to know


def test_a_municipality_tells_how_it_can_be_reached(serve: Site) -> None:
    site = serve(chat_url="https://chat.example/")
    answer = site.get("/v1/gemeente/voorbeeldstad.json")
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "max-age=300" in answer.headers["cache-control"] and "stale-if-error" in answer.headers["cache-control"]
    about = answer.json()
    assert (about["id"], about["naam"], about["aanspreekvorm"]) == ("voorbeeldstad", "Voorbeeldstad", "u")
    assert about["chat"] == "https://chat.example"
    assert about["contact"]["telefoon"] == "14 088" and about["contact"]["telefoon_link"] == "tel:14088"
    assert about["contact"]["contactpagina"] == "https://www.voorbeeldstad.example/contact"
    assert about["privacy"] == "https://www.voorbeeldstad.example/privacy"
    assert about["bewaren"] == {"dagen": 30}


def test_each_municipality_has_its_own_hours(site: httpx.Client) -> None:
    about = site.get("/v1/gemeente/molendam.json").json()
    assert about["contact"]["telefoon_link"] == "tel:0990123456"
    telefoon = dict(about["openingstijden"]["telefoon"])
    assert list(telefoon) == ["maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag"]
    assert (telefoon["maandag"], telefoon["zaterdag"]) == ("09:00-12:30, 13:30-16:30", "")
    assert dict(about["openingstijden"]["balie"])["vrijdag"] == ""


def test_an_unknown_municipality_is_not_there(site: httpx.Client) -> None:
    answer = site.get("/v1/gemeente/utopia.json")
    assert answer.status_code == 404 and "utopia" not in answer.text
    assert answer.headers["access-control-allow-origin"] == "*"
    assert site.get("/demo/utopia").status_code == 404


# The pages


@pytest.mark.parametrize("path", PAGES)
def test_pages_run_under_a_strict_policy(serve: Site, path: str) -> None:
    answer = serve(chat_url="https://engine.example").get(path)
    assert answer.status_code == 200
    policy = dict(part.strip().partition(" ")[::2] for part in answer.headers["content-security-policy"].split(";"))
    assert policy["default-src"] == policy["base-uri"] == policy["frame-ancestors"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == "'self'"
    assert policy["connect-src"] == "'self' https://engine.example"
    assert policy["require-trusted-types-for"] == "'script'"
    assert "unsafe" not in answer.headers["content-security-policy"]


@pytest.mark.parametrize("path", PAGES)
def test_pages_have_no_script_or_style_of_their_own(site: httpx.Client, path: str) -> None:
    page = Page(site.get(path).text)
    assert page.inline == []
    for tag, attributes in page.tags:
        assert tag != "style" and "style" not in attributes
        assert not [name for name in attributes if name.startswith("on")]
        assert not str(attributes.get("href", "")).startswith("javascript:")
    for tag, attributes in page.tags:
        own = attributes.get("src") if tag == "script" else attributes.get("href") if tag == "link" else None
        if own:
            assert site.get(own).status_code == 200


@pytest.mark.parametrize("gemeente", GEMEENTEN)
def test_a_demonstration_page_has_the_chat_of_its_municipality(site: httpx.Client, gemeente: str) -> None:
    page = Page(site.get(f"/demo/{gemeente}").text)
    scripts = [attributes for tag, attributes in page.tags if tag == "script"]
    assert scripts == [{"src": "/v1/vraagbaak.js", "data-gemeente": gemeente, "defer": None}]
    assert f"Gemeente {gemeente.capitalize()}" in page.text


def test_the_first_page_leads_to_all_others(site: httpx.Client) -> None:
    page = Page(site.get("/").text)
    assert {attributes["href"] for tag, attributes in page.tags if tag == "a"} >= set(PAGES) - {"/"}


def test_the_page_on_embedding_shows_addresses_and_tokens_that_exist(serve: Site) -> None:
    page = Page(serve(web_url="https://web.example", chat_url="https://engine.example").get("/inbedden").text)
    assert '<script src="https://web.example/v1/vraagbaak.js" data-gemeente=' in page.text
    assert "connect-src https://web.example https://engine.example" in page.text
    script = "".join((widget.FOLDER / name).read_text(encoding="utf-8") for name in FILES)
    tokens = set(re.findall(r"--vraagbaak-[a-z-]+", page.text))
    assert tokens and tokens <= set(re.findall(r"--vraagbaak-[a-z-]+", script))


def test_what_a_municipality_fills_in_stays_text(serve: Site, tmp_path: Path) -> None:
    folder = tmp_path / "gemeenten"
    shutil.copytree(ROOT / "gemeenten", folder)
    path = folder / "molendam.yml"
    text = path.read_text(encoding="utf-8").replace("naam: Molendam", "naam: '<script>alert(1)</script>\"x'", 1)
    path.write_text(text, encoding="utf-8")
    site = serve(gemeenten_dir=str(folder))
    for page in ("/", "/demo/molendam"):
        html = site.get(page).text
        assert "<script>alert" not in html and "&lt;script&gt;" in html


# Everything


@pytest.mark.parametrize(
    "path",
    [
        *PAGES,
        "/health/live",
        "/health/ready",
        "/v1/vraagbaak.js",
        "/v1/gemeente/molendam.json",
        "/v1/gemeente/utopia.json",
        "/v1/onbekend.js",
        "/static/site.css",
        "/static/onbekend.css",
        "/onbekend",
        "/demo/utopia",
    ],
)
def test_every_answer_has_the_headers_that_protect(site: httpx.Client, path: str) -> None:
    headers = site.get(path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "strict-origin-when-cross-origin"
    assert headers["content-security-policy"].startswith("default-src 'none'")
    assert "camera=()" in headers["permissions-policy"]


@pytest.mark.parametrize("path", ["/onbekend", "/static/onbekend.css", "/a/b/c?d=<script>"])
def test_a_page_that_is_not_there_is_said_in_one_line(site: httpx.Client, path: str) -> None:
    answer = site.get(path)
    assert (answer.status_code, answer.text) == (404, "Deze pagina bestaat niet.")
    assert answer.headers["content-type"].startswith("text/plain")


def test_another_method_is_not_our_fault(site: httpx.Client) -> None:
    answer = site.post("/demo/molendam")
    assert answer.status_code == 405 and "aan onze kant" not in answer.text


def test_what_breaks_says_nothing_of_itself(site: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("intern detail")

    monkeypatch.setattr(widget, "about_gemeente", fail)
    answer = site.get("/v1/gemeente/molendam.json")
    assert answer.status_code == 500
    assert answer.text == "Er ging iets mis aan onze kant. Probeer het zo opnieuw."
