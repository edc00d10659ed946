"""`vraagbaak start`: everything on this machine, with each step and how long it took."""

from __future__ import annotations

import importlib.util
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import NoReturn

import httpx
from rich.console import Console

from bot.appointment_systems import check_appointments
from bot.catalog.gemeente import Gemeenten, load_gemeenten
from bot.catalog.library import read_library
from bot.catalog.lint import lint
from bot.catalog.store import import_library
from bot.catalog.tables import CENTRAAL
from bot.cli.training import MODEL, is_trained, train
from bot.connections import check_connections, needs_sandbox, sandbox_url
from bot.database import open_database, upgrade
from bot.errors import ContentError, StartError
from bot.handoff import employees
from bot.handoff.model import BALIE_ROL
from bot.redactie.roles import BEHEERDER, EINDREDACTEUR
from bot.settings import PREFIX, ROOT, Settings

VOORBEELDVRAGEN = (
    "Wat kost een paspoort?",
    "Mijn container is niet geleegd",
    "Boven mij draaien ze tot drie uur 's nachts muziek",
)
WACHTTIJD = 120.0
"""Seconds that the engine gets to answer its first question."""
STOPTIJD = 10.0
"""Seconds that a child gets to stop by itself."""


@contextmanager
def step(console: Console, what: str) -> Iterator[Callable[[str], None]]:
    """Show what is being done, and when it is done how long it took; the yielded function adds a remark."""
    remark = ""

    def note(text: str) -> None:
        nonlocal remark
        remark = f" ({text})"

    start = time.perf_counter()
    with console.status(what):
        yield note
    console.print(f"  [green]✓[/] {what}{remark} [dim]{time.perf_counter() - start:.1f} s[/]", highlight=False)


def start(settings: Settings, console: Console) -> int:
    """Prepare and run everything until Ctrl-C, or until a process stops by itself; returns the exit status.

    Raises:
        ContentError, SettingError, StartError: with one line that says what is wrong and where.
    """
    logs = settings.path(settings.data_dir) / "logs"
    try:
        logs.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StartError(f"De map {logs} kan niet worden gemaakt: {error.strerror}") from error
    with step(console, "Gemeenten en producten lezen") as note:
        gemeenten = load_gemeenten(settings.path(settings.gemeenten_dir))
        gemeenten[settings.gemeente]
        library = list(read_library(settings.path(settings.products_dir)))
        for problem in lint(library, gemeenten, settings.products_dir):
            if problem.is_error:
                raise ContentError(problem.where, problem.text)
        note(f"{len(library)} producten, {len(gemeenten.ids)} gemeenten")
    # A secret or a product that is not there would only show when a resident needs it.
    check_connections(settings, gemeenten)
    check_named_products(gemeenten, {file.product.id for file in library})
    for gemeente in gemeenten:
        check_appointments(settings, gemeente)
    with_sandbox = needs_sandbox(gemeenten)
    ports = [("engine", "engine_port"), ("action server", "actions_port"), ("website", "web_port")]
    for name, setting in [*ports, *([("sandbox", "sandbox_port")] if with_sandbox else [])]:
        check_port(settings.host, getattr(settings, setting), name, setting)
    with step(console, "Catalogus bijwerken") as note:
        engine = open_database(settings.catalog_url)
        upgrade(engine)
        result = import_library(engine, library)
        note(f"{len(result.nieuw)} nieuw, {len(result.gewijzigd)} gewijzigd, {len(result.verwijderd)} verwijderd")
    first_employee(settings, gemeenten)
    if not is_trained(settings):
        with step(console, "Trainen (alleen de eerste keer en na een wijziging)"):
            train(settings)
    env = child_environment(settings)
    try:
        with Children(env, logs) as children:
            with step(console, "Engine, action server en website starten"):
                if with_sandbox:
                    children.launch("sandbox", [sys.executable, "-m", "bot.sandbox.serve"])
                children.launch("actions", [sys.executable, "-m", "bot.cli.action_server"])
                children.launch("web", [sys.executable, "-m", "bot.web.serve"])
                children.launch("engine", engine_command(settings))
                wait_until_answered(settings, children)
            show_ready(settings, console, logs)
            children.wait()
    except KeyboardInterrupt:
        # Ctrl-C may come at any moment, also between two steps: it is the usual way to end, not a fault.
        return 0


