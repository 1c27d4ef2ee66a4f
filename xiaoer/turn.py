"""The path of one message, on one page.

    1 receive      store the customer's words once, nudge open windows                  transaction A
    2 understand   words → Understanding                                                nlu
    3 gather       customer, orders, queue → one frozen Context                         customers, shop
    4 decide       (state, event) → (state, effect): pure                               dialogue
    5 look_up/act  do the one effect asked for; its result is the next event; back to 4 look_up.py, act.py
    6 compose      the ending → words and cards                                         replies
    7 deliver      store reply, state and trace, nudge                                  transaction B

One turn at a time per conversation. Lines that came while a turn was computed are understood together with the lines
before them in a new turn, unless something was already committed: then that is told first. After a crash, `resume` runs
the turns whose answers are owed; an act that was committed is found by its key and not done again.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from xiaoer.act import act
from xiaoer.assistant import Assistant
from xiaoer.conversations import store as conversations
from xiaoer.conversations import store_turns as turns
from xiaoer.conversations.store import NewMessage
from xiaoer.conversations.types import Conversation, Message, Turn
from xiaoer.db.engine import Database
from xiaoer.db.ids import new_id
from xiaoer.db.scope import Scope
from xiaoer.dialogue.context import Context
from xiaoer.dialogue.effects import Act, Ending, HandOff, LookUp
from xiaoer.dialogue.events import Event, Said
from xiaoer.dialogue.state import State, from_json, to_json
from xiaoer.errors import Conflict
from xiaoer.gather import gather
from xiaoer.knowledge.knowledge import Knowledge
from xiaoer.knowledge.store_heads import add_uses
from xiaoer.knowledge.store_questions import add_questions
from xiaoer.live.memory import MemoryLive, conversation_topic, inbox_topic
from xiaoer.look_up import audience_of, look_up
from xiaoer.nlu.types import Understanding
from xiaoer.replies.compose import Reply, compose
from xiaoer.trace import Trace

log = logging.getLogger(__name__)
T = TypeVar("T")

_MOST_OVERTAKEN = 5  # after so many newer lines the answer is sent all the same
_MOST_EFFECTS = 32
_NUDGE_AFTER_S = 0.05  # a line is shown to open windows with its answer, or after this long without one


@dataclass
class Turns:
    """Runs turns. Holds what a turn touches; `assistant_of` gives the machine of a shop."""

    database: Database
    live: MemoryLive
    knowledge: Knowledge
    assistant_of: Callable[[str], Assistant]
    clock: Callable[[], datetime]
    staff_online: Callable[[str], bool]
    _locks: dict[tuple[str, str], asyncio.Lock] = field(default_factory=dict)
    _running: set[asyncio.Task[None]] = field(default_factory=set)
    _nudges: dict[tuple[str, str], asyncio.TimerHandle] = field(default_factory=dict)

    # 1 ── receive ────────────────────────────────────────────────────────────────────────────────────────────────────
    async def receive(self, shop_id: str, conversation_id: str, line: NewMessage) -> Message:
        """Store the customer's line once (by its client id), nudge, and start the turn. Returns the stored line."""

        def store(scope: Scope) -> tuple[Message, Conversation]:
            message, conversation = conversations.add_line(scope, conversation_id, line)
            if conversation.holder == "closed":
                conversation = conversations.save_holder(scope, conversation, holder="assistant")
            return message, conversation

        message, conversation = await self.database.write(shop_id, store)
        if conversation.holder == "assistant" and conversation.customer_seq > conversation.answered_seq:
            self._nudge_soon(shop_id, conversation_id)
            self.start(shop_id, conversation_id)
        else:
            self._nudge(shop_id, conversation_id)
        return message

    async def change(self, shop_id: str, conversation_id: str, function: Callable[[Scope], T]) -> T:
        """A change by staff (steps 1 and 7 of their own words): write, nudge, and let the machine go on if it is its turn."""
        result = await self.database.write(shop_id, function)
        self._nudge(shop_id, conversation_id)
        conversation = await self.database.read(
            shop_id, lambda scope: conversations.get_conversation(scope, conversation_id)
        )
        if conversation.holder == "assistant" and conversation.customer_seq > conversation.answered_seq:
            self.start(shop_id, conversation_id)
        return result

    def start(self, shop_id: str, conversation_id: str) -> None:
        """Answer in the background; a conversation that is being answered takes the new line into account by itself."""
        task = asyncio.create_task(self._answer_safely(shop_id, conversation_id))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def resume(self, shop_id: str) -> int:
        """Start the turns that are owed since before a restart; how many there were."""
        owed = await self.database.read(shop_id, conversations.list_owed)
        for conversation_id in owed:
            self.start(shop_id, conversation_id)
        return len(owed)

    async def drain(self) -> None:
        """Wait until every running turn is delivered (at shutdown)."""
        while self._running:
            await asyncio.gather(*tuple(self._running), return_exceptions=True)

    async def _answer_safely(self, shop_id: str, conversation_id: str) -> None:
        try:
            await self.answer(shop_id, conversation_id)
        except Exception:
            log.exception("turn failed in conversation %s; it is owed and run again at the next line or start", conversation_id)

    async def answer(self, shop_id: str, conversation_id: str) -> Message | None:
        """Steps 2 to 7 for everything not yet answered, one turn at a time; the last reply, or None if nothing was owed."""
        lock = self._locks.setdefault((shop_id, conversation_id), asyncio.Lock())
        reply: Message | None = None
        async with lock:
            overtaken = 0
            while True:
                try:
                    delivered = await self._run(shop_id, conversation_id, final=overtaken >= _MOST_OVERTAKEN)
                except Conflict:  # staff took over, or another process answered: look again
                    overtaken += 1
                    continue
                if delivered is _NOTHING:
                    break
                overtaken = overtaken + 1 if delivered is _OVERTAKEN else 0
                if isinstance(delivered, _Delivered):
                    reply = delivered.reply
                    if not delivered.more:
                        break
        if not lock.locked():
            self._locks.pop((shop_id, conversation_id), None)
        return reply

    async def _run(self, shop_id: str, conversation_id: str, *, final: bool) -> _Delivered | object:
        """One turn over the lines that wait. _NOTHING: none waits. _OVERTAKEN: a newer line came, the answer was dropped."""
        assistant = self.assistant_of(shop_id)
        trace = Trace()

        def read(scope: Scope) -> tuple[Conversation, tuple[Message, ...]]:
            conversation = conversations.get_conversation(scope, conversation_id)
            lines = conversations.list_messages(scope, conversation_id, after_seq=conversation.answered_seq)
            return conversation, tuple(line for line in lines if line.author == "customer")

        conversation, waiting = await self.database.read(shop_id, read)
        if conversation.holder != "assistant" or not waiting:
            return _NOTHING
        with trace.step("understand"):
            said = self.understand(assistant, conversation, waiting)
        with trace.step("gather"):
            state = from_json(conversation.state)
            online = self.staff_online(shop_id)
            now, first_seq = self.clock(), waiting[0].seq
            context = await gather(
                self.database, assistant, conversation, state, said, now=now, online=online, first_seq=first_seq
            )
        trace.audience = audience_of(context.customer)
        state, ending, has_acted = await self._decide(assistant, conversation, state, said, context, trace)
        with trace.step("compose"):
            reply = compose(assistant.writer, ending, context)
        return await self._deliver(
            shop_id, conversation, waiting, state, ending, reply, trace, said.understanding, final=final, has_acted=has_acted
        )

    # 2 ── understand ─────────────────────────────────────────────────────────────────────────────────────────────────
    def understand(self, assistant: Assistant, conversation: Conversation, waiting: tuple[Message, ...]) -> Said:
        """Everything not yet answered, read as one message. A button counts only when nothing was typed after it."""
        text = "\n".join(line.text for line in waiting)
        newest = waiting[-1]
        understanding = assistant.reader.read(text, language_hint=conversation.language, now=self.clock())
        attachments = tuple(one for line in waiting for one in line.attachments)
        choice: Mapping[str, Any] = newest.data.get("choice", {}) if len(waiting) == 1 else {}
        if choice:
            understanding = understanding.in_language(conversation.language)
        return Said(understanding.with_attachments(attachments), newest.seq, choice)

    # 4, 5 ── decide, look up, act ────────────────────────────────────────────────────────────────────────────────────
    async def _decide(
        self,
        assistant: Assistant,
        conversation: Conversation,
        state: State,
        said: Said,
        context: Context,
        trace: Trace,
    ) -> tuple[State, Ending, bool]:
        event: Event = said
        has_acted = False
        for _ in range(_MOST_EFFECTS):
            with trace.step("decide"):
                state, effect = assistant.engine.decide(state, event, context)
            match effect:
                case LookUp():
                    with trace.step("look_up"):
                        event = await look_up(self.database, self.knowledge, assistant, conversation, context, effect)
                    trace.add_look_up(effect, event)
                case Act():
                    with trace.step("act"):
                        event = await act(
                            self.database, assistant, conversation, context, state.verified, effect
                        )
                    trace.add_act(effect, event)
                    has_acted = True
                case _:
                    return state, effect, has_acted
        raise RuntimeError("the decision did not end")  # the engine bounds look-ups; reaching this is a defect of ours

    # 7 ── deliver ────────────────────────────────────────────────────────────────────────────────────────────────────
    async def _deliver(
        self,
        shop_id: str,
        conversation: Conversation,
        waiting: tuple[Message, ...],
        state: State,
        ending: Ending,
        reply: Reply,
        trace: Trace,
        understanding: Understanding,
        *,
        final: bool,
        has_acted: bool,
    ) -> _Delivered | object:
        turn_id = new_id("trn")
        last_seq = waiting[-1].seq

        def store(scope: Scope) -> _Delivered | object:
            delivered = conversations.deliver(
                scope,
                conversation,
                reply.as_message(turn_id, key=str(last_seq)),
                answered_seq=last_seq,
                state=to_json(state),
                mood=understanding.mood,
                is_final=final or has_acted,
            )
            if delivered is None:
                return refused(scope)
            message, current = delivered
            if isinstance(ending, HandOff):
                current = conversations.save_holder(scope, current, holder="queue", waiting_since=scope.now)
                conversations.add_message(scope, conversation.id, reply.as_summary(ending, turn_id))
            turns.save_turn(scope, turn_of(scope, message))
            add_uses(scope, [source["article_id"] for source in reply.sources])
            add_questions(scope, trace.questions(turn_id, conversation.id, last_seq, scope.now))
            return _Delivered(message, more=current.customer_seq > last_seq)

        def refused(scope: Scope) -> object:
            """Nothing was stored: why?"""
            current = conversations.get_conversation(scope, conversation.id)
            if has_acted and current.holder == "staff":  # the machine is silent by now, but what it did must be known
                note = NewMessage("system", reply.text, reply.language, client_id=f"acted-{last_seq}", kind="note", turn_id=turn_id)
                conversations.add_message(scope, conversation.id, note)
                return _NOTHING
            if current.version != conversation.version:
                raise Conflict("The conversation changed while it was answered.", "回复期间会话发生了变化。")
            return _OVERTAKEN

        def turn_of(scope: Scope, message: Message) -> Turn:
            return Turn(
                id=turn_id,
                conversation_id=conversation.id,
                first_seq=waiting[0].seq,
                last_seq=last_seq,
                reply_seq=message.seq,
                ending="hand_off" if isinstance(ending, HandOff) else "say",
                created_at=scope.now,
                trace=trace.to_json(understanding, state, ending, reply),
            )

        delivered = await self.database.write(shop_id, store)
        self._nudge(shop_id, conversation.id)
        return delivered

    def _nudge_soon(self, shop_id: str, conversation_id: str) -> None:
        """Most answers are there in a moment: windows then look once and see both lines."""
        key = (shop_id, conversation_id)
        if key not in self._nudges:
            later = asyncio.get_running_loop().call_later(_NUDGE_AFTER_S, self._nudge, shop_id, conversation_id)
            self._nudges[key] = later

    def _nudge(self, shop_id: str, conversation_id: str) -> None:
        waiting = self._nudges.pop((shop_id, conversation_id), None)
        if waiting is not None:
            waiting.cancel()
        with suppress(Exception):  # a nudge may be lost, never a line
            self.live.nudge(conversation_topic(shop_id, conversation_id), inbox_topic(shop_id))


@dataclass(frozen=True, slots=True)
class _Delivered:
    """What was sent, and whether more lines of the customer wait already."""

    reply: Message
    more: bool


_NOTHING, _OVERTAKEN = object(), object()
