"""Scripts and styles of the pages for employees."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from sanic import response
from sanic.request import Request
from sanic.response import HTTPResponse

from bot.web.widget import minified

_TYPES = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8"}


def file_answer(folder: Path, request: Request, name: str) -> HTTPResponse:
    """A script or style of a folder, asked for again each time, so that all parts are of one version."""
    path = folder / name
    kind = _TYPES.get(path.suffix)
    if kind is None or not re.fullmatch(r"[a-z-]+\.(js|css)", name) or not path.is_file():
        return response.text("Dit bestand bestaat niet.", status=404)
    body = minified(path, path.stat().st_mtime_ns)
    tag = f'"{hashlib.sha256(body).hexdigest()[:20]}"'
    headers = {"cache-control": "no-cache", "etag": tag}
    if request.headers.get("if-none-match") == tag:
        return response.raw(b"", status=304, headers=headers)
    return response.raw(body, content_type=kind, headers=headers)


def serve_file(folder: Path) -> Callable[..., Coroutine[Any, Any, HTTPResponse]]:
    """A route that serves the files of a folder."""

    async def file(request: Request, name: str) -> HTTPResponse:
        return file_answer(folder, request, name)

    return file
