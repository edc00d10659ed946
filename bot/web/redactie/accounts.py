"""Accounts and roles, and what the municipality has set. A beheerder gives roles of their own places only."""

from __future__ import annotations

import secrets

from bot.catalog.tables import CENTRAAL
from bot.handoff import employees
from bot.handoff.model import BALIE_ROL, Medewerker
from bot.redactie import audit, rules
from bot.redactie.roles import BEHEERDER, ROLLEN, Recht
from bot.redactie.values import NietToegestaan, Wat
from bot.web.redactie.common import ER_NIET, Answer, Call, Page, Redirect, Refused

ROLNAMEN = {
    "redacteur": "redacteur (schrijft)",
    "eindredacteur": "eindredacteur (publiceert)",
    "beheerder": "beheerder (accounts)",
    BALIE_ROL: "medewerker van de balie",
}


def accounts_page(call: Call) -> Answer:
    """GET …/accounts."""
    return _show(call)


def change(call: Call) -> Answer:
    """POST …/accounts: a new account, other roles here, a new password, in or out of use."""
    doe = call.field("doe", 20)
    if doe == "nieuw":
        return _new(call)
    one = employees.load(call.engine, call.number("id")) if call.field("id", 9) else None
    if doe == "erbij":
        found = employees.by_name(call.engine, call.needed("gebruikersnaam", "de gebruikersnaam", 80))
        if found is None:
            raise Refused(400, "Er is geen account met deze gebruikersnaam.")
        _set_roles(call, found, found)
        return Redirect(call.url("accounts", gedaan="account"))
    if one is None or not _is_here(call, one):
        raise Refused(404, ER_NIET)
    if doe == "rollen":
        _set_roles(call, one, one)
        return Redirect(call.url("accounts", gedaan="account"))
    _only_ours(call, one)
    if doe == "wachtwoord":
        wachtwoord = secrets.token_urlsafe(12)
        employees.set_password(call.engine, one.id, wachtwoord)
        _trace(call, one, "nieuw wachtwoord")
        return _show(call, wachtwoord=wachtwoord, van=one.naam)
    if doe in ("uit", "aan"):
        if one.id == call.medewerker.id:
            raise Refused(400, "U kunt uw eigen account niet uitzetten.")
        employees.set_active(call.engine, one.id, doe == "aan")
        _trace(call, one, "in gebruik" if doe == "aan" else "uit gebruik")
        return Redirect(call.url("accounts", gedaan="account"))
    raise Refused(400, "Kies wat er met het account gebeurt.")


def _new(call: Call) -> Answer:
    gebruikersnaam = call.needed("gebruikersnaam", "de gebruikersnaam", 80)
    naam, rollen = call.needed("naam", "de naam", 120), _chosen(call)
    if not rollen:
        raise Refused(400, "Kies minstens een rol.")
    wachtwoord = None if call.field("oidc", 2) == "ja" else secrets.token_urlsafe(12)
    try:
        made = employees.add(
            call.engine, gebruikersnaam, naam, [(call.gemeente, one) for one in sorted(rollen)], wachtwoord
        )
    except ValueError as error:
        raise Refused(400, f"Het account is niet gemaakt: {error}.") from error
    _trace(call, made, f"nieuw: {', '.join(sorted(rollen))}")
    return _show(call, wachtwoord=wachtwoord or "", van=made.naam)


def _set_roles(call: Call, one: Medewerker, before: Medewerker) -> None:
    """Replace the roles of this place; those elsewhere stay. Raises Refused for taking one's own right to do this."""
    chosen = _chosen(call)
    if one.id == call.medewerker.id and (call.gemeente, BEHEERDER) in before.rollen and BEHEERDER not in chosen:
        raise Refused(400, "U kunt uzelf de rol beheerder niet afnemen. Vraag het aan een andere beheerder.")
    elsewhere = {(gemeente, rol) for gemeente, rol in before.rollen if gemeente != call.gemeente}
    employees.set_roles(call.engine, one.id, elsewhere | {(call.gemeente, rol) for rol in chosen})
    _trace(call, one, f"rollen: {', '.join(sorted(chosen)) or 'geen'}")


def _chosen(call: Call) -> frozenset[str]:
    allowed = set(ROLLEN) | (set() if call.plek.is_centraal else {BALIE_ROL})
    chosen = frozenset(call.form.get("rol") or [])
    if not chosen <= allowed:
        raise Refused(400, "Deze rol bestaat hier niet.")
    return chosen


def _is_here(call: Call, one: Medewerker) -> bool:
    return any(gemeente == call.gemeente for gemeente, _ in one.rollen)


def _only_ours(call: Call, one: Medewerker) -> None:
    """A password or an account itself reaches everywhere, so only who keeps all its places may touch it."""
    if not all(call.mag(Recht.BEHEREN, gemeente) for gemeente, _ in one.rollen):
        raise NietToegestaan("Dit account heeft ook rollen op een andere plek. Vraag het aan een centrale beheerder.")


def _trace(call: Call, one: Medewerker, what: str) -> None:
    audit.write(
        call.engine, call.redacteur, Wat.ACCOUNT, gemeente=call.gemeente, reden=f"{one.gebruikersnaam}: {what}"[:400]
    )


def _show(call: Call, wachtwoord: str = "", van: str = "") -> Answer:
    every = [one for one in employees.everybody(call.engine) if _is_here(call, one)]
    rolnamen = {key: name for key, name in ROLNAMEN.items() if key != BALIE_ROL or not call.plek.is_centraal}
    gemeente = None if call.gemeente == CENTRAAL else call.room.gemeenten[call.gemeente]
    return Page(
        "accounts.html",
        {
            "accounts": [
                (
                    one,
                    frozenset(rol for where, rol in one.rollen if where == call.gemeente),
                    all(call.mag(Recht.BEHEREN, where) for where, _ in one.rollen),
                )
                for one in every
            ],
            "rolnamen": rolnamen,
            "instelling": rules.settings(call.room.gemeenten, call.gemeente),
            "gemeente": gemeente,
            "wachtwoord": wachtwoord,
            "van": van,
        },
    )
