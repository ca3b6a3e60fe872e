"""Does what people do in Slack: type commands, use shortcuts, mention, press, submit."""

import asyncio
import secrets
import time
import uuid
from collections.abc import Callable, Mapping
from typing import Any

from workbench.pretend_slack import acks, forms, payloads
from workbench.pretend_slack.deliver import FORM, JSON, Postman, encode, signed_headers
from workbench.pretend_slack.direct import payloads as direct
from workbench.pretend_slack.direct.typed import rich_text
from workbench.pretend_slack.records import Channel, Json, Message, NotPossible, Person, View
from workbench.pretend_slack.sockets import Hub
from workbench.pretend_slack.state import Team
from workbench.pretend_slack.steps.executions import Execution, refuse_inputs
from workbench.pretend_slack.steps.payloads import function_executed
from workbench.pretend_slack.traffic import Attempt, Call, Delivery


class PretendSlack:
    """A workspace with people in it. `user` and `channel` are ids such as U0ALICE, C0ONCALL."""

    def __init__(self, team: Team) -> None:
        self.team = team
        self.hub = Hub(team)
        self.postman = Postman(team, self.hub)

    async def type_command(self, channel: str, user: str, command: str, text: str = "") -> Delivery:
        """Type a slash command; what its ack says is kept as a message."""
        place, person = self._place(channel, user), self._person(user)
        payload = payloads.command(self.team, place, person, (command, text))
        payload["response_url"], url = self.team.new_url("commands", channel, user)
        delivery = await self.postman.carry("slash_commands", payload)
        acks.show_command_ack(self.team, delivery, url)
        url.ready.set()
        return delivery

    async def use_message_shortcut(
        self, message: Message, user: str = "U0ALICE", callback_id: str = "diagnose_message"
    ) -> Delivery:
        """Use a shortcut on a message; Slack offers none on ephemeral ones."""
        if message.ephemeral_to is not None:
            raise NotPossible("an ephemeral message has no shortcuts")
        self._place(message.channel, user)
        payload = payloads.message_shortcut(self.team, message, self._person(user), callback_id)
        payload["response_url"], _ = self.team.new_url("app", message.channel, user)
        return await self._interact(payload)

    async def use_global_shortcut(
        self, user: str = "U0ALICE", callback_id: str = "diagnose_call"
    ) -> Delivery:
        """Use a global shortcut."""
        person = self._person(user)
        return await self._interact(payloads.global_shortcut(self.team, person, callback_id))

    def say(  # noqa: PLR0913 - a message has these parts
        self,
        channel: str,
        text: str,
        *,
        user: str = "U0ALICE",
        thread_ts: str | None = None,
        blocks: list[Json] | None = None,
        attachments: list[Json] | None = None,
        files: list[Json] | None = None,
    ) -> Message:
        """Write a message, which the bot isn't told of; `text` as Slack stores it, escaped."""
        self._place(channel, user)
        message = Message(self.team.new_ts(), channel, user, text, thread_ts=thread_ts)
        message.blocks, message.attachments = blocks or [], attachments or []
        message.files, message.via = files or [], "person"
        message.client_msg_id = str(uuid.uuid4())
        parent = self.team.message(channel, thread_ts) if thread_ts else None
        if parent is not None:
            parent.thread_ts = parent.ts
        self.team.messages.append(message)
        return message

    async def mention(
        self,
        channel: str,
        text: str,
        thread_ts: str | None = None,
        user: str = "U0ALICE",
        files: list[Json] | None = None,
    ) -> Delivery:
        """Write `@bot text`; where the bot is no member, nothing is delivered.

        In a conversation with the bot it is a message like any other.
        """
        app = self.team.app
        words = f"<@{app.bot_user}> {text}"
        if self.team.is_direct(channel):
            return await self.write_direct(words, user, thread_ts=thread_ts, files=files)
        message = self.say(channel, words, user=user, thread_ts=thread_ts, files=files)
        payload = payloads.app_mention(self.team, message)
        member = app.bot_user in self.team.channels[channel].members
        return await self._event("app_mention", payload, sent=member)

    async def write_direct(
        self,
        text: str,
        user: str = "U0ALICE",
        *,
        thread_ts: str | None = None,
        files: list[Json] | None = None,
        broadcast: bool = False,
    ) -> Delivery:
        """Write to the bot in its Messages tab; `text` as Slack stores it, escaped.

        `broadcast` is "Also send to" of a reply. Without the scope nothing is delivered. Raises
        NotPossible while the tab is not writable.
        """
        if self.team.app.messages_tab != "writable":
            raise NotPossible("Sending messages to this app has been turned off.")
        channel = self.team.direct_channel(self._person(user).id).id
        blocks = rich_text(text)
        message = self.say(
            channel, text, user=user, thread_ts=thread_ts, blocks=blocks, files=files
        )
        message.subtype = "thread_broadcast" if broadcast else "file_share" if files else ""
        return await self._event_im(direct.message_im(self.team, message))

    async def edit(self, message: Message, text: str) -> Delivery:
        """Edit a message in a conversation with the bot."""
        before = message.public()
        message.edits.append(before)
        message.text, message.blocks = text, rich_text(text)
        message.edited = {"user": message.user, "ts": self.team.new_ts()}
        return await self._event_im(direct.message_changed(self.team, message, before))

    async def remove(self, message: Message) -> Delivery:
        """Delete a message in a conversation with the bot."""
        message.deleted = True
        return await self._event_im(direct.message_deleted(self.team, message))

    async def echo(self, message: Message) -> Delivery:
        """Tell the bot of a message of its own in a conversation with it, as Slack does."""
        return await self._event_im(direct.message_im(self.team, message))

    def after_call(self, call: Call) -> None:
        """Echo what the bot wrote to a person, where the workspace does so."""
        if not (self.team.echoes and call.ok and call.method == "chat.postMessage"):
            return
        answer = call.answer or {}
        message = self.team.message(answer["channel"], answer["ts"])
        if message and self.team.is_direct(message.channel) and self._hears_direct:
            self.postman.carry_later(direct.message_im(self.team, message))

    async def open_home(self, user: str = "U0ALICE", tab: str = "home") -> Delivery:
        """Open a tab of the app: home or messages."""
        payload = payloads.home_opened(self.team, self._person(user), tab)
        return await self._event("app_home_opened", payload)

    async def run_step(
        self, inputs: Json, callback_id: str = "diagnose_call"
    ) -> tuple[Execution, Delivery]:
        """Let a workflow reach the app's step; the run tells how it was completed.

        Raises NotPossible for inputs that the manifest's step does not take.
        """
        team = self.team
        if team.app.functions:
            if callback_id not in team.app.functions:
                raise NotPossible(f"the app has no step {callback_id}")
            refuse_inputs(team.app.functions[callback_id], inputs)
        token = f"xwfp-{secrets.token_hex(12)}"
        run = Execution(team.new_id("Fx"), callback_id, dict(inputs), token, team.now())
        team.executions[run.id] = run
        return run, await self._event("function_executed", function_executed(team, run))

    async def send_event(self, content: Json) -> Delivery:
        """Deliver any event; `content` is what its envelope holds."""
        return await self.postman.carry("events_api", payloads.event(self.team, content))

    async def click(
        self, message: Message, action_id: str, user: str = "U0ALICE", value: object = None
    ) -> Delivery:
        """Press a button of a message, or pick `value` in one of its menus.

        `action_id` may also be the value of a menu's entry. Of feedback buttons, `value` is
        positive, negative or what the pressed one carries.
        """
        if message.deleted or message.ephemeral_to not in (None, user):
            raise NotPossible("this person doesn't see that message")
        menu = forms.find_menu(message.blocks, action_id)
        if menu is not None:
            action_id, value = menu, action_id
        block_id, element = forms.find_element(message.blocks, action_id, value)
        action = payloads.pressed(self.team, block_id, element, value)
        person = self._person(user)
        payload = payloads.message_action(self.team, message, person, action)
        payload["response_url"], _ = self.team.new_url("actions", message.channel, user, message)
        return await self._interact(payload)

    async def act_in_view(
        self,
        view: View,
        action_id: str,
        value: object = None,
        given: Json | None = None,
        block_id: str = "",
    ) -> Delivery:
        """Press a button in a modal or a Home tab; `given` is what stands in its fields.

        Of several buttons with that action_id, `value` or `block_id` tells which one.
        """
        self._refuse_closed(view)
        blocks = view.content["blocks"]
        block_id, element = forms.find_element(blocks, action_id, value, block_id)
        action = payloads.pressed(self.team, block_id, element, value)
        values = forms.values_of(view, given or {})
        person = self._person(view.user)
        return await self._interact(payloads.view_action(self.team, view, person, action, values))

    async def submit(self, view: View, state: Mapping[str, Any] | None = None) -> Delivery:
        """Send a modal off; `state` maps action_ids or block_ids to what was typed or picked."""
        self._refuse_closed(view)
        values = forms.values_of(view, state or {})
        forms.refuse_unfilled(view, values)
        payload = payloads.view_submission(self.team, view, self._person(view.user), values)
        payload["response_urls"] = forms.response_urls(self.team, view, view.user, values)
        delivery = await self._interact(payload)
        acks.apply_submission_ack(self.team, delivery, view)
        return delivery

    async def close_view(self, view: View) -> Delivery | None:
        """Close a modal by hand; the bot is told only if it asked to be."""
        self._refuse_closed(view)
        view.is_open = False
        if not view.content.get("notify_on_close"):
            return None
        return await self._interact(payloads.view_closed(self.team, view, self._person(view.user)))

    async def redeliver(self, delivery: Delivery, reason: str = "http_timeout") -> Attempt:
        """Deliver the same thing again, as Slack does when it believes that the ack was lost."""
        return await self.postman.attempt(delivery, len(delivery.attempts), reason)

    async def send_again(self, delivery: Delivery) -> Delivery:
        """Deliver the same event under another event_id, as Slack does now and then."""
        payload = delivery.payload | {"event_id": self.team.new_id("Ev")}
        return await self.postman.carry("events_api", payload)

    async def verify_url(self, challenge: str = "say this back") -> Attempt:
        """Slack's check of a new request address."""
        body, _ = encode("events_api", {"type": "url_verification", "challenge": challenge})
        secret = self.team.app.signing_secret
        return await self.postman.post(body, signed_headers(secret, body, JSON))

    async def ssl_check(self) -> Attempt:
        """Slack's probe of a command's address."""
        body = b"ssl_check=1&token=deprecated"
        secret = self.team.app.signing_secret
        return await self.postman.post(body, signed_headers(secret, body, FORM))

    async def until(self, holds: Callable[[], object], seconds: float = 10) -> None:
        """Wait until something holds; raises TimeoutError when it doesn't in time."""
        give_up = time.monotonic() + seconds
        while not holds():
            if time.monotonic() > give_up:
                raise TimeoutError("it didn't come to hold")
            await asyncio.sleep(0.005)

    async def close(self) -> None:
        """End connections and retries."""
        await self.postman.close()
        await self.hub.close()

    async def _event_im(self, payload: Json) -> Delivery:
        return await self._event("message.im", payload, sent=self._hears_direct)

    @property
    def _hears_direct(self) -> bool:
        app = self.team.app
        return "im:history" in app.scopes and "message.im" in app.events

    async def _event(self, name: str, payload: Json, *, sent: bool = True) -> Delivery:
        """Deliver an event if the app subscribes to it; otherwise return it undelivered."""
        if not sent or name not in self.team.app.events:
            return Delivery("events_api", payload)
        return await self.postman.carry("events_api", payload)

    async def _interact(self, payload: Json) -> Delivery:
        return await self.postman.carry("interactive", payload)

    def _person(self, user: str) -> Person:
        if user not in self.team.people:
            raise NotPossible(f"there is no {user}")
        return self.team.people[user]

    def _place(self, channel: str, user: str) -> Channel:
        place = self.team.channels.get(channel)
        if place is None or (place.kind != "public" and user not in place.members):
            raise NotPossible(f"{user} sees no {channel}")
        return place

    def _refuse_closed(self, view: View) -> None:
        if not view.is_open:
            raise NotPossible("the modal is closed")
