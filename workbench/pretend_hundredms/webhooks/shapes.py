"""The bodies of all documented webhooks.

https://www.100ms.live/docs/server-side/v2/how-to-guides/configure-webhooks/webhook
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from workbench.pretend_hundredms.ids import NEVER, uuid_of

Webhook = dict[str, Any]

LEAVE_REASONS = (
    "client request",
    "peer kicked",
    "websocket closed",
    "ice connection state closed",
    "server removed peer",
)
JOIN_ERRORS = ("role not allowed", "network disconnection", "duplicate peer id")
ROLE_FULL = "role limit reached"
_OTHERS: dict[str, Webhook] = {
    "peer.leave.failure": {"left_at": NEVER, "duration": 0, "error_message": "Peer not joined"},
    "room.end.failure": {"error_code": 404, "error_message": "room not found"},
    "role.change.success": {"role": "guest", "prev_role": "host"},
    "recording.success": {"recording_path": "s3://bucket/recording.mp4"},
    "recording.failed": {"error": "no tracks", "error_type": "INPUT_ERROR"},
    "beam.started.success": {"beam_id": "beam", "job_id": "job"},
    "beam.stopped.success": {"beam_id": "beam", "job_id": "job", "reason": "last peer left"},
    "beam.failure": {"error_type": "INTERNAL_ERROR", "error_message": "pod lost"},
    "beam.recording.success": {"recording_path": "s3://bucket/beam.mp4"},
    "hls.started.success": {"beam_id": "beam", "job_id": "job"},
    "hls.stopped.success": {"beam_id": "beam", "job_id": "job", "reason": "room ended"},
    "hls.failure": {"error_type": "UPLOAD_ERROR", "error_message": "upload failed"},
    "hls.recording.success": {"recording_path": "s3://bucket/hls.mp4"},
    "stream.recording.success": {"recording_path": "s3://bucket/stream.webm"},
    "stream.recording.failure": {"error_message": "no tracks"},
    "track.recording.success": {"recording_path": "s3://bucket/track.webm"},
    "track.recording.failure": {"error_message": "no tracks"},
    "transcription.started.success": {"transcription_id": "transcript"},
    "transcription.started.failure": {"error_message": "not enabled"},
    "transcription.success": {"transcript_txt_path": "s3://bucket/text.txt"},
    "transcription.failure": {"error_message": "no speech"},
    "ingest.start.success": {"stream_key": "key"},
    "ingest.start.failure": {"error_message": "stream key disabled"},
    "ingest.end.success": {"reason": "stream closed"},
    "ingest.failure": {"error_message": "internal error"},
}


@dataclass(frozen=True, slots=True)
class HookWriter:
    """Writes webhooks of one session in one room."""

    room_id: str
    session_id: str
    began_at: datetime
    room_name: str = "standup"

    def opened(self) -> Webhook:
        """Return the opening of the session."""
        return self._write("session.open.success", self.began_at, {})

    def closed(self, at: datetime) -> Webhook:
        """Return the end of the session."""
        duration = int((at - self.began_at).total_seconds())
        data = {"session_duration": duration, "session_stopped_at": _stamp(at)}
        return self._write("session.close.success", at, data)

    def joined(self, person: str, at: datetime, *, sip: bool = False) -> Webhook:
        """Return a person's join; the peer id depends on person and time."""
        data = {**self._person(person, at), "joined_at": _stamp(at)}
        return self._write("peer.join.success", at, data | {"type": "sip" if sip else "regular"})

    def left(
        self, person: str, joined: datetime, at: datetime, reason: str, message: str = ""
    ) -> Webhook:
        """Return a person's leave."""
        data = {**self._person(person, joined), "joined_at": _stamp(joined), "left_at": _stamp(at)}
        data |= {"duration": int((at - joined).total_seconds())}
        return self._write("peer.leave.success", at, data | {"reason": reason, "message": message})

    def refused(self, person: str, at: datetime, error: str) -> Webhook:
        """Return a refused join, which belongs to no session."""
        data = {**self._person(person, at), "joined_at": NEVER, "error_message": error}
        webhook = self._write("peer.join.failure", at, data)
        del webhook["data"]["session_id"], webhook["data"]["session_started_at"]
        return webhook

    def ended(self, person: str, at: datetime, reason: str = "", *, lock: bool = False) -> Webhook:
        """Return the end of the room by a person in it, or by the app's server."""
        data = {**self._person(person, self.began_at), "lock_room": lock}
        return self._write("room.end.success", at, data | {"reason": reason, "source": "peer"})

    def role_refused(self, person: str, at: datetime, error: str = ROLE_FULL) -> Webhook:
        """Return a refused change of a person's role."""
        data = {**self._person(person, self.began_at), "error_message": error}
        data |= {"role_change_requested_by": {"peer_id": uuid_of("host"), "user_id": "host"}}
        return self._write("role.change.failure", at, data)

    def documented(self, at: datetime) -> Iterator[Webhook]:
        """Return one webhook of each documented type, and one for each documented reason."""
        yield self.opened()
        yield self.joined("Ann", at)
        for number, reason in enumerate(LEAVE_REASONS):
            yield self.left(f"leaver {number}", at, at + timedelta(seconds=number + 1), reason)
        for number, error in enumerate(JOIN_ERRORS):
            yield self.refused(f"refused {number}", at + timedelta(seconds=number), error)
        yield self.role_refused("Ann", at)
        yield self.ended("Ann", at + timedelta(seconds=90))
        yield self.closed(at + timedelta(seconds=91))
        for kind, data in _OTHERS.items():
            yield self._write(kind, at, data)

    def _person(self, person: str, joined: datetime) -> dict[str, Any]:
        return {
            "peer_id": uuid_of("peer", self.room_id, person, joined),
            "user_id": f"user of {person}",
            "user_name": person,
            "user_data": "",
            "role": "guest",
        }

    def _write(self, kind: str, at: datetime, data: dict[str, Any]) -> Webhook:
        return {
            "version": "1.0" if kind == "recording.failed" else "2.0",
            "id": uuid_of("webhook", kind, self.session_id, at, *map(str, data.values())),
            "account_id": "0123456789abcdef000000a1",
            "timestamp": _stamp(at),
            # The sample of the documentation has this slip.
            "type": "track.recording.success" if kind == "track.recording.failure" else kind,
            "data": {
                "room_id": self.room_id,
                "room_name": self.room_name,
                "session_id": self.session_id,
                "template_id": "0123456789abcdef000000f1",
                "session_started_at": _stamp(self.began_at),
                **data,
            },
        }


def _stamp(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"
