"""Headers that every page gets."""

from __future__ import annotations

from sanic.request import Request
from sanic.response import BaseHTTPResponse

STRICT = "default-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
"""What a page may load unless it says more: nothing."""


def policy(chat_origin: str) -> str:
    """Content Security Policy of a page with the chat: our own scripts and styles, nothing inline."""
    return (
        f"{STRICT}; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
        f"connect-src 'self' {chat_origin}; require-trusted-types-for 'script'"
    )


def desk_policy() -> str:
    """Content Security Policy of the desk: our own scripts and styles, nothing inline, and no HTML made from text."""
    return (
        f"{STRICT}; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "require-trusted-types-for 'script'; trusted-types 'none'"
    )


async def security_headers(request: Request, answer: BaseHTTPResponse) -> None:
    """Add what is missing; a route's own headers stay."""
    answer.headers.setdefault("content-security-policy", STRICT)
    answer.headers.setdefault("x-content-type-options", "nosniff")
    answer.headers.setdefault("referrer-policy", "strict-origin-when-cross-origin")
    answer.headers.setdefault("permissions-policy", "camera=(), geolocation=(), microphone=()")
