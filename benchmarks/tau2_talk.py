"""A dialogue of the τ² benchmark: the scripted customer on one side, the shop's turns on the other, and the judgement over it."""

from __future__ import annotations

import gc
import re
import tempfile
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from shutil import copyfile
from types import ModuleType
from typing import Any

from benchmarks.tau2_store import SHOP, Store, dump, refresh, touched
from xiaoer.app import App
from xiaoer.conversations import store as conversations
from xiaoer.conversations.store import NewMessage
from xiaoer.conversations.types import Conversation
from xiaoer.customers import store as customers
from xiaoer.db.engine import Database
from xiaoer.db.scope import Scope
from xiaoer.turn import Turns

# What anybody takes for a yes; said here once more, apart from how the shop understands it.
_YES = re.compile(
    r"\b(yes|yeah|yep|yup|sure|ok|okay|correct|confirm(ed)?|go ahead|please do|that's right|right|do it|proceed|absolutely)\b"
    r"|是|对|好|确认|可以|行|没错|嗯|同意|办理",
    re.I,
)
_NO_WRITE = "no change"


@dataclass(frozen=True, slots=True)
class Judge:
    """What decides over a dialogue: the harness's checker with its end states, and the store as it was."""

    checker: ModuleType
    gold: Mapping[str, Any]
    untouched: Mapping[str, Any]

    def owner_of(self, task: Mapping[str, Any]) -> str | None:
        """The customer of a task, found in the store by what they are called."""
        who = task["identity"]
        for user_id, user in self.untouched["users"].items():
            is_named = (user["name"]["first_name"], user["name"]["last_name"]) == (who["first_name"], who["last_name"])
            if user_id == who.get("user_id") or user["email"] == who.get("email"):
                return str(user_id)
            if is_named and user["address"]["zip"] == who.get("zip"):
                return str(user_id)
        return None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a dialogue. `why`: the differences to the wanted end and the strings that were not said."""

    task: str
    seed: int
    kinds: tuple[str, ...]
    passed: bool
    why: tuple[str, ...]
    turns: int
    cpu_ms: tuple[float, ...]
    writes_without_yes: int
    writes_on_others: int
    talk: tuple[Mapping[str, str], ...]
    agenda: tuple[Mapping[str, Any], ...]


@dataclass
class Line:
    """A conversation with the shop, opened as a visitor: say something, get what it answers."""

    turns: Turns
    file: Path
    conversation: Conversation
    language: str
    seen: int = 0
    marks: list[tuple[str, str]] = field(default_factory=list)
    cpu_ms: list[float] = field(default_factory=list)
    unasked: int = 0
    is_proposed: bool = False

    async def say(self, text: str) -> str:
        """What the shop answers. `marks`: every row written so far; `is_proposed`: something waits for a yes now."""
        was_proposed = self.is_proposed
        begun = time.process_time()
        number = f"line-{len(self.cpu_ms)}"
        line = NewMessage("customer", text, self.language, client_id=number)
        stored = await self.turns.receive(SHOP.id, self.conversation.id, line)
        await self.turns.drain()
        self.cpu_ms.append((time.process_time() - begun) * 1000)
        after, self.seen = max(self.seen, stored.seq), stored.seq
        answers = await self.turns.database.read(
            SHOP.id, lambda scope: conversations.list_messages(scope, self.conversation.id, after_seq=after)
        )
        marks = touched(self.file)
        if len(marks) > len(self.marks) and not (was_proposed and _YES.search(text)):
            self.unasked += 1
        self.marks, self.is_proposed = marks, await self._find_proposal()
        return "\n".join(one.text for one in answers if one.author == "assistant" and one.kind != "note")

    async def _find_proposal(self) -> bool:
        current = await self.turns.database.read(
            SHOP.id, lambda scope: conversations.get_conversation(scope, self.conversation.id)
        )
        return bool((current.state or {}).get("proposal"))


async def play(
    store: Store, scripted: ModuleType, judge: Judge, tasks: Sequence[Mapping[str, Any]], language: str, level: str, seeds: int
) -> AsyncIterator[Outcome]:
    """Every task with every seed, each in a fresh copy of the store."""
    app = await App.open(store.settings)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "live.sqlite3"
        copyfile(store.template, file)
        database = await Database.open(f"sqlite:///{file}")
        try:
            turns = replace(app.turns, database=database)
            gc.collect()
            gc.freeze()  # the harness's files are no part of a turn; looking through them again and again would count as one
            for task in tasks:
                for seed in range(seeds):
                    refresh(store.template, file)
                    user = scripted.ScriptedUser(dict(task), lang=language, level=level, seed=seed)
                    yield await _one(turns, file, judge, user, seed)
        finally:
            await database.close()
            await app.close()


async def _one(turns: Turns, file: Path, judge: Judge, user: Any, seed: int) -> Outcome:
    conversation = await turns.database.write(SHOP.id, lambda scope: begin(scope, user.lang))
    line = Line(turns, file, conversation, user.lang)
    talk: list[dict[str, str]] = []
    text = user.opening()
    while text is not None:
        answer = await line.say(text)
        talk += [{"role": "user", "content": text}, {"role": "assistant", "content": answer}]
        text = user.reply(answer)
    final = await turns.database.read(SHOP.id, lambda scope: dump(scope, line.marks))
    return _judged(judge, user.task, seed, line, final, talk, user.log)


def begin(scope: Scope, language: str) -> Conversation:
    """A conversation of a visitor, as the widget opens it."""
    visitor = customers.add_visitor(scope, language=language)
    return conversations.add_conversation(scope, customer_id=visitor.id, channel="web", language=language)


def _judged(
    judge: Judge,
    task: Mapping[str, Any],
    seed: int,
    line: Line,
    final: Mapping[str, Any],
    talk: list[dict[str, str]],
    agenda: Sequence[Mapping[str, Any]],
) -> Outcome:
    state = judge.checker.check_state(task["id"], final, db=judge.untouched, gold=judge.gold)
    said = judge.checker.check_said(task["communicate"], talk)
    others = _others(judge, task, list(dict.fromkeys(line.marks)))
    why = [*state["diff"], *(f"not said: {one}" for one in said["missing"]), *(f"written: {one}" for one in others)]
    kinds = {item["kind"] for item in task["agenda"] if item["kind"] not in ("info", "decoy")}
    return Outcome(
        task=str(task["id"]),
        seed=seed,
        kinds=tuple(sorted(kinds)) or (_NO_WRITE,),
        passed=bool(state["pass"] and said["pass"] and not others),
        why=tuple(why),
        turns=len(line.cpu_ms),
        cpu_ms=tuple(line.cpu_ms),
        writes_without_yes=line.unasked,
        writes_on_others=len(others),
        talk=tuple(talk),
        agenda=tuple({key: value for key, value in one.items() if key != "agent"} for one in agenda),
    )


def _others(judge: Judge, task: Mapping[str, Any], marks: Sequence[tuple[str, str]]) -> list[str]:
    """What was written that is not the task's customer's own."""
    owner = judge.owner_of(task)
    owned = {"customer": {owner}, "order": set(judge.untouched["users"][owner]["orders"] if owner else ()), "product": set()}
    return [f"{kind} {one}" for kind, one in marks if one not in owned[kind]]
