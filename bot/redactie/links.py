"""Whether the addresses in texts still lead somewhere.

Only public addresses over http and https on their own ports are asked, and the answer's address is looked up before each step,
also after a redirect; the connection is made to what was looked up. A failure counts once an hour at most, and only the third
makes an address broken: a site may be away for a moment.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import httpx
import sqlalchemy as sa
from sqlalchemy.engine import Engine, Row

from bot.redactie.tables import redactie_link

TIJD = 10.0
"""Seconds for one address, redirects included."""
TEGELIJK = 5
STAPPEN = 5
"""Redirects that are followed."""
STUK_NA = 3
"""Failures in a row that make an address broken."""
NIET_VAKER = timedelta(hours=1)
"""Failures that lie closer together count as one."""
LANGSTE = 500

GOED, DOOD, FOUT, TE_LAAT = "goed", "dood", "fout", "tijd"
VERBODEN, ONBEREIKBAAR, GEWEIGERD = "verboden", "onbereikbaar", "geweigerd"
_PORTS = {"http": 80, "https": 443}
_HEADERS = {"User-Agent": "Vraagbaak-linkcontrole", "Accept": "text/html,*/*;q=0.5"}

Resolve = Callable[[str, int], Awaitable[list[str]]]
"""Host name and port → its internet addresses."""


@dataclass(frozen=True)
class LinkUitkomst:
    """What asking an address gave.

    `goed`; `geweigerd` (it is there and wants no robots or a log-in: no failure); `dood` (404, 410); `fout` (another error);
    `tijd` (too slow); `onbereikbaar`; `verboden` (not a public address).
    """

    url: str
    uitkomst: str

    @property
    def is_goed(self) -> bool:
        """Whether it leads somewhere."""
        return self.uitkomst in (GOED, GEWEIGERD)


@dataclass(frozen=True)
class LinkStand:
    """What is known of an address."""

    url: str
    uitkomst: str
    missers: int
    gekeken_op: datetime
    laatst_goed_op: datetime | None

    @property
    def stuk(self) -> bool:
        """Whether it failed often enough to say so."""
        return self.missers >= STUK_NA


async def check_links(
    urls: Iterable[str], *, transport: httpx.AsyncBaseTransport | None = None, resolve: Resolve | None = None
) -> list[LinkUitkomst]:
    """Ask each address once; never raises for what an address does.

    `transport` and `resolve` stand in for the network in tests.
    """
    gate = asyncio.Semaphore(TEGELIJK)
    async with httpx.AsyncClient(
        transport=transport, timeout=TIJD, headers=_HEADERS, follow_redirects=False, trust_env=False
    ) as client:

        async def one(url: str) -> LinkUitkomst:
            async with gate:
                return LinkUitkomst(url, await _ask(client, url, resolve or _look_up))

        return list(await asyncio.gather(*(one(url) for url in dict.fromkeys(urls))))


def record(engine: Engine, uitkomsten: Iterable[LinkUitkomst], *, now: datetime | None = None) -> None:
    """Keep what was found, and count failures."""
    moment = now or datetime.now(UTC)
    for one in uitkomsten:
        if len(one.url) > LANGSTE:
            continue
        try:
            _keep(engine, one, moment)
        except sa.exc.IntegrityError:
            # Another process looked at the same address at the same moment.
            _keep(engine, one, moment)


def known(engine: Engine, urls: Collection[str]) -> dict[str, LinkStand]:
    """What is known of these addresses; those that nobody asked yet are left out."""
    with engine.connect() as connection:
        rows = connection.execute(sa.select(redactie_link).where(redactie_link.c.url.in_(list(urls))))
        return {row.url: _stand(row) for row in rows}


def broken(engine: Engine) -> list[LinkStand]:
    """Addresses that failed often enough, by address."""
    c = redactie_link.c
    with engine.connect() as connection:
        rows = connection.execute(sa.select(redactie_link).where(c.missers >= STUK_NA).order_by(c.url))
        return [_stand(row) for row in rows]


def to_ask(engine: Engine, urls: Iterable[str], before: datetime, limit: int) -> list[str]:
    """Of these addresses at most `limit` that nobody asked after `before`: never asked first, then the longest ago."""
    every = list(dict.fromkeys(urls))
    c = redactie_link.c
    with engine.connect() as connection:
        looked = {row.url: row.gekeken_op for row in connection.execute(sa.select(c.url, c.gekeken_op))}
    waiting = [url for url in every if url not in looked or looked[url] < before]
    return sorted(waiting, key=lambda url: (url in looked, looked.get(url, before), url))[:limit]


async def _ask(client: httpx.AsyncClient, url: str, resolve: Resolve) -> str:
    try:
        async with asyncio.timeout(TIJD):
            return await _follow(client, httpx.URL(url), resolve)
    except (TimeoutError, httpx.TimeoutException):
        return TE_LAAT
    except (httpx.InvalidURL, httpx.UnsupportedProtocol, UnicodeError, ValueError):
        return VERBODEN
    except (httpx.HTTPError, OSError):
        return ONBEREIKBAAR


async def _follow(client: httpx.AsyncClient, url: httpx.URL, resolve: Resolve) -> str:
    for _ in range(STAPPEN + 1):
        port = _PORTS.get(url.scheme)
        if port is None or url.port not in (None, port) or not url.host or url.userinfo:
            return VERBODEN
        addresses = await resolve(url.host, port)
        if not addresses or not all(_is_public(one) for one in addresses):
            return VERBODEN
        answer = await _get(client, url, addresses[0])
        if answer.is_redirect and "location" in answer.headers:
            url = url.join(answer.headers["location"])
            continue
        return _meaning(answer.status_code)
    return FOUT


async def _get(client: httpx.AsyncClient, url: httpx.URL, address: str) -> httpx.Response:
    """Ask `url` at the address that was looked up, so that a name that changes in between leads nowhere else."""
    request = client.build_request(
        "GET",
        url.copy_with(host=address),
        headers={"Host": url.netloc.decode("ascii")},
        extensions={"sni_hostname": url.raw_host.decode("ascii")},
    )
    answer = await client.send(request, stream=True)
    await answer.aclose()
    return answer


async def _look_up(host: str, port: int) -> list[str]:
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(one[4][0]) for one in found]


def _is_public(address: str) -> bool:
    found = ipaddress.ip_address(address.split("%")[0])
    mapped = getattr(found, "ipv4_mapped", None)
    return (mapped or found).is_global and not found.is_multicast


def _meaning(status: int) -> str:
    if status < 400:
        return GOED
    if status in (401, 403, 405, 429):
        return GEWEIGERD
    return DOOD if status in (404, 410) else FOUT


def _keep(engine: Engine, one: LinkUitkomst, moment: datetime) -> None:
    c = redactie_link.c
    with engine.begin() as connection:
        row = connection.execute(sa.select(redactie_link).where(c.url == one.url)).first()
        missers = 0
        if not one.is_goed:
            before = row.missers if row else 0
            close = row is not None and before > 0 and moment - row.gekeken_op < NIET_VAKER
            missers = before if close else before + 1
        values = {"uitkomst": one.uitkomst, "missers": missers, "gekeken_op": moment}
        if row is not None and missers and missers == row.missers:
            # The hour runs from the failure that counted.
            values["gekeken_op"] = row.gekeken_op
        if one.is_goed:
            values["laatst_goed_op"] = moment
        if row is None:
            connection.execute(sa.insert(redactie_link).values(url=one.url, **values))
        else:
            connection.execute(sa.update(redactie_link).where(c.url == one.url).values(**values))


def _stand(row: Row) -> LinkStand:
    return LinkStand(row.url, row.uitkomst, row.missers, row.gekeken_op, row.laatst_goed_op)
