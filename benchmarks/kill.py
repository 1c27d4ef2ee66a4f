"""Kill -9 the server at random moments while customers return things, and look at the record afterwards.

    python benchmarks/kill.py [--turns 500] [--seed 1] [--json OUT]

Every line is sent until it is acknowledged, with the same client id. After the last restart, when nothing is owed any more:
every acknowledged line must be there, none twice, every line of the customer answered or with a person; and each return must
stand whole (case, counted pieces, planned refund, key, audit line) or not at all.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
from joserfc import jwt
from joserfc.jwk import OctKey

from benchmarks.report import Figure, report
from benchmarks.turns import free_port, wait_until_up
from xiaoer.conversations import store as conversations
from xiaoer.conversations.types import Message
from xiaoer.customers import store as customers
from xiaoer.db.engine import Database, utc_now
from xiaoer.db.scope import Scope
from xiaoer.privacy.store import find_break, list_audit
from xiaoer.shop import store_changes, store_orders, store_shops
from xiaoer.shop.types import Order

SHOP = "spruce"
_PEOPLE = 20
_OPENERS = ("我要退货", "I want to return something", "我的快递到哪了", "where is my order", "运费多少钱", "取消订单")
_SILENT_S = 30.0
_BETWEEN_KILLS_S = 0.8  # on average, from one start to the next kill


@dataclass
class Server:
    """A server that can be killed and started again on the same data."""

    folder: Path
    port: int
    process: subprocess.Popen[bytes] | None = None
    kills: int = 0

    def start(self) -> None:
        """Up and answering."""
        command = [sys.executable, "-m", "xiaoer", "serve", "--data-dir", str(self.folder), "--port", str(self.port)]
        self.process = subprocess.Popen(command, env=_environment(), stdout=subprocess.DEVNULL)
        wait_until_up(self.process, self.port)

    def kill(self) -> None:
        """Without a word of warning."""
        if self.process is not None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()
            self.kills += 1


def _environment() -> dict[str, str]:
    return {**os.environ, "XIAOER_MESSAGES_PER_MINUTE": "6000", "XIAOER_ALWAYS_ONLINE": "true", "XIAOER_LOG_LEVEL": "error"}


@dataclass
class Talker:
    """A signed-in customer who presses what is offered, and begins anew when nothing is."""

    base: str
    identity: str
    luck: random.Random
    token: str = ""
    conversation_id: str = ""
    acknowledged: list[str] = field(default_factory=list)
    said: int = 0
    holder: str = "assistant"
    seen: int = 0

    async def run(self, http: httpx2.AsyncClient, turns: int) -> None:
        """So many lines, each sent until it is acknowledged and then answered."""
        while self.said < turns:
            text, choice = self._next(await self._newest(http))
            client_id = f"kill-{id(self)}-{self.said}"
            stored = await self._until(http, "POST", "messages", {"client_id": client_id, "text": text, "choice": choice})
            self.acknowledged.append(client_id)
            self.said += 1
            begun = time.monotonic()
            while time.monotonic() - begun < _SILENT_S:
                newest = await self._newest(http)
                if self.holder != "assistant" or (newest is not None and newest["seq"] > stored["seq"]):
                    break
                await asyncio.sleep(0.02)

    def _next(self, newest: dict[str, Any] | None) -> tuple[str, dict[str, Any]]:
        buttons = [] if newest is None else [*newest["chips"], *(b for card in newest["cards"] for b in card.get("buttons", ()))]
        open_buttons = [one for one in buttons if one.get("choice") and "intent" not in one["choice"]]
        if newest is not None and newest["author"] == "assistant" and open_buttons:
            pressed = open_buttons[0] if self.luck.random() < 0.8 else self.luck.choice(open_buttons)
            return pressed["say"], pressed["choice"]
        return self.luck.choice(_OPENERS), {}

    async def _newest(self, http: httpx2.AsyncClient) -> dict[str, Any] | None:
        found = await self._until(http, "GET", f"messages?after={max(0, self.seen - 3)}&limit=100", None)
        self.holder = found["conversation"]["holder"]
        lines = [one for one in found["messages"] if one["author"] != "system"]
        self.seen = max([self.seen, *(one["seq"] for one in found["messages"])])
        return lines[-1] if lines else None

    async def _until(self, http: httpx2.AsyncClient, method: str, path: str, body: dict[str, Any] | None) -> dict[str, Any]:
        """Ask until the server answers: it may be dead for a while."""
        while True:
            try:
                if not self.token:
                    body_of_session = {"identity": self.identity, "language": "zh"}
                    opened = await http.post(f"{self.base}/api/v1/chat/sessions", json=body_of_session)
                    opened.raise_for_status()
                    self.token, self.conversation_id = opened.json()["token"], opened.json()["conversation_id"]
                answer = await http.request(
                    method, f"{self.base}/api/v1/chat/{path}", json=body, headers={"Authorization": f"Bearer {self.token}"}
                )
                if answer.status_code < 400:
                    return dict(answer.json())
                raise RuntimeError(f"{answer.status_code}: {answer.text}")
            except httpx2.TransportError:
                await asyncio.sleep(0.05)


def main() -> None:
    """Prepare the demo shop, kill, look."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--turns", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder, luck = Path(name), random.Random(arguments.seed)
        prepare(folder)
        server = Server(folder, free_port())
        talkers = asyncio.run(play(server, arguments.turns, luck))
        wrong, returns = asyncio.run(look(folder, talkers))
        server.kill()
    for line in wrong:
        print(f"✗ {line}")
    lines = sum(len(one.acknowledged) for one in talkers)
    figures = [
        Figure("kill -9", "acknowledged lines", lines, ""),
        Figure("kill -9", "kills", server.kills - 1, ""),
        Figure("kill -9", "acts committed", returns, ""),
        Figure("kill -9", "wrong", len(wrong), ""),
    ]
    report(figures, title="Killed at random", out=arguments.json)
    raise SystemExit(1 if wrong else 0)


