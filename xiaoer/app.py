"""Settings in, a wired App out. The only place that picks adapters."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from xiaoer.aftersales.policy import read_policy
from xiaoer.assistant import Assistant
from xiaoer.db.engine import Database, utc_now
from xiaoer.db.scope import Scope
from xiaoer.desk.hours import is_open
from xiaoer.dialogue.engine import Engine
from xiaoer.dialogue.flow import Flows, read_flows
from xiaoer.errors import ConfigurationError, ModelUnavailable, NotFound, XiaoerError
from xiaoer.knowledge.index.access import Access
from xiaoer.knowledge.knowledge import Knowledge
from xiaoer.knowledge.vectors import Encoding
from xiaoer.live.memory import MemoryLive
from xiaoer.nlu import store_versions as versions
from xiaoer.nlu.encoders.encoder import Encoder
from xiaoer.nlu.encoders.found import opened
from xiaoer.nlu.encoders.shelf import get_folder
from xiaoer.nlu.entities.gazetteer import Gazetteer
from xiaoer.nlu.entities.order_numbers import OrderNumbers
from xiaoer.nlu.model import IntentModel
from xiaoer.nlu.readers.local import LocalReader
from xiaoer.nlu.training.published import (
    LOOSE,
    load_published,
    load_version,
    previous_or_conflict,
    publish,
    version_path,
)
from xiaoer.nlu.training.trainings import Trainings
from xiaoer.nlu.training.types import ModelVersion, PublicationKind
from xiaoer.replies.writers.templates import read_templates
from xiaoer.settings import Settings
from xiaoer.shop import store_orders, store_policies, store_products, store_shops
from xiaoer.shop.catalogue import Catalogue
from xiaoer.shop.types import Product, PublishedPolicy, Shop
from xiaoer.turn import Turns

log = logging.getLogger(__name__)

_SECRET_BYTES = 32
_FOLLOW_S = 5.0  # after so long every process reads with what another one published


@dataclass
class App:
    """One process of Xiaoer: the records, what is live, and a machine per shop."""

    settings: Settings
    database: Database
    live: MemoryLive
    knowledge: Knowledge
    turns: Turns
    trainings: Trainings
    clock: Callable[[], datetime]
    secret: bytes
    _flows: Flows
    _assistants: dict[str, Assistant] = field(default_factory=dict)
    _following: asyncio.Task[None] | None = None

    @classmethod
    async def open(cls, settings: Settings, *, clock: Callable[[], datetime] = utc_now) -> App:
        """Open everything, bring the schema up to date, load a machine for each shop and run the turns that are owed.

        ConfigurationError says in one line what stands in the way.
        """
        prepare_folder(settings.data_dir)
        open_encoder(settings)
        database = await Database.open(settings.records_url, clock=clock, pool=settings.database_pool)
        try:
            await database.migrate()
            app = cls._wire(settings, database, clock)
            shops = await database.read("", store_shops.list_shops)
            for shop in shops:
                await app.reload(shop.id)
            for shop_id in app.shop_ids:
                await app.trainings.settle(shop_id)
                await app.turns.resume(shop_id)
            app._following = asyncio.create_task(app._follow())
        except BaseException:
            await database.close()
            raise
        return app

    @classmethod
    def _wire(cls, settings: Settings, database: Database, clock: Callable[[], datetime]) -> App:
        assistants: dict[str, Assistant] = {}
        live, knowledge = MemoryLive(), open_knowledge(settings)

        def assistant_of(shop_id: str) -> Assistant:
            if shop_id not in assistants:
                raise NotFound(f"There is no shop {shop_id!r}.", f"没有店铺“{shop_id}”。", field="shop")
            return assistants[shop_id]

        def staff_online(shop_id: str) -> bool:
            return settings.always_online or is_open(assistant_of(shop_id).shop, clock())

        turns = Turns(database, live, knowledge, assistant_of, clock, staff_online)
        secret = settings.secret.get_secret_value().encode() or _kept_secret(settings.data_dir / "secret")
        trainings = Trainings(database, settings.records_url, settings.data_dir / "models", settings.encoder)
        return cls(settings, database, live, knowledge, turns, trainings, clock, secret, read_flows(), assistants)

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

    @property
    def encoder(self) -> Encoder | None:
        """The sentence encoder of this installation, or None."""
        return open_encoder(self.settings)

    def models_of(self, shop_id: str) -> Path:
        """The folder in which the shop's models lie."""
        return models_folder(self.settings.data_dir, shop_id)

    async def reload(self, shop_id: str) -> None:
        """Make the shop's machine anew from the records and the model on disk, after something was published."""

        def read(
            scope: Scope,
        ) -> tuple[Shop, tuple[Product, ...], dict[str, object], PublishedPolicy | None, OrderNumbers]:
            shop, numbers = store_shops.get_shop(scope, shop_id), OrderNumbers.of(store_orders.list_order_numbers(scope))
            words, policy = store_shops.find_words(scope), store_policies.find_policy(scope)
            return shop, store_products.list_products(scope), words, policy, numbers

        shop, products, words, policy, numbers = await self.database.read(shop_id, read)
        if policy is None:
            raise ConfigurationError(
                f"Shop {shop_id!r} has no after-sales policy. Put one in force: xiaoer shops policy FILE --shop {shop_id}.",
                f"店铺“{shop_id}”还没有售后政策，请先设置：xiaoer shops policy 文件 --shop {shop_id}。",
                field="policy",
            )
        version_id, model = await self._load_model(shop_id)
        labels, units = labels_of(words)
        self._assistants[shop_id] = Assistant(
            shop=shop,
            catalogue=Catalogue.of(products, words),
            reader=LocalReader(model, Gazetteer.build(products, words), shop.time_zone, numbers),
            policy=read_policy(policy.text),
            engine=Engine(self._flows),
            writer=read_templates(labels=labels, units=units, own_language=str(words.get("language", ""))),
            version_id=version_id,
        )

    async def _load_model(self, shop_id: str) -> tuple[str, IntentModel]:
        folder = self.models_of(shop_id)
        try:
            found = await load_published(self.database, shop_id, folder)
        except ModelUnavailable as error:
            raise ModelUnavailable(
                f"The intent model of shop {shop_id!r} in {folder} is damaged or of another version. "
                f"Train it again: xiaoer train intents --shop {shop_id}.",
                f"店铺“{shop_id}”的意图模型（{folder}）已损坏或版本不符，请重新训练：xiaoer train intents --shop {shop_id}。",
            ) from error
        if found is None:
            raise ModelUnavailable(
                f"Shop {shop_id!r} has no intent model yet. Train one: xiaoer train intents --shop {shop_id}.",
                f"店铺“{shop_id}”还没有意图模型，请先训练：xiaoer train intents --shop {shop_id}。",
            )
        return found

    async def publish(self, shop_id: str, version_id: str, *, by: str) -> ModelVersion:
        """This version reads from the next message on. ModelUnavailable when its file cannot be read: then nothing changes."""
        version = await self.database.read(shop_id, lambda scope: versions.get_version(scope, version_id))
        return await self._publish(shop_id, version, by=by, kind="publish")

    async def roll_back(self, shop_id: str, *, by: str) -> ModelVersion:
        """The version that read before the present one was published reads again. Conflict when there is none."""
        version = await self.database.read(shop_id, previous_or_conflict)
        return await self._publish(shop_id, version, by=by, kind="roll_back")

    async def _publish(self, shop_id: str, version: ModelVersion, *, by: str, kind: PublicationKind) -> ModelVersion:
        model = await load_version(self.models_of(shop_id), version)
        await self.database.write(shop_id, lambda scope: publish(scope, version.id, by=by, kind=kind))
        self._read_with(shop_id, version.id, model)
        return version

    def _read_with(self, shop_id: str, version_id: str, model: IntentModel) -> None:
        """A whole new reader in the place of the old one; turns that are being computed end with the one they began with."""
        before = self._assistants[shop_id]
        self._assistants[shop_id] = replace(before, reader=replace(before.reader, model=model), version_id=version_id)

    async def _follow(self) -> None:
        """Read with what other processes published."""
        while True:
            await asyncio.sleep(_FOLLOW_S)
            for shop_id in self.shop_ids:
                try:
                    await self._catch_up(shop_id)
                except (XiaoerError, OSError):
                    log.exception("the published model of shop %s could not be loaded; the one before goes on reading", shop_id)

    async def _catch_up(self, shop_id: str) -> None:
        found = await self.database.read(shop_id, versions.find_publication)
        if found is not None and found.version_id != self._assistants[shop_id].version_id:
            path = version_path(self.models_of(shop_id), found.version_id)
            self._read_with(shop_id, found.version_id, await asyncio.to_thread(IntentModel.load, path))

    async def close(self) -> None:
        """Deliver what is being answered, then let go of everything."""
        if self._following is not None:
            self._following.cancel()
            with suppress(asyncio.CancelledError):
                await self._following
        await self.trainings.close()
        await self.turns.drain()
        self.knowledge.close()
        await self.database.close()


