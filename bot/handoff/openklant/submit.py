"""Registering a call-back request, following it, and taking it back.

The internetaak comes last: it starts the work, and only its existence proves that the request was registered. Every step
first looks whether it was taken before, so that a submission may break off anywhere and be repeated, also by two
processes at once.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from bot.handoff.openklant import bodies
from bot.handoff.openklant.client import Client, Json
from bot.handoff.openklant.errors import Misconfigured, NotFound, Unavailable
from bot.handoff.openklant.values import (
    ActorVerwijzing,
    OpenKlantConfig,
    Stappen,
    Taakstatus,
    Teruggetrokken,
    Verzoek,
    is_uuid,
)

Keep = Callable[[Stappen], Awaitable[None]]
"""Stores the steps; called after each one that was taken."""


async def submit(client: Client, config: OpenKlantConfig, verzoek: Verzoek, stappen: Stappen, keep: Keep) -> Stappen:
    """Register a request, going on from the steps that were kept; also safe with none, or with old ones.

    Returns all steps. Tell the resident the reference only when this returns.

    Raises:
        Refused: the phone number or e-mail address is one that Open Klant does not take; nothing was made.
        Invalid: Open Klant refuses a field, mostly `kanaal`. When it is `referentienummer`, another system uses that
            number: choose a new one.
        Misconfigured, Unauthorized: mend the settings, then repeat.
        Unavailable, NotFound: repeat later; what was reached is kept.
    """
    if stappen.internetaak:
        return stappen
    return await _Submission(client, config, verzoek, stappen, keep).run()


async def submit_contact(
    client: Client, config: OpenKlantConfig, verzoek: Verzoek, stappen: Stappen, keep: Keep
) -> Stappen:
    """Only the first steps of `submit`, up to the addresses: without a task nobody gets work. For a trial."""
    return await _Submission(client, config, verzoek, stappen, keep).contact_only()


async def status(client: Client, *, internetaak: str | None = None, referentienummer: str | None = None) -> Taakstatus:
    """How far the employees are with a task, found by its uuid or by the reference of its klantcontact.

    Raises NotFound when there is no such task (any more).
    """
    if internetaak is None:
        if referentienummer is None:
            raise ValueError("geef een uuid of een referentienummer")
        contact = await client.find_klantcontact(referentienummer)
        tasks = _uuids(contact.get("leiddeTotInterneTaken")) if contact else []
        if not tasks:
            raise NotFound
        # KISS shows only one task of a contact, and we make only one.
        internetaak = tasks[0]
    task = await client.detail("internetaken", internetaak)
    if task.get("status") not in ("te_verwerken", "verwerkt"):
        raise Unavailable("antwoord", perhaps_done=False)
    return Taakstatus(
        internetaak, task["status"], _moment(task.get("toegewezenOp")), _moment(task.get("afgehandeldOp"))
    )


async def withdraw(client: Client, stappen: Stappen, *, referentienummer: str) -> Teruggetrokken:
    """Take a request back with everything personal in it, for an erasure. Repeating it does no harm.

    Addresses go first: deleting a klantcontact takes its betrokkenen and internetaken along, but leaves digital addresses
    behind, loose, with nothing that leads to them. The actors stay; they are no persons of ours.
    """
    contact = await _known_contact(client, stappen, referentienummer)
    addresses = list(stappen.adressen.values())
    if contact is not None:
        for betrokkene in _uuids(contact.get("hadBetrokkenen")):
            addresses += await _addresses_of(client, betrokkene)
    gone, kept = await _drop_addresses(client, dict.fromkeys(addresses))
    found = contact is not None and await client.delete("klantcontacten", contact["uuid"])
    return Teruggetrokken(klantcontact=found, adressen=gone, behouden=kept)


class _Submission:
    """One run of `submit`."""

    def __init__(self, client: Client, config: OpenKlantConfig, verzoek: Verzoek, stappen: Stappen, keep: Keep) -> None:
        self._client, self._config, self._verzoek = client, config, verzoek
        self._stappen, self._keep = stappen, keep

    async def run(self) -> Stappen:
        """Take the steps that were not taken yet."""
        klantcontact = await self._contact()
        await self._maker(klantcontact)
        await self._task(klantcontact, await self._department())
        return self._stappen

    async def contact_only(self) -> Stappen:
        """Take the steps before anybody is given the task."""
        await self._contact()
        return self._stappen

    async def _contact(self) -> str:
        contact = await self._klantcontact()
        betrokkene = await self._betrokkene(contact)
        await self._onderwerpobject(contact)
        await self._addresses(betrokkene)
        return _uuid(contact)

    async def _took(self, **steps: Any) -> None:
        stappen = replace(self._stappen, **steps)
        if stappen != self._stappen:
            self._stappen = stappen
            await self._keep(stappen)

    async def _klantcontact(self) -> Json:
        client, verzoek = self._client, self._verzoek
        contact = await _known_contact(client, self._stappen, verzoek.referentienummer)
        # Refuses before anything is made; the version is known by now.
        self._wanted = bodies.addresses(verzoek, client.dialect)
        if contact is None:
            # Somebody deleted the klantcontact; addresses that were given already would stay behind, loose.
            await _drop_addresses(client, self._stappen.adressen.values())
            self._stappen = Stappen()

            async def find() -> Json | None:
                return await client.find_klantcontact(verzoek.referentienummer)

            body = bodies.maak_klantcontact(verzoek, self._config, client.dialect)
            made = await client.post_once("maak-klantcontact", body, find)
            # What was made now answers with its parts, what was found again is the klantcontact itself.
            contact = await client.detail("klantcontacten", _uuid(made.get("klantcontact", made)))
        await self._took(klantcontact=_uuid(contact))
        return contact

    async def _betrokkene(self, contact: Json) -> str:
        client, klantcontact = self._client, contact["uuid"]

        async def find() -> Json | None:
            there = _uuids((await client.detail("klantcontacten", klantcontact)).get("hadBetrokkenen"))
            return {"uuid": there[0]} if there else None

        there = _uuids(contact.get("hadBetrokkenen"))
        if self._stappen.betrokkene in there:
            return self._stappen.betrokkene
        if there:
            uuid = there[0]
        else:
            body = bodies.betrokkene(self._verzoek, klantcontact, client.dialect)
            uuid = _uuid(await client.post_once("betrokkenen", body, find))
        await self._took(betrokkene=uuid)
        return uuid

    async def _onderwerpobject(self, contact: Json) -> None:
        client, klantcontact = self._client, contact["uuid"]

        async def find() -> Json | None:
            there = _uuids((await client.detail("klantcontacten", klantcontact)).get("gingOverOnderwerpobjecten"))
            return {"uuid": there[0]} if there else None

        if self._verzoek.zaak_uuid and not _uuids(contact.get("gingOverOnderwerpobjecten")):
            body = bodies.onderwerpobject(self._verzoek, self._config, klantcontact, client.dialect)
            await client.post_once("onderwerpobjecten", body, find)

    async def _addresses(self, betrokkene: str) -> None:
        client = self._client
        for soort, adres in self._wanted.items():

            async def find(soort: str = soort, adres: str = adres) -> Json | None:
                for uuid in await _addresses_of(client, betrokkene):
                    one = await client.detail("digitaleadressen", uuid)
                    if (one.get("soortDigitaalAdres"), one.get("adres")) == (soort, adres):
                        return one
                return None

            found = await find()
            if found is None:
                body = bodies.digitaal_adres(soort, adres, betrokkene, client.dialect)
                found = await client.post_once("digitaleadressen", body, find)
            await self._took(adressen={**self._stappen.adressen, soort: _uuid(found)})

    async def _maker(self, klantcontact: str) -> None:
        """Vraagbaak as the one who made the contact: KISS shows the first actor as such."""
        client = self._client
        actor = _uuid(await self._actor(self._config.vraagbaak))
        await self._took(actor=actor)

        async def find() -> Json | None:
            return await client.find(
                "actorklantcontacten",
                {"klantcontact__uuid": klantcontact, "actor__uuid": actor},
                lambda one: (_ref(one, "klantcontact"), _ref(one, "actor")) == (klantcontact, actor),
            )

        link = await find()
        if link is None:
            body = bodies.actorklantcontact(actor, klantcontact)
            link = await client.post_once("actorklantcontacten", body, find)
        await self._took(actorklantcontact=_uuid(link))

    async def _department(self) -> str:
        """Looked up each time, also when it was kept: somebody may have mended the settings in between."""
        actor = await self._actor(self._config.afdeling)
        if actor.get("indicatieActief") is False:
            raise Misconfigured(f"De afdeling {self._config.afdeling.naam} staat in Open Klant op niet actief.")
        await self._took(afdeling=_uuid(actor))
        return _uuid(actor)

    async def _task(self, klantcontact: str, afdeling: str) -> None:
        client = self._client

        async def find() -> Json | None:
            there = _uuids((await client.detail("klantcontacten", klantcontact)).get("leiddeTotInterneTaken"))
            return {"uuid": there[0]} if there else None

        task = await find()
        if task is None:
            body = bodies.internetaak(self._verzoek, self._config, klantcontact, afdeling, client.dialect)
            task = await client.post_once("internetaken", body, find)
        await self._took(internetaak=_uuid(task))

    async def _actor(self, wanted: ActorVerwijzing) -> Json:
        async def find() -> Json | None:
            return await self._client.find_actor(wanted)

        return await find() or await self._client.post_once("actoren", bodies.actor(wanted), find)


async def _known_contact(client: Client, stappen: Stappen, referentienummer: str) -> Json | None:
    """The klantcontact of kept steps, or else the one with our reference; None when there is neither (any more)."""
    if stappen.klantcontact:
        try:
            return await client.detail("klantcontacten", stappen.klantcontact)
        except NotFound:
            pass
    found = await client.find_klantcontact(referentienummer)
    return None if found is None else await client.detail("klantcontacten", _uuid(found))


async def _addresses_of(client: Client, betrokkene: str) -> list[str]:
    try:
        found = await client.detail("betrokkenen", betrokkene)
    except NotFound:
        return []
    return _uuids(found.get("digitaleAdressen"))


async def _drop_addresses(client: Client, addresses: Iterable[str]) -> tuple[int, int]:
    """Delete addresses; returns how many were, and how many stay with a known customer whose they are by now."""
    gone = kept = 0
    for uuid in addresses:
        if await _belongs_to_customer(client, uuid):
            kept += 1
        elif await client.delete("digitaleadressen", uuid):
            gone += 1
    return gone, kept


async def _belongs_to_customer(client: Client, adres: str) -> bool:
    try:
        return (await client.detail("digitaleadressen", adres)).get("verstrektDoorPartij") is not None
    except NotFound:
        return False


def _uuid(found: object) -> str:
    value = found.get("uuid") if isinstance(found, Mapping) else None
    if not isinstance(value, str) or not is_uuid(value):
        raise Unavailable("antwoord", perhaps_done=True)
    return value


def _uuids(related: object) -> list[str]:
    """Uuids of a related list; Open Klant promises no order."""
    items: Iterable[object] = related if isinstance(related, list) else []
    return [_uuid(one) for one in items]


def _ref(found: Mapping[str, Any], name: str) -> object:
    related = found.get(name)
    return related.get("uuid") if isinstance(related, Mapping) else None


def _moment(value: object) -> datetime | None:
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
