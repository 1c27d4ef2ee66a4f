"""Who calls: tokens of the chat, signed with the installation's secret, and identities, signed with a shop's own secret.

Both are JWTs with HS256 and nothing else: an "alg" that the sender chose is never trusted.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from xiaoer.errors import NotSignedIn

Language = Literal["zh", "en"]

_ALGORITHMS = ["HS256"]
_CHAT = "xiaoer-chat"
_MOST_CHARACTERS = 4096  # a token longer than this is nobody's; parsing it would only cost time
_LEEWAY_S = 60  # clocks of a shop's server and ours differ a little
VISITOR_LIFE = timedelta(days=180)  # the token is all that a visitor has of the conversation
CUSTOMER_LIFE = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Visit:
    """What a chat token says: one customer of one shop in one conversation, until a moment."""

    shop_id: str
    customer_id: str
    conversation_id: str
    language: Language
    is_visitor: bool
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the shop says its customer is. Empty fields were not said and change nothing."""

    customer_id: str
    name: str = ""
    email: str = ""
    phone: str = ""
    language: Language | None = None


def make_token(secret: bytes, visit: Visit, *, now: datetime) -> str:
    """The visit as a chat token."""
    claims = {
        "aud": _CHAT,
        "iat": int(now.timestamp()),
        "exp": int(visit.expires_at.timestamp()),
        "shop": visit.shop_id,
        "sub": visit.customer_id,
        "cnv": visit.conversation_id,
        "lang": visit.language,
        "vis": visit.is_visitor,
    }
    return jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(secret), algorithms=_ALGORITHMS)


def read_token(secret: bytes, token: str, *, now: datetime) -> Visit:
    """The visit, or NotSignedIn for a token that is forged, out of date or made for something else."""
    checks = jwt.JWTClaimsRegistry(
        now=int(now.timestamp()),
        aud={"essential": True, "value": _CHAT},
        exp={"essential": True},
        sub={"essential": True},
        shop={"essential": True},
        cnv={"essential": True},
    )
    claims = _claims(secret, token, checks)
    return Visit(
        shop_id=str(claims["shop"]),
        customer_id=str(claims["sub"]),
        conversation_id=str(claims["cnv"]),
        language="en" if claims.get("lang") == "en" else "zh",
        is_visitor=claims.get("vis") is True,
        expires_at=datetime.fromtimestamp(claims["exp"], tz=now.tzinfo),
    )


def make_identity(secret: str, identity: Identity, *, shop_id: str, expires_at: datetime) -> str:
    """What a shop's own server does: sign who its customer is. Used by the demo shop's page and by tests."""
    said = {"name": identity.name, "email": identity.email, "phone": identity.phone, "language": identity.language}
    claims: dict[str, Any] = {"sub": identity.customer_id, "aud": shop_id, "exp": int(expires_at.timestamp())}
    claims.update({name: value for name, value in said.items() if value})
    return jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(secret), algorithms=_ALGORITHMS)


def read_identity(secret: str, token: str, *, shop_id: str, now: datetime) -> Identity:
    """Who the shop says this is. NotSignedIn when the signature, the time or the audience is wrong.

    "sub" and "exp" must be there; "aud" may be left out, else it names the shop.
    """
    checks = jwt.JWTClaimsRegistry(
        now=int(now.timestamp()),
        leeway=_LEEWAY_S,
        sub={"essential": True},
        exp={"essential": True},
        aud={"essential": False, "value": shop_id},
    )
    claims = _claims(secret.encode(), token, checks)
    customer_id = claims["sub"]
    if not 0 < len(customer_id) <= 128 or not customer_id.isprintable():
        raise _refused()
    language = claims.get("language")
    return Identity(
        customer_id=customer_id,
        name=_text(claims, "name", 80),
        email=_text(claims, "email", 254),
        phone=_text(claims, "phone", 32),
        language=language if language in ("zh", "en") else None,
    )


def make_shop_token(secret: str, *, shop_id: str, scope: str, expires_at: datetime) -> str:
    """What a shop's own server signs to call in its own name. `scope`: what it may do, e.g. "aftersales"."""
    claims = {"aud": shop_id, "scope": scope, "exp": int(expires_at.timestamp())}
    return jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(secret), algorithms=_ALGORITHMS)


def check_shop_token(secret: str, token: str, *, shop_id: str, scope: str, now: datetime) -> None:
    """NotSignedIn unless the shop itself signed it for this. A customer's identity, signed with the same secret, has no scope."""
    checks = jwt.JWTClaimsRegistry(
        now=int(now.timestamp()),
        leeway=_LEEWAY_S,
        exp={"essential": True},
        aud={"essential": True, "value": shop_id},
        scope={"essential": True, "value": scope},
    )
    _claims(secret.encode(), token, checks)


def sign_link(secret: bytes, *parts: str) -> str:
    """A short signature over the parts of a link."""
    return hmac.new(secret, "\n".join(("link", *parts)).encode(), hashlib.sha256).hexdigest()[:32]


def is_link_signed(secret: bytes, signature: str, *parts: str) -> bool:
    """Whether the signature is the one for these parts; takes the same time either way."""
    return hmac.compare_digest(sign_link(secret, *parts).encode(), signature.encode("utf-8", "replace"))


def _claims(secret: bytes, token: str, checks: jwt.JWTClaimsRegistry) -> Mapping[str, Any]:
    if len(token) > _MOST_CHARACTERS:
        raise _refused()
    try:
        claims = jwt.decode(token, OctKey.import_key(secret), algorithms=_ALGORITHMS).claims
        checks.validate(claims)
    except (JoseError, ValueError, TypeError) as error:
        raise _refused() from error
    return claims


def _text(claims: Mapping[str, Any], name: str, longest: int) -> str:
    value = claims.get(name)
    return "".join(one for one in value if one.isprintable()).strip()[:longest] if isinstance(value, str) else ""


def _refused() -> NotSignedIn:
    return NotSignedIn("Your sign-in is not valid any more. Load the page again.", "登录已失效，请刷新页面后再试。")
