"""Does what people do in Slack: type commands, use shortcuts, mention, press, submit."""

import asyncio
import time
from collections.abc import Callable, Mapping
from typing import Any

from workbench.pretend_slack import acks, forms, payloads
from workbench.pretend_slack.deliver import FORM, JSON, Postman, encode, signed_headers
from workbench.pretend_slack.records import Channel, Json, Message, NotPossible, Person, View
from workbench.pretend_slack.sockets import Hub
from workbench.pretend_slack.state import Team
from workbench.pretend_slack.traffic import Attempt, Delivery


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
        """Write `@bot text`; where the bot is no member, nothing is delivered."""
        app = self.team.app
        words = f"<@{app.bot_user}> {text}"
        message = self.say(channel, words, user=user, thread_ts=thread_ts, files=files)
        payload = payloads.app_mention(self.team, message)
        if app.bot_user not in self.team.channels[channel].members:
            return Delivery("events_api", payload)
        return await self.postman.carry("events_api", payload)

    async def open_home(self, user: str = "U0ALICE") -> Delivery:
        """Open the app's Home tab."""
        payload = payloads.home_opened(self.team, self._person(user))
        return await self.postman.carry("events_api", payload)

    async def click(
        self, message: Message, action_id: str, user: str = "U0ALICE", value: object = None
    ) -> Delivery:
        """Press a button of a message, or pick `value` in one of its menus.

        `action_id` may also be the value of a menu's entry.
        """
        if message.deleted or message.ephemeral_to not in (None, user):
            raise NotPossible("this person doesn't see that message")
        menu = forms.find_menu(message.blocks, action_id)
        if menu is not None:
            action_id, value = menu, action_id
        block_id, element = forms.find_element(message.blocks, action_id)
        action = payloads.pressed(self.team, block_id, element, value)
        person = self._person(user)
        payload = payloads.message_action(self.team, message, person, action)
        payload["response_url"], _ = self.team.new_url("actions", message.channel, user, message)
        return await self._interact(payload)

    async def act_in_view(
        self, view: View, action_id: str, value: object = None, given: Json | None = None
    ) -> Delivery:
        """Press a button in a modal or a Home tab; `given` is what stands in its fields."""
        self._refuse_closed(view)
        block_id, element = forms.find_element(view.content["blocks"], action_id)
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