def check_named_products(gemeenten: Gemeenten, known: set[str]) -> None:
    """See to it that products which a municipality's file names exist. Raises ContentError."""
    for gemeente in gemeenten:
        named = {"balie.direct_aanbieden": gemeente.balie.direct_aanbieden}
        if gemeente.afspraken is not None:
            named["afspraken.producten"] = tuple(gemeente.afspraken.producten)
        for field, products in named.items():
            for product in sorted(set(products) - known):
                raise ContentError(f"gemeenten/{gemeente.id}.yml", f"veld {field}: het product {product} bestaat niet")


def show_ready(settings: Settings, console: Console, logs: Path) -> None:
    """Say where to ask, and three questions to try."""
    console.print()
    console.print(
        f"[bold green]Vraagbaak is klaar.[/] De chat staat op {settings.public_web_url}",
        highlight=False,
        soft_wrap=True,
    )
    if account_file(settings).exists():
        console.print(
            f"De balie staat op {settings.public_web_url}/balie, de redactie op {settings.public_web_url}/redactie "
            f"(account en wachtwoord in {account_file(settings)})",
            highlight=False,
            soft_wrap=True,
        )
    if needs_sandbox(load_gemeenten(settings.path(settings.gemeenten_dir))):
        console.print(
            f"De nagebootste backoffice heeft een postbus ({sandbox_url(settings)}/postbus) "
            f"en een telefoon met WhatsApp ({sandbox_url(settings)}/telefoon)",
            highlight=False,
            soft_wrap=True,
        )
    console.print("Of vraag het in een andere terminal:", highlight=False)
    for vraag in VOORBEELDVRAGEN:
        console.print(f'  .venv/bin/vraagbaak chat "{vraag}"', highlight=False, soft_wrap=True)
    console.print(f"Of stuur een bericht naar {rest_url(settings)}", highlight=False, soft_wrap=True)
    console.print(f"Taal: {language_pipeline()}. Logboeken: {logs}. Stoppen: Ctrl-C.", highlight=False, soft_wrap=True)


def first_employee(settings: Settings, gemeenten: Gemeenten) -> None:
    """See to it that somebody can log in at desk and redactie: an account with a password of its own, kept in a file."""
    engine = open_database(settings.catalog_url)
    if employees.everybody(engine):
        return
    wachtwoord = secrets.token_urlsafe(12)
    path = account_file(settings)
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(f"account: balie\nwachtwoord: {wachtwoord}\n")
    rollen = [(gemeente, rol) for gemeente in gemeenten.ids for rol in (BALIE_ROL, EINDREDACTEUR, BEHEERDER)]
    rollen += [(CENTRAAL, EINDREDACTEUR), (CENTRAAL, BEHEERDER)]
    employees.add(engine, "balie", "Medewerker van de balie", rollen, wachtwoord)


def account_file(settings: Settings) -> Path:
    """Where the first account of the desk is kept."""
    return settings.path(settings.data_dir) / "balie-account.txt"


def child_environment(settings: Settings) -> dict[str, str]:
    """Environment of engine and action server: our settings, and Rasa's telemetry off."""
    return {
        **os.environ,
        **settings.as_env(),
        "VRAAGBAAK_TRACKER_STORE_URL": settings.tracker_store_url,
        "VRAAGBAAK_ACTION_ENDPOINT": f"http://{settings.host}:{settings.actions_port}/webhook",
        "RASA_TELEMETRY_ENABLED": "false",
        "LOG_LEVEL": "WARNING",
        "LOG_LEVEL_LIBRARIES": "ERROR",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
        # Large pieces of memory go back as soon as they are freed; glibc would keep what loading the model took.
        "MALLOC_MMAP_THRESHOLD_": "262144",
        "MALLOC_TRIM_THRESHOLD_": "262144",
        "PYTHONPATH": str(ROOT),
    }


