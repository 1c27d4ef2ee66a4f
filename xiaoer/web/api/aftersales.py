"""After-sales work as the shop's own system carries it on: the parcel is there, the refund has started, the money has arrived."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from xiaoer.db.scope import Scope
from xiaoer.desk.settle import carry_on, standing
from xiaoer.errors import NotFound, NotSignedIn
from xiaoer.shop import store_settle
from xiaoer.shop import store_shops as shops
from xiaoer.web.api.answers import CaseOut
from xiaoer.web.api.callers import TheApp
from xiaoer.web.identity import check_shop_token

router = APIRouter(prefix="/api/v1/shops/{shop_id}/cases", tags=["aftersales"])
BY = "shop"  # who the audit says it was
_bearer = HTTPBearer(auto_error=False, description="A JWT that the shop's own server signed: aud, exp, scope aftersales.")
ShopName = Annotated[str, Path(max_length=64)]
CaseName = Annotated[str, Path(max_length=128)]
Step = Annotated[Literal["receive_goods", "start_refund", "finish_refund", "refuse"], Path()]


async def _the_shop(
    app: TheApp, shop_id: ShopName, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
) -> str:
    """The shop whose own server calls; NotSignedIn for everybody else, for shops that do not exist alike."""
    if credentials is None or shop_id not in app.shop_ids:
        raise _stranger()
    try:
        secret = await app.database.read(shop_id, shops.get_identity_secret)
    except NotFound as error:
        raise _stranger() from error
    check_shop_token(secret, credentials.credentials, shop_id=shop_id, scope="aftersales", now=app.clock())
    return shop_id


TheShop = Annotated[str, Depends(_the_shop)]


@router.get("/{case_id}", response_model=CaseOut)
async def get_case(app: TheApp, shop: TheShop, case_id: CaseName) -> dict[str, Any]:
    """How a return or an exchange stands, with its money."""
    return await app.database.read(shop, lambda scope: standing(*store_settle.get_case(scope, case_id)))


@router.post("/{case_id}/{step}", response_model=CaseOut)
async def take_step(app: TheApp, shop: TheShop, case_id: CaseName, step: Step) -> dict[str, Any]:
    """Take a step, once: sent again it changes nothing and answers the same."""
    days = app.assistant_of(shop).policy.refund_days

    def write(scope: Scope) -> dict[str, Any]:
        return carry_on(scope, case_id, step, by=BY, refund_days=days)

    return await app.database.write(shop, write)


def _stranger() -> NotSignedIn:
    return NotSignedIn(
        "Sign a token with the shop's identity secret: aud, exp, and scope aftersales.",
        "请用店铺身份密钥签名：需包含 aud、exp 和 scope=aftersales。",
    )
