"""`xiaoer chat`: talk to the assistant in the terminal, by the same path as every other channel."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Mapping
from typing import Annotated, Any

import typer
from rich.console import Console

from xiaoer.app import App
from xiaoer.cli.options import DataDir, ShopId
from xiaoer.cli.serve import opened
from xiaoer.cli.terminal import spoken
from xiaoer.conversations import store as conversations
from xiaoer.conversations import store_turns as turns
from xiaoer.conversations.store import NewMessage
from xiaoer.conversations.types import Conversation, Message
from xiaoer.customers import store as customers
from xiaoer.db.ids import new_id
from xiaoer.db.scope import Scope
from xiaoer.errors import ConfigurationError
from xiaoer.settings import read_settings

_console = Console(highlight=False)


def chat(
    as_: Annotated[str, typer.Option("--as", help="Whose words these are: a customer's id, or visitor.")] = "visitor",
    language: Annotated[str | None, typer.Option(help="zh or en, where a line does not tell.")] = None,
    say: Annotated[list[str] | None, typer.Option("--say", help="Say this and end; repeatable. Without: type.")] = None,
    why: Annotated[bool, typer.Option("--why", help="After each answer, what was understood and decided.")] = False,
    data_dir: DataDir = None,
    shop: ShopId = None,
) -> None:
    """Talk to the assistant. An empty line or Ctrl-D ends it."""
    found = read_settings(data_dir=data_dir, shop=shop, language=language, always_online=True)

    async def run() -> None:
        async with opened(found) as app:
            if found.shop not in app.shop_ids:
                raise ConfigurationError(
                    f"There is no shop {found.shop!r} in {found.data_dir}. "
                    "`xiaoer demo` makes the demo shop, `xiaoer shops add` one of yours.",
                    f"{found.data_dir} 中没有店铺“{found.shop}”。"
                    "`xiaoer demo` 会建立演示店铺，`xiaoer shops add` 可添加自己的店铺。",
                    field="shop",
                )
            await _talk(app, as_, found.language, say or [], why=why)

    asyncio.run(run())


async def _talk(app: App, who: str, language: str, lines: list[str], *, why: bool) -> None:
    shop_id = app.settings.shop

    def begin(scope: Scope) -> Conversation:
        customer = customers.add_visitor(scope, language=language) if who == "visitor" else customers.get_customer(scope, who)
        return conversations.add_conversation(scope, customer_id=customer.id, channel="cli", language=language)

    conversation = await app.database.write(shop_id, begin)
    seen = 0
    async for text in _lines(lines):
        line = NewMessage("customer", text, language, client_id=new_id("cli"))
        stored = await app.turns.receive(shop_id, conversation.id, line)
        seen = max(seen, stored.seq)
        await app.turns.drain()

        def read(scope: Scope, after: int = seen) -> tuple[tuple[Message, ...], Mapping[str, Any]]:
            found = conversations.list_messages(scope, conversation.id, after_seq=after)
            turn = turns.find_latest_turn(scope, conversation_id=conversation.id)
            return found, turn.trace if turn and turn.last_seq == after else {}

        answers, trace = await app.database.read(shop_id, read)
        for message in answers:
            seen = message.seq
            if message.kind != "note":
                show(message)
        if why and trace:
            _console.print(f"[dim]{_why(trace)}[/dim]")
        if not answers:
            held = spoken(
                "A person holds this conversation now; your line waits for them.", "现在由人工客服接待，您的话会等待客服回复。"
            )
            _console.print(f"[dim]({held})[/dim]")


async def _lines(given: list[str]) -> AsyncIterator[str]:
    """The lines given, or what is typed until an empty line or the end of the input."""
    for text in given:
        _console.print(f"[bold]›[/bold] {text}")
        yield text
    while not given:
        if sys.stdin.isatty():
            _console.print("[bold]›[/bold] ", end="")
        text = (await asyncio.to_thread(sys.stdin.readline)).strip()
        if not text:
            return
        yield text


def show(message: Message) -> None:
    """A line of the other side with its cards and choices, as text."""
    for line in message.text.splitlines() or [""]:
        _console.print(f"  {line}", markup=False, soft_wrap=True)
    extras = [("cyan", f"┃ {card_line(card)}") for card in message.cards]
    if message.sources:
        extras.append(("dim", "↳ " + " · ".join(str(one["title"]) for one in message.sources)))
    if message.chips:
        extras.append(("magenta", "  ".join(f"[{one['label']}]" for one in message.chips)))
    for style, text in extras:
        _console.print(f"  {text}", markup=False, style=style, soft_wrap=True)


def card_line(card: Mapping[str, Any]) -> str:
    """A card in one line."""
    match card["type"]:
        case "order":
            items = "、".join(f"{one['name']} × {one['quantity']}" for one in card["items"])
            return f"{card['id']} · {card['state_label']} · {items} · {card['total']}"
        case "product":
            return " · ".join(str(one) for one in (card["name"], card["variant"], card["price"], card["stock"]) if one != "")
        case "verdict":
            money = [f"{one['label']} {one['amount']}" for one in card["lines"]]
            return " · ".join([card["outcome_label"], *(one["id"] for one in card["clauses"]), *money, *card["changes"]])
        case "comparison":
            return " | ".join(f"{row['label']}: {' / '.join(row['values'])}" for row in card["rows"])
    return str(card["type"])


def _why(trace: Mapping[str, Any]) -> str:
    wishes = trace["understood"]["wishes"]
    likeliest = [(one["intents"][0], one["outcome"]) for one in wishes if one["intents"]]
    heard = ", ".join(f"{first['intent']} {first['probability']:.0%} ({outcome})" for first, outcome in likeliest)
    decided = " → ".join(f"{one['step']}:{one['outcome']}" for one in trace["decided"]["steps"])
    took = sum(trace["ms"].values())
    return f"{heard or 'nothing understood'} | {decided} | {', '.join(trace['decided']['parts'])} | {took:.1f} ms"
