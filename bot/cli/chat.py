"""`vraagbaak chat`: a conversation in the terminal, with buttons as numbers."""

from __future__ import annotations

import uuid
from typing import Any

import httpx
from rich.console import Console
from rich.markdown import Markdown

from bot.cli.start import rest_url
from bot.errors import StartError
from bot.settings import Settings


def chat(settings: Settings, console: Console, first: str | None, gemeente: str | None) -> int:
    """Talk until an empty line or Ctrl-D; with `first`, start with that question. Returns the exit status.

    Raises StartError when the engine does not answer.
    """
    sender = f"terminal-{uuid.uuid4().hex[:12]}"
    console.print("[dim]Kies een knop met zijn nummer. Een lege regel stopt.[/]")
    said = first
    titles: list[str] = []
    if first:
        console.print(f"[bold]U[/]  {first}", highlight=False)
    with httpx.Client(timeout=30) as client:
        while True:
            if said is None:
                try:
                    said = console.input("[bold]U[/]  ").strip()
                except (EOFError, KeyboardInterrupt):
                    said = ""
            if not said:
                console.print("[dim]Tot ziens.[/]")
                return 0
            if said.isdigit() and 1 <= int(said) <= len(titles):
                said = titles[int(said) - 1]
            titles = []
            for message in _send(client, settings, sender, said, gemeente):
                console.print()
                console.print(Markdown(message.get("text", "")))
                for button in message.get("buttons", []):
                    titles.append(button["title"])
                    console.print(f"  [bold]{len(titles)}[/] {button['title']}", highlight=False)
            console.print()
            said = None


def _send(
    client: httpx.Client, settings: Settings, sender: str, text: str, gemeente: str | None
) -> list[dict[str, Any]]:
    body: dict[str, Any] = {"sender": sender, "message": text}
    if gemeente:
        body["metadata"] = {"gemeente": gemeente}
    try:
        answer = client.post(rest_url(settings), json=body)
    except httpx.HTTPError as error:
        raise StartError(f"De engine op {rest_url(settings)} antwoordt niet. Start hem met: make run") from error
    if answer.status_code != 200:
        raise StartError(str(answer.json().get("fout", answer.text)))
    return list(answer.json())
