"""The token that every call carries: a JWT (HS256) as the ZGW standard describes it."""

from __future__ import annotations

import time

import jwt


def make_token(client_id: str, secret: str, user_id: str, user_representation: str) -> str:
    """A token for one call.

    It has no `nbf` and no `exp`: a clock that runs a second ahead would make the register refuse it, and its age is
    already limited by `iat`.
    """
    claims = {
        "iss": client_id,
        "iat": int(time.time()),
        "client_id": client_id,
        "user_id": user_id,
        "user_representation": user_representation,
    }
    return jwt.encode(claims, secret, algorithm="HS256")
