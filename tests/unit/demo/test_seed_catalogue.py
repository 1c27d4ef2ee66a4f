"""The catalogue becomes products with every variant, and a slip in it is told in one line."""

from __future__ import annotations

from typing import Any

import pytest

from xiaoer.demo import seed_catalogue
from xiaoer.demo.check_catalogue import CATEGORIES, check_product, check_whole
from xiaoer.demo.read_yaml import read_yaml
from xiaoer.demo.seed_catalogue import read_products, read_words, variant_id
from xiaoer.errors import ConfigurationError
from xiaoer.shop.types import Product

HOODIE = "clothing-cloud-hoodie"


def test_there_is_enough_of_everything(products: tuple[Product, ...]) -> None:
    assert len(products) >= 150
    assert sum(len(product.variants) for product in products) >= 500
    assert {product.category for product in products} == set(CATEGORIES)
    assert len(CATEGORIES) == 10


def test_a_product_has_every_combination_of_its_options(products: tuple[Product, ...]) -> None:
    for product in products:
        values: dict[str, set[str]] = {}
        for variant in product.variants:
            for key, value in variant.options.items():
                values.setdefault(key, set()).add(value)
        count = 1
        for found in values.values():
            count *= len(found)
        assert len({tuple(variant.options.items()) for variant in product.variants}) == len(product.variants) == count


def test_variants_have_stable_ids_prices_and_stock(products: tuple[Product, ...]) -> None:
    hoodie = next(product for product in products if product.id == HOODIE)
    by_id = {variant.id: variant for variant in hoodie.variants}
    assert len(by_id) == 12
    medium, extra_large = by_id[f"{HOODIE}-grey-m"], by_id[f"{HOODIE}-black-xl"]
    assert (medium.price_minor, medium.was_price_minor) == (199_00, 239_00)
    assert (extra_large.price_minor, extra_large.was_price_minor) == (209_00, 249_00)
    assert by_id[f"{HOODIE}-grey-xl"].stock == by_id[f"{HOODIE}-black-s"].stock == 0
    assert medium.stock > 0


def test_what_is_sold_out_by_one_option_is_sold_out_in_all_its_variants(products: tuple[Product, ...]) -> None:
    kettle = next(product for product in products if product.id == "appliances-travel-kettle")
    assert {variant.options["colour"]: variant.stock > 0 for variant in kettle.variants} == {
        "mint-green": True,
        "grey": False,
    }


def test_stock_is_plenty_low_or_none(products: tuple[Product, ...]) -> None:
    stock = [variant.stock for product in products for variant in product.variants]
    assert min(stock) == 0
    assert sum(0 < pieces < 5 for pieces in stock) > 20
    assert sum(pieces >= 5 for pieces in stock) > 500


def test_reading_twice_gives_the_same(products: tuple[Product, ...]) -> None:
    assert read_products() == products


def test_an_id_is_made_from_option_values() -> None:
    assert variant_id("beauty-ginger-shampoo", {"capacity": "300 ml"}) == "beauty-ginger-shampoo-300-ml"
    assert variant_id("beauty-vc-serum", {}) == "beauty-vc-serum-one"


def _hoodie() -> dict[str, Any]:
    found: dict[str, Any] = read_yaml("catalogue/clothing.yaml")[0]
    return {**found, "attributes": dict(found["attributes"]), "options": dict(found["options"])}


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"id": "hoodie"}, "id"),
        ({"names": {"zh": "卫衣"}}, "names"),
        ({"price": 19.9}, "price"),
        ({"price": 0}, "price"),
        ({"was_price": 100}, "was_price"),
        ({"promotion": "sale"}, "promotion"),
        ({"returnable": "sometimes"}, "returnable"),
        ({"warranty_months": -1}, "warranty_months"),
        ({"picture": ""}, "picture"),
        ({"colour": "grey"}, "colour"),
        ({"options": {"colour": ["greyish"], "size": ["M"]}}, "options.colour"),
        ({"options": {"taste": ["sweet"]}}, "options.taste"),
        ({"out_of_stock": ["size=XXXL"]}, "out_of_stock"),
        ({"variant_prices": {"length=2 m": 100}}, "variant_prices"),
        ({"attributes": {"shininess": 3}}, "attributes.shininess"),
        ({"attributes": {"gsm": "320"}}, "attributes.gsm"),
        ({"attributes": {"hooded": "yes"}}, "attributes.hooded"),
        ({"attributes": {"material": "moonlight"}}, "attributes.material"),
        ({"attributes": {"season": "autumn"}}, "attributes.season"),
    ],
)
def test_a_slip_names_the_file_the_product_and_the_key(change: dict[str, Any], named: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        check_product("catalogue/clothing.yaml", "clothing", {**_hoodie(), **change}, read_words())
    assert "catalogue/clothing.yaml" in caught.value.en
    assert f", {named}: expected" in caught.value.en
    assert named in caught.value.zh


def test_a_key_that_is_missing_is_named() -> None:
    entry = _hoodie()
    del entry["weight_g"]
    with pytest.raises(ConfigurationError, match="weight_g"):
        check_product("catalogue/clothing.yaml", "clothing", entry, read_words())
    with pytest.raises(ConfigurationError, match="a mapping"):
        check_product("catalogue/clothing.yaml", "clothing", "hoodie", read_words())


def test_a_catalogue_that_is_too_small_or_names_what_is_not_there_is_refused(products: tuple[Product, ...]) -> None:
    by_id = {product.id: product for product in products}
    few = dict(list(by_id.items())[:20])
    with pytest.raises(ConfigurationError, match="20 products"):
        check_whole(few)
    without_joggers = {key: product for key, product in by_id.items() if key != "clothing-jogger"}
    with pytest.raises(ConfigurationError, match="clothing-jogger"):
        check_whole(without_joggers)


def test_a_product_that_is_there_twice_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def doubled(path: str) -> Any:
        found = read_yaml(path)
        return [*found, found[0]] if path.endswith("shoes.yaml") else found

    monkeypatch.setattr(seed_catalogue, "read_yaml", doubled)
    with pytest.raises(ConfigurationError, match="twice"):
        read_products(read_words())
