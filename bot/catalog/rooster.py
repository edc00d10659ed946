"""Hours in a municipality's file: per weekday, with holidays and closures."""

from __future__ import annotations

import re
from datetime import date, time
from typing import Any

from pydantic import BaseModel, Extra, validator

DAGEN = ("maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag")


class Waarde(BaseModel):
    """Base of what stands in a municipality's file: it never changes, and unknown fields are refused."""

    class Config:
        extra = Extra.forbid
        frozen = True


class Tijdvak(Waarde):
    """One stretch of opening time on a day; written as `09:00-17:00`."""

    van: time
    tot: time

    @validator("tot")
    def _ends_after_start(cls, tot: time, values: dict[str, Any]) -> time:
        if "van" in values and tot <= values["van"]:
            raise ValueError("eindigt voor het begint")
        return tot


class Weekrooster(Waarde):
    """Opening hours per weekday; a day that is not named is closed."""

    maandag: tuple[Tijdvak, ...] = ()
    dinsdag: tuple[Tijdvak, ...] = ()
    woensdag: tuple[Tijdvak, ...] = ()
    donderdag: tuple[Tijdvak, ...] = ()
    vrijdag: tuple[Tijdvak, ...] = ()
    zaterdag: tuple[Tijdvak, ...] = ()
    zondag: tuple[Tijdvak, ...] = ()

    @validator("*", pre=True)
    def _parse_day(cls, value: Any) -> Any:
        if value is None:
            return ()
        if not isinstance(value, str):
            raise ValueError('schrijf de tijden als "09:00-12:30, 13:30-17:00"')
        return tuple(_tijdvak(part) for part in value.split(","))

    def dag(self, weekday: int) -> tuple[Tijdvak, ...]:
        """The stretches of a weekday (Monday is 0), in order."""
        return getattr(self, DAGEN[weekday])  # type: ignore[no-any-return]


class Sluiting(Waarde):
    """A one-off closure."""

    datum: date
    reden: str


class Openingstijden(Waarde):
    """Opening hours per way to reach the municipality."""

    telefoon: Weekrooster
    balie: Weekrooster
    livechat: Weekrooster = Weekrooster()
    """When employees answer chats; never, unless the municipality says so."""
    ook_dicht: tuple[str, ...] = ()
    """Optional holidays on which it closes too, such as Bevrijdingsdag."""
    toch_open: tuple[str, ...] = ()
    """Public holidays on which it is open all the same, such as Goede Vrijdag."""
    sluitingen: tuple[Sluiting, ...] = ()


def _tijdvak(text: str) -> Tijdvak:
    match = re.fullmatch(r"\s*(\d{1,2}:\d{2})\s*-\s*(\d{1,2}:\d{2})\s*", text)
    if not match:
        raise ValueError('schrijf de tijden als "09:00-12:30, 13:30-17:00"')
    van, tot = (time.fromisoformat(part.zfill(5)) for part in match.groups())
    return Tijdvak(van=van, tot=tot)
