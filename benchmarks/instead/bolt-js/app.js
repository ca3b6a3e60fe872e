// The same look-up as a Bolt for JavaScript app that one writes in a day: `/call-errors ROOM_ID`.
//
// It reads the five types side by side, each page after page, keeps the events, counts them and
// posts one message. No retries, no time window, no diagnosis, no proof of completeness.
import bolt from "@slack/bolt";
import { createHmac, randomUUID } from "node:crypto";

const TYPES = [
  "client.publish.failed",
  "client.subscribe.failed",
  "client.join.failed",
  "client.disconnected",
  "client.connect.failed",
];
const { env } = process;

function managementToken() {
  const now = Math.floor(Date.now() / 1000);
  const claims = {
    access_key: env.HMS_ACCESS_KEY,
    type: "management",
    version: 2,
    jti: randomUUID(),
    iat: now,
    nbf: now,
    exp: now + 24 * 3600,
  };
  const parts = [{ alg: "HS256", typ: "JWT" }, claims];
  const text = parts.map((part) => Buffer.from(JSON.stringify(part)).toString("base64url")).join(".");
  return `${text}.${createHmac("sha256", env.HMS_SECRET).update(text).digest("base64url")}`;
}

const headers = { Authorization: `Bearer ${managementToken()}` };

async function get(path, params = {}) {
  const response = await fetch(`${env.HMS_API_URL}${path}?${new URLSearchParams(params)}`, { headers });
  if (!response.ok) throw new Error(`100ms answered ${response.status}`);
  return response.json();
}

async function eventsOf(room, type) {
  const events = [];
  let total = 0;
  let start = "";
  do {
    const page = await get("/analytics/events", { room_id: room, type, limit: 100, ...(start && { start }) });
    events.push(...page.events);
    total = page.total;
    start = page.next;
  } while (start);
  return { type, events, total };
}

async function lookUp(roomId) {
  const room = await get(`/rooms/${roomId}`);
  const found = await Promise.all(TYPES.map((type) => eventsOf(roomId, type)));
  const events = found.flatMap((one) => one.events).sort((a, b) => (a.timestamp < b.timestamp ? -1 : 1));
  const total = found.reduce((sum, one) => sum + one.total, 0);
  const terminal = events.filter((event) => event.data.is_terminal);
  const counts = found.map((one) => `• ${one.type}: ${one.events.length}`).join("\n");
  const failures = terminal
    .slice(0, 10)
    .map((event) => `• ${event.timestamp} ${event.data.user_name}: ${event.data.error_message}`)
    .join("\n");
  const gist = `Room ${room.name}: ${events.length} of ${total} events, ${terminal.length} terminal`;
  return `${gist}\n${counts}\n${failures}`;
}

const app = new bolt.App({
  token: env.SLACK_BOT_TOKEN,
  signingSecret: env.SLACK_SIGNING_SECRET,
  clientOptions: { slackApiUrl: env.SLACK_API_URL },
  logLevel: "error",
  customRoutes: [
    { path: "/readyz", method: ["GET"], handler: (_request, response) => response.end("ok") },
  ],
});

app.command("/call-errors", async ({ command, ack, client }) => {
  await ack("Looking for call errors…");
  if (command.text === "help") return;
  const text = await lookUp(command.text.trim()).catch((error) => `That did not work: ${error.message}`);
  await client.chat.postMessage({ channel: command.channel_id, text });
});

await app.start({ port: Number(env.PORT), host: "127.0.0.1" });
