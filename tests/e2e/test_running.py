"""Everything running as a newcomer gets it with `make run`: engine, action server, REST channel."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.catalog.feedback import complaints
from bot.database import open_database
from bot.settings import ROOT, Settings

pytestmark = pytest.mark.training


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Running:
    """A started installation with its own data folder."""

    def __init__(self, settings: Settings, process: subprocess.Popen[str], output: list[str]) -> None:
        self.settings, self.process, self.output = settings, process, output
        self.url = f"http://127.0.0.1:{settings.engine_port}/webhooks/rest/webhook"

    def post(self, body: Any, **kwargs: Any) -> httpx.Response:
        return httpx.post(self.url, json=body, timeout=30, **kwargs)

    def say(self, text: str, sender: str | None = None, gemeente: str = "voorbeeldstad") -> list[dict[str, Any]]:
        answer = self.post({"sender": sender or uuid.uuid4().hex, "message": text, "metadata": {"gemeente": gemeente}})
        assert answer.status_code == 200, answer.text
        return answer.json()  # type: ignore[no-any-return]

    def logs(self) -> str:
        return "".join(
            path.read_text(encoding="utf-8") for path in (ROOT / self.settings.data_dir / "logs").glob("*.log")
        )


def environment(settings: Settings) -> dict[str, str]:
    return {**os.environ, **settings.as_env(), "TF_CPP_MIN_LOG_LEVEL": "3", "COLUMNS": "200"}


@pytest.fixture(scope="module")
def running(trained_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    settings = Settings(
        data_dir=str(tmp_path_factory.mktemp("data")),
        engine_port=free_port(),
        actions_port=free_port(),
        web_port=free_port(),
        sandbox_port=free_port(),
    )
    process = subprocess.Popen(
        [sys.executable, "-m", "bot.cli.main", "start"],
        cwd=ROOT,
        env=environment(settings),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    output = []
    for line in process.stdout:
        output.append(line)
        if "Stoppen: Ctrl-C" in line:
            break
    else:
        pytest.fail("niet gestart:\n" + "".join(output))
    yield Running(settings, process, output)
    process.send_signal(signal.SIGINT)
    process.wait(30)


def test_shows_steps_with_times_and_three_questions(running: Running) -> None:
    said = "".join(running.output)
    assert re.search(r"✓ Catalogus bijwerken .* \d+\.\d s", said)
    assert "Vraagbaak is klaar" in said
    assert said.count("vraagbaak chat") == 3


def test_the_website_is_announced_and_ready_with_its_demonstration_pages(running: Running) -> None:
    web = running.settings.public_web_url
    assert f"De chat staat op {web}" in "".join(running.output)
    deadline = time.monotonic() + 30
    while (ready := httpx.get(f"{web}/health/ready", timeout=10)).status_code != 200 and time.monotonic() < deadline:
        time.sleep(0.2)
    assert ready.json() == {"status": "ok", "database": True, "engine": True}
    for gemeente in ("voorbeeldstad", "molendam"):
        page = httpx.get(f"{web}/demo/{gemeente}", timeout=10)
        assert page.status_code == 200 and f'data-gemeente="{gemeente}"' in page.text


def test_answers_a_question(running: Running) -> None:
    answer = running.say("mijn container is niet geleegd")[0]
    assert answer["product"] == "container-niet-geleegd"
    assert {button["title"] for button in answer["buttons"]} > {"Medewerker spreken"}


def test_municipalities_answer_with_their_own_figures(running: Running) -> None:
    texts = {
        gemeente: running.say("medewerker spreken", gemeente=gemeente)[0]["text"]
        for gemeente in ("voorbeeldstad", "molendam")
    }
    assert "14 088" in texts["voorbeeldstad"]
    assert "0990 - 12 34 56" in texts["molendam"]


def test_a_changed_text_is_answered_within_two_seconds(running: Running, tmp_path: Path) -> None:
    original = next((ROOT / "products").glob("*/container-niet-geleegd.md"))
    changed = tmp_path / "afval-en-milieu" / original.name
    changed.parent.mkdir()
    mark = f"Zin {uuid.uuid4().hex[:6]}."
    head = original.read_text(encoding="utf-8").rpartition("---\n")[0]
    changed.write_text(f"{head}---\n{mark}\n", encoding="utf-8")
    subprocess.run(
        [sys.executable, "-m", "bot.cli.main", "products", "import", str(changed)],
        cwd=ROOT,
        env=environment(running.settings),
        check=True,
        capture_output=True,
    )
    time.sleep(2)
    assert mark in running.say("mijn container is niet geleegd")[0]["text"]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"{", "geen geldige JSON"),
        (b"[]", "JSON-object"),
        (b'{"message": "hoi"}', '"sender"'),
        (b'{"sender": "", "message": "hoi"}', '"sender"'),
        (b'{"sender": "x"}', '"message"'),
        (b'{"sender": "x", "message": 3}', '"message"'),
        (b'{"sender": "x", "message": "hoi", "metadata": "molendam"}', '"metadata"'),
        (
            b'{"sender": "x", "message": "hoi", "metadata": {"gemeente": "utopia"}}',
            "Bekend zijn: molendam, voorbeeldstad",
        ),
    ],
)
def test_a_bad_request_gets_a_clear_error(running: Running, content: bytes, expected: str) -> None:
    answer = httpx.post(running.url, content=content, headers={"content-type": "application/json"}, timeout=30)
    assert answer.status_code == 400
    assert expected in answer.json()["fout"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x" * 10_000,
        "🙂" * 50,
        "\x07\x00\u202e",
        "<script>alert(1)</script>",
        "'; DROP TABLE x; --",
        "**a** [b](javascript:c)",
        "/restart",
        "${jndi:ldap://x.invalid/a}",
    ],
    ids=lambda text: text[:12].encode("unicode_escape").decode() or "leeg",
)
def test_odd_input_gets_a_friendly_reply_and_is_not_echoed(running: Running, text: str) -> None:
    said = running.say(text)
    assert said and said[0]["text"]
    assert len(text) < 5 or text[:200] not in said[0]["text"]


def test_personal_numbers_are_neither_stored_nor_logged(running: Running) -> None:
    running.say("mijn bsn is 111222333 en iban NL91ABNA0417164300, wat kost een paspoort?")
    data = Path(running.settings.data_dir)
    stored = b"".join(path.read_bytes() for path in data.glob("*.sqlite*"))
    assert b"[bsn]" in stored
    for secret in ("111222333", "NL91ABNA0417164300"):
        assert secret.encode() not in stored
        assert secret not in running.logs()


def test_what_residents_write_is_not_in_the_logs(running: Running) -> None:
    running.say("zeldzaamwoord over mijn verhuizing")
    assert "zeldzaamwoord" not in running.logs()


def test_a_complaint_is_counted_by_the_action_server(running: Running) -> None:
    sender = uuid.uuid4().hex
    running.say("Ik wil mijn verhuizing doorgeven", sender)
    running.say("wat een waardeloze chatbot ben jij", sender)
    assert complaints(open_database(running.settings.catalog_url), "voorbeeldstad").get("verhuizing-doorgeven") == 1


def test_the_channel_listens_on_this_machine_only(running: Running) -> None:
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"http://{_own_address()}:{running.settings.engine_port}/", timeout=3)


def test_a_port_in_use_is_one_clear_line(running: Running) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bot.cli.main", "start"],
        cwd=ROOT,
        env=environment(running.settings),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert done.stderr.strip().count("\n") == 0
    assert f"Poort {running.settings.engine_port}" in done.stderr


def test_questions_are_answered_while_the_action_server_is_down(running: Running) -> None:
    """The action server is held, not ended: its end would end the whole installation."""
    for line in subprocess.run(["ps", "-eo", "pid,args"], capture_output=True, text=True).stdout.splitlines():
        pid, _, command = line.strip().partition(" ")
        if "bot.cli.action_server" in command and _belongs(int(pid), running.settings.actions_port):
            os.kill(int(pid), signal.SIGSTOP)
            try:
                assert running.say("mijn container is niet geleegd")[0]["product"] == "container-niet-geleegd"
                return
            finally:
                os.kill(int(pid), signal.SIGCONT)
    pytest.fail("geen action server gevonden")


def test_ctrl_c_stops_all_children(trained_model: Path, tmp_path: Path) -> None:
    settings = Settings(
        data_dir=str(tmp_path),
        engine_port=free_port(),
        actions_port=free_port(),
        web_port=free_port(),
        sandbox_port=free_port(),
    )
    process = subprocess.Popen(
        [sys.executable, "-m", "bot.cli.main", "start"],
        cwd=ROOT,
        env=environment(settings),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    for line in process.stdout:
        if "Stoppen: Ctrl-C" in line:
            break
    process.send_signal(signal.SIGINT)
    assert process.wait(30) == 0
    for port in (settings.engine_port, settings.actions_port, settings.web_port, settings.sandbox_port):
        with socket.socket() as probe:
            assert probe.connect_ex(("127.0.0.1", port)) != 0


def _own_address() -> str:
    addresses = {info[4][0] for info in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)}
    outside = sorted(str(address) for address in addresses if not str(address).startswith("127."))
    if not outside:
        pytest.skip("deze machine heeft alleen het eigen adres 127.0.0.1")
    return outside[0]


def _belongs(pid: int, port: int) -> bool:
    return f"VRAAGBAAK_ACTIONS_PORT={port}".encode() in Path(f"/proc/{pid}/environ").read_bytes()
