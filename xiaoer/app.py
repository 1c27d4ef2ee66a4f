"""Settings in, a wired App out. The only place that picks adapters."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from xiaoer.aftersales.policy import read_policy
from xiaoer.assistant import Assistant
from xiaoer.db.engine import Database, utc_now
from xiaoer.db.scope import Scope
from xiaoer.desk.hours import is_open
from xiaoer.dialogue.engine import Engine
from xiaoer.dialogue.flow import Flows, read_flows
from xiaoer.errors import ConfigurationError, ModelUnavailable, NotFound
from xiaoer.knowledge.knowledge import Knowledge
from xiaoer.live.memory import MemoryLive
from xiaoer.nlu.entities.gazetteer import Gazetteer
from xiaoer.nlu.model import IntentModel
from xiaoer.nlu.readers.local import LocalReader
from xiaoer.replies.writers.templates import read_templates
from xiaoer.settings import Settings
from xiaoer.shop import store_products, store_shops
from xiaoer.shop.catalogue import Catalogue
from xiaoer.shop.types import Product, Shop
from xiaoer.turn import Turns

_SECRET_BYTES = 32


@dataclass
class App:
    """One process of Xiaoer: the records, what is live, and a machine per shop."""

    settings: Settings
    database: Database
    live: MemoryLive
    knowledge: Knowledge
    turns: Turns
    clock: Callable[[], datetime]
    secret: bytes
    _flows: Flows
    _assistants: dict[str, Assistant] = field(default_factory=dict)

    @classmethod
    async def open(cls, settings: Settings, *, clock: Callable[[], datetime] = utc_now) -> App:
        """Open everything, bring the schema up to date, load a machine for each shop and run the turns that are owed.

        ConfigurationError says in one line what stands in the way.
        """
        prepare_folder(settings.data_dir)
        database = await Database.open(settings.records_url, clock=clock, pool=settings.database_pool)
        try:
            await database.migrate()
            app = cls._wire(settings, database, clock)
            shops = await database.read("", store_shops.list_shops)
            for shop in shops:
                await app.reload(shop.id)
            for shop_id in app.shop_ids:
                await app.turns.resume(shop_id)
        except BaseException:
            await database.close()
            raise
        return app

    @classmethod
    def _wire(cls, settings: Settings, database: Database, clock: Callable[[], datetime]) -> App:
        assistants: dict[str, Assistant] = {}
        live, knowledge = MemoryLive(), Knowledge.open(settings.data_dir / "index")

        def assistant_of(shop_id: str) -> Assistant:
            if shop_id not in assistants:
                raise NotFound(f"There is no shop {shop_id!r}.", f"没有店铺“{shop_id}”。", field="shop")
            return assistants[shop_id]

        def staff_online(shop_id: str) -> bool:
            return settings.always_online or is_open(assistant_of(shop_id).shop, clock())

        turns = Turns(database, live, knowledge, assistant_of, clock, staff_online)
        secret = settings.secret.get_secret_value().encode() or _kept_secret(settings.data_dir / "secret")
        return cls(settings, database, live, knowledge, turns, clock, secret, read_flows(), assistants)

    @property
    def shop_ids(self) -> tuple[str, ...]:
        """The shops that are served."""
        return tuple(self._assistants)

    def assistant_of(self, shop_id: str) -> Assistant:
        """The machine of a shop, or NotFound."""
        return self.turns.assistant_of(shop_id)

    def is_staff_online(self, shop_id: str) -> bool:
        """Whether people answer at this moment."""
        return self.turns.staff_online(shop_id)

    def model_path(self, shop_id: str) -> Path:
        """Where the shop's intent model lies."""
        return model_path(self.settings.data_dir, shop_id)

    async def reload(self, shop_id: str) -> None:
        """Make the shop's machine anew from the records and the model on disk, after something was published."""

        def read(scope: Scope) -> tuple[Shop, tuple[Product, ...], dict[str, object], str | None]:
            shop = store_shops.get_shop(scope, shop_id)
            return shop, store_products.list_products(scope), store_shops.find_words(scope), store_shops.find_policy(scope)

        shop, products, words, policy = await self.database.read(shop_id, read)
        if policy is None:
            raise ConfigurationError(
                f"Shop {shop_id!r} has no after-sales policy. Put one in force: xiaoer shops policy FILE --shop {shop_id}.",
                f"店铺“{shop_id}”还没有售后政策，请先设置：xiaoer shops policy 文件 --shop {shop_id}。",
                field="policy",
            )
        model = self._load_model(shop_id)
        labels, units = labels_of(words)
        self._assistants[shop_id] = Assistant(
            shop=shop,
            catalogue=Catalogue.of(products, words),
            reader=LocalReader(model, Gazetteer.build(products, words), shop.time_zone),
            policy=read_policy(policy),
            engine=Engine(self._flows),
            writer=read_templates(labels=labels, units=units),
        )

    def _load_model(self, shop_id: str) -> IntentModel:
        path = self.model_path(shop_id)
        if not path.exists():
            raise ModelUnavailable(
                f"Shop {shop_id!r} has no intent model yet. Train one: xiaoer train intents --shop {shop_id}.",
                f"店铺“{shop_id}”还没有意图模型，请先训练：xiaoer train intents --shop {shop_id}。",
            )
        try:
            return IntentModel.load(path)
        except ModelUnavailable as error:
            raise ModelUnavailable(
                f"The intent model {path} is damaged or of another version. Train it again: xiaoer train intents --shop {shop_id}.",
                f"意图模型 {path} 已损坏或版本不符，请重新训练：xiaoer train intents --shop {shop_id}。",
            ) from error

    async def close(self) -> None:
        """Deliver what is being answered, then let go of everything."""
        await self.turns.drain()
        self.knowledge.close()
        await self.database.close()


