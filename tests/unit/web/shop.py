"""A small shop that can be opened in a moment: two shops' records, four products, two orders, a few articles, a small model."""

from __future__ import annotations

from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path

from tests.conftest import StandingClock
from tests.unit.aftersales.build import an_item, an_order
from xiaoer.app import model_path
from xiaoer.customers import store as customers
from xiaoer.customers.types import Customer
from xiaoer.db.engine import Database
from xiaoer.db.scope import Scope
from xiaoer.demo.seed_catalogue import read_products, read_words
from xiaoer.desk.sign_in import add_staff
from xiaoer.knowledge import store as knowledge
from xiaoer.knowledge.types import Article, ArticleText
from xiaoer.nlu.train import train
from xiaoer.shop import store_orders as orders
from xiaoer.shop import store_policies as policies
from xiaoer.shop import store_products as products
from xiaoer.shop import store_shops as shops
from xiaoer.shop.types import Shop

SHOP, OTHER = "spruce", "cedar"
SECRETS = {SHOP: "spruce-secret-of-at-least-32-characters", OTHER: "cedar-secret-of-at-least-32-characters"}
MEI, BO, LIN = "cus_mei", "cus_bo", "lin@spruce.example"
PRODUCTS = ("clothing-cloud-hoodie", "bags-citywalk-backpack", "shoes-feather-runner", "electronics-gan-65w")
_EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
_LINES = {
    "human_request": (
        "转人工",
        "我要人工客服",
        "找真人",
        "talk to a person",
        "I want to talk to a person",
        "human please",
    ),
    "greeting": ("你好", "您好", "在吗", "hello", "hi there", "good morning"),
    "order_status": (
        "我的订单怎么样了",
        "订单状态",
        "查订单",
        "my order status",
        "what about my order",
        "order status",
    ),
    "logistics_tracking": (
        "我的包裹到哪了",
        "快递到哪里了",
        "查物流",
        "where is my parcel",
        "track my parcel",
        "where is it now",
    ),
    "return_request": ("我要退货", "想退货", "退掉", "I want to return this", "return my order", "send it back"),
    "shipping_policy": (
        "运费怎么算",
        "包邮吗",
        "邮费多少",
        "what does shipping cost",
        "free shipping?",
        "delivery fee",
    ),
    "oos": ("今天天气", "讲个笑话", "股票怎么样", "what is the weather", "tell me a joke", "stock market"),
}


async def make_shops(folder: Path, clock: StandingClock) -> None:
    """Everything an App needs, in this data folder."""
    database = await Database.open(f"sqlite:///{folder / 'xiaoer.sqlite3'}", clock=clock)
    await database.migrate()
    words = read_words()
    listed = [one for one in read_products(words) if one.id in PRODUCTS][:4] or list(read_products(words))[:4]

    def store(scope: Scope) -> None:
        names = {SHOP: {"zh": "云杉优选", "en": "Spruce Market"}, OTHER: {"zh": "雪松铺", "en": "Cedar Shop"}}[
            scope.shop_id
        ]
        shop = Shop(scope.shop_id, names, "CNY", "Asia/Shanghai", "service@shop.example")
        shops.save_shop(scope, shop, identity_secret=SECRETS[scope.shop_id])
        policies.add_policy(scope, (files("xiaoer.demo") / "policy.yaml").read_text("utf-8"), version="2026-1")
        shops.save_words(scope, words)
        products.add_products(scope, listed)
        add_staff(scope, email=LIN, name="Lin 林", role="staff", password="a-long-password")
        customers.save_customer(scope, Customer(MEI, "陈美", "zh", False, _EPOCH, email="mei@x.example"))
        customers.save_customer(scope, Customer(BO, "Bo Larsen", "en", False, _EPOCH, email="bo@x.example"))
        orders.add_orders(scope, (an_order(an_item(), customer_id=MEI),))
        for article in _articles():
            knowledge.save_article(scope, article)

    for shop_id in (SHOP, OTHER):
        await database.write(shop_id, store)
    await database.close()
    model = train([(text, intent) for intent, texts in _LINES.items() for text in texts])
    for shop_id in (SHOP, OTHER):
        model.save(model_path(folder, shop_id))


def _articles() -> tuple[Article, ...]:
    def article(article_id: str, audience: str, *texts: ArticleText) -> Article:
        return Article(article_id, "shipping", audience, ("shipping_policy",), texts, 0, _EPOCH)  # type: ignore[arg-type]

    return (
        article(
            "shipping-fee",
            "all",
            ArticleText("zh", "运费怎么算？", ("包邮吗",), "满 **99** 元包邮。\n\n- 标准快递 10 元"),
            ArticleText("en", "What does shipping cost?", ("free shipping",), "Free from **¥99**.\n\n- Standard ¥10"),
        ),
        article("only-chinese", "all", ArticleText("zh", "只有中文", (), "只有中文的内容")),
        article("for-members", "members", ArticleText("zh", "会员专享", (), "会员内容")),
        article("for-staff", "staff", ArticleText("zh", "内部资料", (), "内部内容")),
    )