def prepare(folder: Path) -> None:
    """The demo shop in this folder."""
    port = free_port()
    command = [sys.executable, "-m", "xiaoer", "demo", "--data-dir", str(folder), "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, env=_environment()) as process:
        wait_until_up(process, port)
        process.terminate()


async def play(server: Server, turns: int, luck: random.Random) -> list[Talker]:
    """Customers talk while the server dies again and again; at the end it is left alive until nothing is owed."""
    identities = await _identities(server.folder)
    luck.shuffle(identities)
    server.start()
    base = f"http://127.0.0.1:{server.port}"
    chosen = identities[:_PEOPLE]
    share = -(-turns // len(chosen))
    people = [Talker(base, identity, random.Random(luck.random())) for identity in chosen]
    async with httpx2.AsyncClient(timeout=20) as http:
        talking = asyncio.gather(*(person.run(http, share) for person in people))
        while not talking.done():
            await asyncio.sleep(luck.expovariate(1 / _BETWEEN_KILLS_S))
            if talking.done():
                break
            await asyncio.to_thread(server.kill)
            await asyncio.to_thread(server.start)
        await talking
    await asyncio.sleep(1)
    return people


async def _identities(folder: Path) -> list[str]:
    """A signed identity for each customer who has something delivered lately."""
    database = await Database.open(f"sqlite:///{folder / 'xiaoer.sqlite3'}")

    def read(scope: Scope) -> list[str]:
        key = OctKey.import_key(store_shops.get_identity_secret(scope))
        until = int((utc_now() + timedelta(days=1)).timestamp())
        found = []
        for customer in customers.list_customers(scope, limit=500):
            orders = store_orders.list_orders_of_customer(scope, customer.id)
            if any(one.delivered_at and one.delivered_at > scope.now - timedelta(days=14) for one in orders):
                found.append(jwt.encode({"alg": "HS256"}, {"sub": customer.id, "exp": until}, key))
        return found

    try:
        return await database.read(SHOP, read)
    finally:
        await database.close()


async def look(folder: Path, people: list[Talker]) -> tuple[list[str], int]:
    """What is wrong in the record, and how many acts were committed."""
    database = await Database.open(f"sqlite:///{folder / 'xiaoer.sqlite3'}")

    def read(scope: Scope) -> tuple[list[str], int]:
        wrong: list[str] = []
        for person in people:
            lines = conversations.list_messages(scope, person.conversation_id, after_seq=0, limit=10_000, with_notes=True)
            wrong += _wrong_lines(person, lines)
            conversation = conversations.get_conversation(scope, person.conversation_id)
            if conversation.holder == "assistant" and conversation.customer_seq > conversation.answered_seq:
                wrong.append(f"{person.conversation_id}: an answer is still owed")
            for order in store_orders.list_orders_of_customer(scope, conversation.customer_id, limit=100):
                wrong += _wrong_returns(scope, order)
        broken = find_break(scope)
        if broken is not None:
            wrong.append(f"the audit breaks at line {broken}")
        return wrong, store_changes.count_commits(scope)

    try:
        return await database.read(SHOP, read)
    finally:
        await database.close()


def _wrong_lines(person: Talker, lines: tuple[Message, ...]) -> list[str]:
    ids = [one.client_id for one in lines if one.author == "customer"]
    wrong = [f"{one}: acknowledged, but not in the record" for one in person.acknowledged if one not in ids]
    wrong += [f"{one}: there {ids.count(one)} times" for one in set(ids) if ids.count(one) > 1]
    seqs = [one.seq for one in lines]
    if seqs != list(range(1, len(seqs) + 1)):
        wrong.append(f"{person.conversation_id}: the numbers of the lines have holes")
    answers = [one.client_id for one in lines if one.author == "assistant"]
    wrong += [f"{person.conversation_id}: answer {one} is there twice" for one in set(answers) if answers.count(one) > 1]
    return wrong


def _wrong_returns(scope: Scope, order: Order) -> list[str]:
    """A return that the assistant made stands whole: the seeded ones carry no key and are left out."""
    wrong: list[str] = []
    acts = [one for one in list_audit(scope, about=order.id) if one.what == "return"]
    for act in acts:
        case = next((one for one in order.cases if one.id == act.data["result"]["case_id"]), None)
        if case is None:
            wrong.append(f"{order.id}: audited return without its case")
            continue
        refund = next((one for one in order.refunds if one.case_id == case.id), None)
        if case.amount_minor and (refund is None or refund.amount_minor != case.amount_minor):
            wrong.append(f"{order.id}: return {case.id} without its refund")
        pieces = {item.id: item.returned_quantity for item in order.items}
        if any(pieces[item_id] < count for item_id, count in case.items):
            wrong.append(f"{order.id}: return {case.id}, but its pieces are not counted")
        if store_changes.find_commit(scope, act.data["key"]) is None:
            wrong.append(f"{order.id}: return {case.id} without its key")
    if len({one.data["key"] for one in acts}) != len(acts):
        wrong.append(f"{order.id}: a return was done twice")
    return wrong


if __name__ == "__main__":
    main()