def model_path(data_dir: Path, shop_id: str) -> Path:
    """Where a shop's intent model lies in the data folder."""
    return data_dir / "models" / shop_id / "intents.npz"


def encoders_path(data_dir: Path) -> Path:
    """Where the encoders of an installation lie in the data folder."""
    return data_dir / "encoders"


def labels_of(words: dict[str, object]) -> tuple[dict[str, dict[str, str]], dict[str, dict[str, str]]]:
    """The shop's dictionary as labels of option and attribute names and values, and units of attributes."""
    labels: dict[str, dict[str, str]] = {}
    units: dict[str, dict[str, str]] = {}
    for group in ("attributes", "options", "colours", "values"):
        entries = words.get(group)
        for name, data in entries.items() if isinstance(entries, dict) else ():
            labels[str(name)] = data.get("labels", {})
            if data.get("unit"):
                units[str(name)] = data["unit"]
    return labels, units


def prepare_folder(folder: Path) -> None:
    """Make the data folder, and make sure that it can be written. ConfigurationError names it and what to do."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / ".probe"
        probe.write_bytes(b"x" * 4096)
        probe.unlink()
    except FileExistsError as error:
        raise ConfigurationError(
            f"The data folder {folder} is a file. Set XIAOER_DATA_DIR to a folder.",
            f"数据目录 {folder} 是一个文件。请用 XIAOER_DATA_DIR 指定一个目录。",
            field="data_dir",
        ) from error
    except OSError as error:
        raise ConfigurationError(
            f"The data folder {folder} cannot be used: {error.strerror or error}. Make it writable, free the disk, "
            "or set XIAOER_DATA_DIR to another folder.",
            f"数据目录 {folder} 无法使用：{error.strerror or error}。请检查权限和磁盘空间，或用 XIAOER_DATA_DIR 换一个目录。",
            field="data_dir",
        ) from error


def _kept_secret(path: Path) -> bytes:
    """The installation's own secret, made once; readable by nobody else."""
    try:
        if not path.exists():
            temporary = path.with_suffix(".new")  # in its place only when it is whole: the disk may be full, the power may fail
            temporary.touch(mode=0o600)
            temporary.write_text(secrets.token_hex(_SECRET_BYTES), "ascii")
            temporary.replace(path)
        secret = path.read_bytes().strip()
    except OSError as error:
        raise ConfigurationError(
            f"The secret in {path} cannot be read: {error.strerror or error}. Make it readable, or set XIAOER_SECRET.",
            f"无法读取密钥文件 {path}：{error.strerror or error}。请检查权限，或设置 XIAOER_SECRET。",
            field="secret",
        ) from error
    if len(secret) < _SECRET_BYTES:
        raise ConfigurationError(
            f"The secret in {path} is too short. Delete the file, and a new one is made (everybody signs in again).",
            f"密钥文件 {path} 内容过短。删除该文件后会自动重新生成（所有人需要重新登录）。",
            field="secret",
        )
    return secret
