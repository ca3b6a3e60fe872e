"""``hostile``: texts that try to break templates, JSON, Slack markup, or the reader's eye."""

from datetime import datetime, timedelta

from workbench.pretend_hundredms.failures import failure
from workbench.pretend_hundredms.generate import Scene
from workbench.pretend_hundredms.world import PretendRoom

HOSTILE_TEXTS = (
    "<!channel> please look",
    "<!here> and <@U0000000> and <#C0000000>",
    "@here @channel @everyone",
    "<!subteam^S0000000|all of support>",
    "\"quotes\" and 'more' and \\ back\\slashes\\n",
    '"},"blocks":[{"type":"section"}],{"x":"',
    "{{ 7 * 7 }} {{ config }} {{ ''.__class__ }}",
    "{% for x in range(10**9) %}x{% endfor %} {# hidden #}",
    "{{{{}}}} }} %} [[ ]] ${HOME} %s %(name)s {0}",
    '{"user_name": "Robert", "is_terminal": true}',
    "\u202egnitcerid-thgir\u202c \u2066isolated\u2069 \u200fmark",
    "zero\u200bwidth\u200djoin\ufeffbom\u00adsoft",
    "🧑‍🚀👩🏽‍⚕️🇳🇱 e\u0301 \U0001f4a9",
    "two\nlines\r\nand\ttabs\u2028separators\u2029",
    "bell\u0007 null\u0000 escape\u001b[31mred\u001b[0m \u0085",
    "<https://evil.example/?a=1&b=2|click here>",
    "https://evil.example/login http://192.0.2.1:8080/x mailto:a@example.com",
    "Ann 192.0.2.44 and [2001:db8::44]:443 and 198.51.100.7:52000",
    "*bold* _italic_ ~strike~ `code` ```fence``` > quote",
    "<script>alert(1)</script> &amp; &lt;b&gt;",
    "'; DROP TABLE peers; --",
    '=HYPERLINK("http://evil.example") +1+1 @SUM(A1) -2',
    "",
    "   ",
    "مرحبا بالعالم שלום עולם ไทย 漢字",
)
_LONG = "Maximilian " * 9310  # a name of about 100 kB


def hostile(now: datetime, account_id: str) -> PretendRoom:
    """Each text once as name and message, terminal; then once as role, user id and the rest."""
    scene = Scene("hostile", now, age_days=8, account_id=account_id)
    texts = (*HOSTILE_TEXTS, _LONG)
    people = [scene.person(n, name=text) for n, text in enumerate(texts)]
    session = scene.session(scene.ago(hours=9), people, minutes=60)
    for place, (person, text) in enumerate(zip(people, texts, strict=True)):
        at = session.created_at + timedelta(seconds=60 * place + 30)
        data = failure(4005, "ICEFailure", text, "PUBLISH", description=text, terminal=True)
        scene.error("client.publish.failed", at, person, data, session)
        odd = failure(500, text, "sfu join failed", text, description="")
        # Ids that a person must be able to copy stay whole; the other texts turn hostile.
        everywhere = {**odd, "role": text, "room_name": text, "domain": text}
        scene.error("client.join.failed", at + timedelta(seconds=20), person, everywhere, session)
    _hostile_agent(scene)
    return scene.room(description=" ".join(HOSTILE_TEXTS))


def _hostile_agent(scene: Scene) -> None:
    text = " ".join(HOSTILE_TEXTS)
    agent = {"sdk": text, "device_model": text, "os": text, "os_version": text, "string": text}
    person = scene.person(99, name=text, user_id=text, agent=agent)
    data = failure(1003, "WebSocketConnectionLost", text, "RECONNECT_SIGNAL", terminal=True)
    scene.error("client.disconnected", scene.ago(hours=2), person, {**data, "endpoint": text})