def engine_command(settings: Settings) -> list[str]:
    """Rasa's own server with our model, channels and endpoints."""
    options = {
        "--model": settings.path(settings.models_dir) / MODEL,
        "--endpoints": ROOT / "endpoints.yml",
        "--credentials": ROOT / "credentials.yml",
        "--interface": settings.host,
        "--port": settings.engine_port,
    }
    return [sys.executable, "-m", "rasa", "run", *(str(part) for option in options.items() for part in option)]


def rest_url(settings: Settings) -> str:
    """Address of the REST channel."""
    return f"http://{settings.host}:{settings.engine_port}/webhooks/rest/webhook"


def wait_until_answered(settings: Settings, children: Children) -> None:
    """Wait until a question is answered: Rasa's own status page answers before the model is loaded.

    Raises StartError when a child stops, or when it takes too long.
    """
    deadline = time.monotonic() + WACHTTIJD
    body = {"sender": "start", "message": VOORBEELDVRAGEN[0], "metadata": {"gemeente": settings.gemeente}}
    while time.monotonic() < deadline:
        children.check()
        try:
            answer = httpx.post(rest_url(settings), json=body, timeout=10)
            if answer.status_code == 200 and answer.json():
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.2)
    raise StartError(f"De engine gaf binnen {WACHTTIJD:.0f} seconden geen antwoord; zie {children.log('engine')}")


def check_port(host: str, port: int, name: str, field: str) -> None:
    """Raises StartError when something else listens on the port."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise StartError(
                f"Poort {port} ({name}) is niet vrij: {error.strerror}. Stop wat daar draait, "
                f"of kies een andere met {PREFIX}{field.upper()}."
            ) from error


def language_pipeline() -> str:
    """Which of the two Dutch pipelines serves."""
    found = importlib.util.find_spec("nl_core_news_md") is not None
    return "nl_core_news_md" if found else "eigen kleine pijplijn (nl_core_news_md is niet geïnstalleerd)"


class Children:
    """The processes that belong to one start; all stop when it ends."""

    def __init__(self, env: dict[str, str], logs: Path) -> None:
        self._env, self._logs = env, logs
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def __enter__(self) -> Children:
        self._previous = signal.signal(signal.SIGTERM, _interrupt)
        return self

    def __exit__(self, *_: object) -> None:
        signal.signal(signal.SIGTERM, self._previous)
        self.stop()

    def log(self, name: str) -> Path:
        """Where a process writes."""
        return self._logs / f"{name}.log"

    def launch(self, name: str, command: list[str]) -> None:
        """Start a process in a group of its own, so that Ctrl-C reaches it through us, in order."""
        with self.log(name).open("wb") as output:
            self._running[name] = subprocess.Popen(
                command, cwd=ROOT, env=self._env, stdout=output, stderr=subprocess.STDOUT, start_new_session=True
            )

    def check(self) -> None:
        """Raises StartError when a process has stopped."""
        for name, process in self._running.items():
            if process.poll() is not None:
                raise StartError(f"{name} stopte meteen weer (status {process.returncode}); zie {self.log(name)}")

    def wait(self) -> NoReturn:
        """Wait until Ctrl-C (KeyboardInterrupt) or until a process stops by itself (StartError)."""
        while True:
            for name, process in self._running.items():
                if process.poll() is not None:
                    raise StartError(f"{name} is gestopt (status {process.returncode}); zie {self.log(name)}")
            time.sleep(0.5)

    def stop(self) -> None:
        """Ask all to stop, and end those that do not in time."""
        for process in self._running.values():
            _signal_group(process, signal.SIGTERM)
        deadline = time.monotonic() + STOPTIJD
        for process in self._running.values():
            try:
                process.wait(max(deadline - time.monotonic(), 0.1))
            except subprocess.TimeoutExpired:
                _signal_group(process, signal.SIGKILL)
                process.wait()


def _signal_group(process: subprocess.Popen[bytes], which: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, which)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