def open_knowledge(settings: Settings) -> Knowledge:
    """The knowledge with the engine and the encoder that the settings name."""
    access = Access(
        url=settings.index_url,
        prefix=settings.index_prefix,
        api_key=settings.index_api_key.get_secret_value(),
        ca_file=settings.index_ca,
        timeout_s=settings.index_timeout_s,
    )
    encoder = open_encoder(settings)
    return Knowledge.open(settings.data_dir / "index", access, encoding_of(encoder) if encoder else None)


def encoding_of(encoder: Encoder) -> Encoding:
    """The encoder as the knowledge takes it."""
    return Encoding(encoder.hash, encoder.dimensions, encoder.embed, lambda text: encoder.tokens([text])[0].unknown)


def models_folder(data_dir: Path, shop_id: str) -> Path:
    """Where a shop's models lie in the data folder, a file for each version."""
    return data_dir / "models" / shop_id


def model_path(data_dir: Path, shop_id: str) -> Path:
    """Where a model without a version may be put by hand: at the next start it becomes version 1 of a shop that has none."""
    return models_folder(data_dir, shop_id) / LOOSE


def open_encoder(settings: Settings) -> Encoder | None:
    """The encoder that the settings name, opened once for the process; None where they name none.

    ConfigurationError where there is no such encoder, or the extra is missing.
    """
    if not settings.encoder:
        return None
    try:
        folder = get_folder(encoders_path(settings.data_dir), settings.encoder)
    except NotFound as error:
        raise ConfigurationError(f"XIAOER_ENCODER: {error.en}", f"XIAOER_ENCODER：{error.zh}", field="encoder") from error
    return opened(folder)


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
