"""Finding a case, and reading of it what an answer needs.

The order of a conversation is the order of the calls: `find` (1 call), `initiators` (1 call) to prove that someone is
the right person, and only then `dossier` (1 or 2 calls). Types come from the catalogue, which is kept: four calls at
most when it is warm. Between two turns only the address of the case has to be remembered: `load` reads it again.

What does not exist, may not be shown, or is refused (403, 404, 410) sounds the same here: nothing found. Other errors
of `bot.cases.errors` mean that the register cannot be asked now.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Iterable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import TypeVar
from uuid import uuid4

from bot.cases.client import ZgwClient
from bot.cases.errors import Forbidden, Gone, Invalid, Malformed, NotFound
from bot.cases.reading import Record, moment, read_initiator, read_zaak, text
from bot.cases.terms import dag_in_nederland
from bot.cases.values import Resultaat, Rol, Status, Statustype, Zaak, Zaakdossier, ZgwConfig
from bot.cases.visibility import hides_case, hides_type

T = TypeVar("T")

_NUMBER = re.compile(r"[\w./ -]{1,40}")
"""What may be an identificatie: the standard says at most 40 characters."""


async def find(client: ZgwClient, identificatie: str) -> tuple[Zaak, ...]:
    """The cases with exactly this number that may be shown; two organisations may both have one.

    Raises errors of `bot.cases.errors`, also Forbidden and NotFound: for a list they mean a wrong connection.
    """
    if not _NUMBER.fullmatch(identificatie):
        return ()
    config = client.config
    filters = {"identificatie": identificatie} | _narrowed(config)
    if len(config.bronorganisaties) > 1:
        filters["bronorganisatie__in"] = ",".join(config.bronorganisaties)
    records = await client.zaken(filters)
    return await _shown(client, [record for record in records if record.get("identificatie") == identificatie])


async def find_own(client: ZgwClient, bsn: str) -> tuple[Zaak, ...]:
    """Cases of which the person with this BSN is the initiator, newest first, for someone who has logged in.

    The register's own filter is not relied on: each case's roles are read (a call for each).
    """
    config = client.config
    records = await client.search_zaken(
        {
            "rol__betrokkeneIdentificatie__natuurlijkPersoon__inpBsn": bsn,
            "rol__omschrijvingGeneriek": "initiator",
        }
        | _narrowed(config)
    )
    zaken = sorted(await _shown(client, records), key=lambda zaak: zaak.startdatum, reverse=True)[: config.max_own]
    roles = await asyncio.gather(*(initiators(client, zaak) for zaak in zaken))
    return tuple(zaak for zaak, own in zip(zaken, roles, strict=True) if any(rol.bsn == bsn for rol in own))


async def load(client: ZgwClient, url: str) -> Zaak | None:
    """A case that was found before, by its address; None when it is gone or may no longer be shown."""
    record = await _or_none(client.zaak(url))
    return next(iter(await _shown(client, [record])), None) if record else None


async def initiators(client: ZgwClient, zaak: Zaak) -> tuple[Rol, ...]:
    """Who began the case: what is needed to prove identity, and no names. Empty when the register has nobody."""
    records = await client.rollen(zaak.url)
    today = dag_in_nederland(datetime.now(UTC))
    roles = (read_initiator(record, today) for record in records if record.get("zaak") == zaak.url)
    return tuple(rol for rol in roles if rol)


async def ask_in_vain(client: ZgwClient) -> None:
    """What `initiators` asks, of a case that does not exist: for a number without cases, so that neither an outage of that
    question nor a slow register tells such a number from one that has cases. Raises as `initiators` does.
    """
    # Some registers refuse an address that they do not know; that too is an answer.
    with suppress(Invalid):
        await client.rollen(f"{client.config.zaken_root}zaken/{uuid4()}")


async def dossier(client: ZgwClient, zaak: Zaak) -> Zaakdossier:
    """The course of a case and its result, for someone who proved to be the right person."""
    records, statustypen, resultaat = await asyncio.gather(
        client.statussen(zaak.url) if zaak.status_url else _nothing(),
        _or_none(client.statustypen(zaak.zaaktype.url)),
        _resultaat(client, zaak),
    )
    types = statustypen or ()
    statussen = await asyncio.gather(*(_status(client, zaak, types, record) for record in records))
    # The register's own mark of the current one goes before equal moments.
    newest_first = sorted(
        (status for status in statussen if status),
        key=lambda status: (status.gezet_op, status.url == zaak.status_url),
        reverse=True,
    )
    return Zaakdossier(zaak, tuple(newest_first), types, resultaat)


async def _shown(client: ZgwClient, records: Iterable[Record]) -> tuple[Zaak, ...]:
    shown = await asyncio.gather(*(_if_shown(client, record) for record in records))
    return tuple(zaak for zaak in shown if zaak)


async def _if_shown(client: ZgwClient, record: Record) -> Zaak | None:
    if hides_case(client.config, record):
        return None
    zaaktype = await _or_none(client.zaaktype(text(record, "zaaktype", "zaken", required=True)))
    if zaaktype is None or hides_type(zaaktype):
        return None
    return read_zaak(record, zaaktype, client.config)


async def _status(client: ZgwClient, zaak: Zaak, types: Sequence[Statustype], record: Record) -> Status | None:
    what = "statussen"
    if record.get("zaak") != zaak.url:
        return None
    set_on = moment(record, "datumStatusGezet", what)
    if set_on is None:
        raise Malformed(what, fields=("datumStatusGezet",))
    url = text(record, "statustype", what, required=True)
    # A type that was taken back after the case began is in no list.
    statustype = next((one for one in types if one.url == url), None) or await _or_none(client.statustype(url))
    return Status(text(record, "url", what, required=True), statustype, set_on) if statustype else None


async def _resultaat(client: ZgwClient, zaak: Zaak) -> Resultaat | None:
    url = zaak.resultaattype_url
    if url is None and zaak.resultaat_url:
        record = await _or_none(client.resultaat(zaak.resultaat_url))
        url = text(record, "resultaattype", "resultaten") if record else None
    resultaattype = await _or_none(client.resultaattype(url)) if url else None
    return Resultaat(resultaattype.omschrijving, resultaattype.omschrijving_generiek) if resultaattype else None


def _narrowed(config: ZgwConfig) -> dict[str, str]:
    """Filters that keep the register from sending what would not be shown."""
    filters = {"maximaleVertrouwelijkheidaanduiding": config.max_vertrouwelijkheid}
    if len(config.bronorganisaties) == 1:
        filters["bronorganisatie"] = config.bronorganisaties[0]
    return filters


async def _nothing() -> list[Record]:
    return []


async def _or_none(question: Awaitable[T]) -> T | None:
    """None for what is not there for us. A refused token is no such thing: it hides everything from everyone."""
    try:
        return await question
    except (NotFound, Gone):
        return None
    except Forbidden as error:
        if error.token_refused:
            raise
        return None
