"""Residents who all want the same few moments, in one process or in several."""

from __future__ import annotations

import asyncio
import multiprocessing
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from typing import Any

from bot.appointments.agenda.backend import Agenda
from bot.appointments.errors import SlotTaken
from bot.appointments.values import Keus
from bot.catalog.rooster import Weekrooster
from bot.database import open_database
from tests.appointments.agenda.builders import CONFIG, NOOR, make, with_places

DAG = date(2026, 11, 23)
KEUZEN = (Keus("rijbewijs"),)
TEN_PLACES = with_places(
    replace(
        CONFIG, locaties={"stadhuis": CONFIG.locaties["stadhuis"]}, diensten={"rijbewijs": CONFIG.diensten["rijbewijs"]}
    ),
    openingstijden=Weekrooster(maandag="09:00-09:50"),
    capaciteit=2,
)
"""Five moments, two at a time."""


async def conversation(agenda: Agenda, number: int) -> str | None:
    """Choose of what is offered, hold it, book it; look again when another was first. None when nothing is left."""
    sleutel = f"gesprek-{number}"
    while True:
        moments = await agenda.list_times(KEUZEN, "stadhuis", DAG)
        if not moments:
            return None
        begin = moments[number % len(moments)]
        try:
            # Some fill in the rest first, some are quick.
            if number % 3:
                await agenda.hold(KEUZEN, "stadhuis", begin, sleutel)
            return (await agenda.book(KEUZEN, "stadhuis", begin, NOOR, sleutel=sleutel)).id
        except SlotTaken:
            continue


async def conversations(agenda: Agenda, first: int, count: int) -> list[str]:
    """So many at once, each with a thread to wait in; the appointments that they got."""
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(count))
    found = await asyncio.gather(*(conversation(agenda, first + number) for number in range(count)))
    return [one for one in found if one is not None]


def fight(url: str, first: int, count: int, barrier: Any, results: Any) -> None:
    """The same in a process of its own, from when all are ready."""
    agenda = make(open_database(url), TEN_PLACES)
    barrier.wait(60)
    results.put(asyncio.run(conversations(agenda, first, count)))


def fight_in_processes(url: str, processes: int, each: int) -> list[str]:
    """What all of them got together."""
    # From a server of its own: this process has threads and connections, which are not to be copied.
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    barrier, results = context.Barrier(processes), context.Queue()
    started = [
        context.Process(target=fight, args=(url, number * each, each, barrier, results)) for number in range(processes)
    ]
    for one in started:
        one.start()
    try:
        return [id for _ in started for id in results.get(timeout=90)]
    finally:
        for one in started:
            one.join(30)
            if one.is_alive():
                one.kill()
