"""Tokens of the municipality's portal: signature, audience, issuer, age, and what is kept of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
import sqlalchemy as sa
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from sqlalchemy.engine import Engine

from bot.cases import identity, portal
from bot.cases.portal import BadPortalToken, read_token
from bot.cases.tables import zaak_identiteit

NU = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
BSN = "999990019"
GEHEIM = "een geheim dat alleen deze test kent"
KEY, OTHER = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())


def pem(key: ec.EllipticCurvePrivateKey) -> str:
    return (
        key.public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        .decode()
    )


def token(key: ec.EllipticCurvePrivateKey = KEY, **claims: Any) -> str:
    fields = {
        "sub": BSN,
        "iss": "https://mijn.example",
        "aud": "vraagbaak",
        "iat": NU,
        "exp": NU + timedelta(minutes=5),
    }
    return jwt.encode({k: v for k, v in (fields | claims).items() if v is not None}, key, algorithm="ES256")


def read(given: str, now: datetime = NU) -> str:
    return read_token(
        given, pem(KEY), uitgever="https://mijn.example", publiek="vraagbaak", hoogstens=timedelta(seconds=120), now=now
    )


def test_a_good_token_says_who_it_is() -> None:
    assert read(token()) == BSN


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": "een ander"},
        {"iss": "https://kwaad.example"},
        {"sub": "123456789"},
        {"sub": None},
        {"iat": None},
        {"exp": None},
        {"iat": NU - timedelta(minutes=4)},
        {"exp": NU - timedelta(minutes=1)},
        {"iat": NU + timedelta(minutes=5), "exp": NU + timedelta(minutes=9)},
    ],
)
def test_any_other_token_is_refused(claims: dict[str, Any]) -> None:
    with pytest.raises(BadPortalToken):
        read(token(**claims))


def test_another_key_no_signature_and_a_shared_secret_are_refused() -> None:
    fields = {
        "sub": BSN,
        "iss": "https://mijn.example",
        "aud": "vraagbaak",
        "iat": NU,
        "exp": NU + timedelta(minutes=5),
    }
    unsigned = jwt.encode(fields, "", algorithm="none")
    for given in (token(OTHER), unsigned, "", "geen.token.dit"):
        with pytest.raises(BadPortalToken):
            read(given)


def test_the_refusal_says_nothing_of_the_token() -> None:
    with pytest.raises(BadPortalToken) as error:
        read(token(aud="een ander"))
    assert BSN not in str(error.value) and "ey" not in str(error.value)


def test_who_it_is_is_kept_encrypted_and_for_a_while(database: Engine) -> None:
    portal.remember(database, GEHEIM, "g1", BSN, NU)
    assert portal.known(database, GEHEIM, "g1", NU) == BSN
    assert portal.known(database, GEHEIM, "g2", NU) is None
    assert portal.known(database, GEHEIM, "g1", NU + portal.GELDIG) is None
    assert portal.known(database, "een ander geheim van deze installatie", "g1", NU) is None
    with database.connect() as connection:
        assert BSN not in str(connection.execute(sa.select(zaak_identiteit)).all())


def test_it_goes_with_the_conversation(database: Engine) -> None:
    portal.remember(database, GEHEIM, "g1", BSN, NU)
    identity.forget(database, "g1")
    assert portal.known(database, GEHEIM, "g1", NU) == BSN
    identity.forget_resident(database, "g1")
    assert portal.known(database, GEHEIM, "g1", NU) is None


def test_what_the_portal_proves_needs_no_code(database: Engine) -> None:
    identity.prove(database, GEHEIM, gesprek_id="g1", gemeente="voorbeeldstad", urls=["https://z/1"], now=NU)
    assert identity.proven(database, "g1", NU) == ("https://z/1",)
