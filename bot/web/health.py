"""Health: alive (this process answers) and ready (what it needs answers)."""

from __future__ import annotations

import asyncio
import logging

import httpx
import sqlalchemy as sa
from sanic import Blueprint, response
from sanic.request import Request
from sanic.response import HTTPResponse

from bot.database import open_database
from bot.settings import Settings

logger = logging.getLogger(__name__)


def blueprint(settings: Settings) -> Blueprint:
    """`/health/live` and `/health/ready`."""
    routes = Blueprint("health", url_prefix="/health")

    @routes.get("/live")
    async def live(request: Request) -> HTTPResponse:
        return response.json({"status": "ok"})

    @routes.get("/ready")
    async def ready(request: Request) -> HTTPResponse:
        parts = {"database": await _database(settings), "engine": await _engine(settings)}
        return response.json(
            {"status": "ok" if all(parts.values()) else "niet klaar", **parts},
            status=200 if all(parts.values()) else 503,
        )

    return routes


async def _database(settings: Settings) -> bool:
    def ask() -> None:
        with open_database(settings.catalog_url).connect() as connection:
            connection.execute(sa.text("SELECT 1 FROM gesprek WHERE 1 = 0"))

    try:
        await asyncio.get_running_loop().run_in_executor(None, ask)
    except sa.exc.SQLAlchemyError as error:
        logger.warning("De database is niet klaar: %s", type(error).__name__)
        return False
    return True


async def _engine(settings: Settings) -> bool:
    """Whether the engine has loaded its model."""
    try:
        async with httpx.AsyncClient(timeout=3) as client:
            answer = await client.get(f"http://{settings.host}:{settings.engine_port}/webhooks/webchat/")
    except httpx.HTTPError:
        return False
    return answer.status_code == 200
