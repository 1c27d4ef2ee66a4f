"""The demo shop: its start page, its categories, its products. One read of the records for each page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import RedirectResponse, Response

from xiaoer.app import App
from xiaoer.customers import store as customers
from xiaoer.customers.types import Customer
from xiaoer.db.scope import Scope
from xiaoer.errors import NotFound
from xiaoer.shop import store_orders as orders
from xiaoer.shop import store_products as products
from xiaoer.shop import store_shops as shops
from xiaoer.shop.types import Order, Product
from xiaoer.web.api.callers import TheApp
from xiaoer.web.console.storefront.shelf import (
    CATEGORIES,
    chosen_variant,
    facts_of,
    find_matching,
    order_of,
    pickers_of,
    tile_of,
)
from xiaoer.web.identity import Identity, make_identity
from xiaoer.web.templates import language_of, render, words_of

router = APIRouter(include_in_schema=False)

SHOP = "spruce"
BUYERS: Mapping[str, str] = {"mei": "cus_mei", "bo": "cus_bo", "visitor": ""}
_BUYER_COOKIE = "xiaoer_demo_buyer"
_MOST_ORDERS = 6
_MOST_FEATURED = 12
_SIGNED_IN_FOR = timedelta(hours=12)

Buyer = Annotated[str | None, Query(alias="as", max_length=10)]


@dataclass(frozen=True, slots=True)
class Visit:
    """What every page of the shop shows of its visitor."""

    buyer: str
    customer: Customer | None
    orders: tuple[Order, ...]
    secret: str
    shelf: tuple[Product, ...]


@router.get("/shop")
async def show_shop(
    request: Request,
    app: TheApp,
    wanted: Buyer = None,
    category: Annotated[str, Query(max_length=40)] = "",
    q: Annotated[str, Query(max_length=80)] = "",
) -> Response:
    """Everything, a category, or what was searched for."""
    if wanted in BUYERS:
        return _switch_buyer(request, wanted)
    visit = await _read(request, app)
    words = words_of(app, SHOP, language_of(request))
    if category and category not in CATEGORIES:
        raise NotFound("There is no such category.", "没有这个分类。", field="category")
    if q.strip():
        shown: Sequence[Product] = find_matching(visit.shelf, q)
    elif category:
        shown = [one for one in visit.shelf if one.category == category]
    else:
        shown = [one for one in visit.shelf if "bestseller" in one.tags][:_MOST_FEATURED]
    tiles = [tile_of(one, words) for one in shown]
    recent = [order_of(one, words) for one in visit.orders]
    return render(
        request, "storefront/shop.html", tiles=tiles, orders=recent, **_common(request, app, visit, category, q)
    )


@router.get("/shop/products/{product_id}")
async def show_product(
    request: Request,
    app: TheApp,
    product_id: str,
    wanted: Buyer = None,
    variant: Annotated[str, Query(max_length=120)] = "",
) -> Response:
    """One product, with the variant chosen."""
    if wanted in BUYERS:
        return _switch_buyer(request, wanted)
    visit = await _read(request, app)
    product = next((one for one in visit.shelf if one.id == product_id), None)
    if product is None:
        raise NotFound("This product is not sold here (any more).", "没有这款商品，可能已经下架。", field="product_id")
    words = words_of(app, SHOP, language_of(request))
    chosen = chosen_variant(product, variant)
    beside = {one.id: one for one in visit.shelf if one.id in product.accessories}
    return render(
        request,
        "storefront/product.html",
        tile=tile_of(product, words, chosen),
        variant=chosen,
        pickers=pickers_of(product, chosen, words),
        facts=facts_of(product, words),
        product=product,
        description=words.name(product.description),
        accessories=[tile_of(beside[one], words) for one in product.accessories if one in beside],
        **_common(request, app, visit, product.category, ""),
    )


async def is_demo(app: App) -> bool:
    """Whether the demo shop is what this installation serves."""
    if app.settings.shop != SHOP or SHOP not in app.shop_ids:
        return False
    return await app.database.read(SHOP, lambda scope: customers.find_customer(scope, BUYERS["mei"])) is not None


async def _read(request: Request, app: App) -> Visit:
    """The shop as it is now, for the buyer who is signed in. NotFound where the demo shop is not installed."""
    missing = NotFound("The demo shop is not installed here.", "这里没有安装演示店铺。")
    if app.settings.shop != SHOP or SHOP not in app.shop_ids:
        raise missing
    buyer = request.cookies.get(_BUYER_COOKIE, "mei")
    buyer = buyer if buyer in BUYERS else "mei"

    def read(scope: Scope) -> Visit:
        if customers.find_customer(scope, BUYERS["mei"]) is None:
            raise missing
        customer = customers.find_customer(scope, BUYERS[buyer]) if BUYERS[buyer] else None
        theirs = orders.list_orders_of_customer(scope, customer.id, limit=_MOST_ORDERS) if customer else ()
        return Visit(buyer, customer, theirs, shops.get_identity_secret(scope), products.list_products(scope))

    return await app.database.read(SHOP, read)


def _switch_buyer(request: Request, buyer: str | None) -> Response:
    """Remember who is signed in, and show the same page without the parameter."""
    response = RedirectResponse(
        str(request.url.remove_query_params("as").replace(scheme="", netloc="")), status_code=303
    )
    response.set_cookie(_BUYER_COOKIE, buyer or "mei", httponly=True, samesite="lax", path="/shop")
    return response


def _common(request: Request, app: App, visit: Visit, category: str, q: str) -> dict[str, Any]:
    """What the frame of every page needs: the shop, who is signed in, and the widget's signed identity."""
    customer = visit.customer
    return {
        "shop": app.assistant_of(SHOP).shop,
        "category": category,
        "categories": CATEGORIES,
        "q": q,
        "buyer": visit.buyer,
        "buyers": tuple(BUYERS),
        "customer": customer,
        "identity": "" if customer is None else _identity(app, visit.secret, customer),
    }


def _identity(app: App, secret: str, customer: Customer) -> str:
    said = Identity(customer.id, customer.name, customer.email, customer.phone)
    return make_identity(secret, said, shop_id=SHOP, expires_at=app.clock() + _SIGNED_IN_FOR)
