"""Files: an upload address, the bytes, and their share in a channel.

https://docs.slack.dev/messaging/working-with-files#upload
"""

import secrets

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from workbench.pretend_slack.api_chat import content, thread_of
from workbench.pretend_slack.asking import (
    Ask,
    Method,
    Methods,
    message_problems,
    refuse_for,
    visible_channel,
)
from workbench.pretend_slack.faults import SLOW, outwaited, play
from workbench.pretend_slack.records import Json, Refused, StoredFile
from workbench.pretend_slack.state import Team

ALT_MOST = 1000


def upload_address(ask: Ask) -> Json:
    """files.getUploadURLExternal."""
    name, length = ask.needed("filename"), ask.needed("length")
    if not length.isdecimal() or int(length) == 0:
        raise Refused("invalid_arguments")
    if len(ask.text("alt_txt")) > ALT_MOST:
        raise Refused("invalid_arguments")
    file = StoredFile(ask.team.new_id("F"), name, int(length), secrets.token_hex(8))
    file.alt = ask.text("alt_txt")
    ask.team.files[file.id] = file
    address = f"{ask.team.base_url}/upload/v1/{file.id}/{file.secret}"
    return {"upload_url": address, "file_id": file.id}


def complete(ask: Ask) -> Json:
    """files.completeUploadExternal: the share is a message of the app's."""
    wanted = ask.args.get("files") or []
    files = [_uploaded(ask, each) for each in wanted]
    if not files:
        raise Refused("invalid_arguments")
    if ask.text("channel_id") or ask.text("channels"):
        _share(ask, files)
    return {"files": [file.public() for file in files]}


class UploadReceiver:
    """Takes the bytes of a file at its upload address."""

    def __init__(self, team: Team) -> None:
        self._team = team

    async def receive(self, request: Request) -> Response:
        """Keep what was sent, raw or as a form's first file."""
        fault = self._team.faults.pick("upload", {})
        if fault is not None and fault.kind != SLOW:
            return await play(fault, request)
        await request.body()
        if fault is not None and not await outwaited(fault, request):
            return Response()
        file = self._team.files.get(request.path_params["file"])
        if file is None or file.secret != request.path_params["secret"]:
            return PlainTextResponse("not found", 404)
        file.content = await _bytes_of(request)
        if len(file.content) != file.length:
            return PlainTextResponse("length differs", 400)
        return PlainTextResponse(f"OK - {len(file.content)}")


async def _bytes_of(request: Request) -> bytes:
    if not request.headers.get("content-type", "").startswith("multipart/"):
        return await request.body()
    async with request.form() as form:
        for value in form.values():
            return value.encode() if isinstance(value, str) else await value.read()
    return b""


def _uploaded(ask: Ask, wanted: Json) -> StoredFile:
    file = ask.team.files.get(str(wanted.get("id")))
    if file is None or file.content is None:
        raise Refused("file_not_found")
    file.title = str(wanted.get("title") or file.name)
    return file


def _share(ask: Ask, files: list[StoredFile]) -> None:
    """Post the files; the bot must be in the channel, for public ones too."""
    team = ask.team
    named = ask.text("channel_id") or ask.text("channels").split(",")[0]
    asked = {"text": ask.text("initial_comment"), "blocks": ask.args.get("blocks")}
    channel = visible_channel(Ask(team, {"channel": named}))
    if team.app.bot_user not in channel.members:
        raise Refused("not_in_channel")
    if channel.archived or channel.restricted:
        raise Refused("is_archived" if channel.archived else "posting_to_channel_denied")
    if asked["text"] and asked["blocks"]:
        raise Refused("invalid_arguments")
    refuse_for([each for each in message_problems(team, asked) if each.code != "no_text"])
    thread = thread_of(ask, channel)
    shown = [file.public() for file in files]
    team.app_message(channel.id, **content(asked), thread_ts=thread, files=shown)
    for file in files:
        file.shared_in.append((channel.id, thread))


METHODS: Methods = {
    "files.getUploadURLExternal": Method(upload_address, "files:write"),
    "files.completeUploadExternal": Method(complete, "files:write"),
}
