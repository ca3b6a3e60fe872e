import { useMemo } from "react";
import type { ApiCall, Delivery, Json } from "../data/types";
import { clock, milliseconds } from "../slack/time";
import { Code } from "./Code";

// Signed requests to the bot and Web API calls of the bot's, newest first.
export function Wire({ deliveries, calls }: { deliveries: Delivery[]; calls: ApiCall[] }) {
  const rows = useMemo(() => {
    const all = [
      ...deliveries.map((delivery, at) => ({ key: `d${at}`, at: delivery.at, delivery, call: null })),
      ...calls.map((call, at) => ({ key: `c${at}`, at: call.at, delivery: null, call })),
    ];
    return all.toSorted((one, other) => other.at - one.at).slice(0, 200);
  }, [deliveries, calls]);
  if (!rows.length) return <p className="empty">Nothing yet. Ask something in a channel.</p>;
  return (
    <ol className="wire">
      {rows.map((row) => (
        <li key={row.key}>
          {row.delivery ? <Request delivery={row.delivery} /> : row.call && <Call call={row.call} />}
        </li>
      ))}
    </ol>
  );
}

function Request({ delivery }: { delivery: Delivery }) {
  const good = !delivery.error && !delivery.user_error;
  return (
    <>
      <p className="wire-line">
        <span className="way in" title="signed request to the bot">→ bot</span>
        <strong>{titleOf(delivery)}</strong>
        <span className={good ? "ok" : "bad"}>{good ? `ack ${milliseconds(delivery.took)}` : delivery.user_error || delivery.error}</span>
        <time>{clock(String(delivery.at), true)}</time>
      </p>
      {delivery.attempts.length > 1 && <small>{delivery.attempts.length} attempts</small>}
      <Code title="signed request" value={delivery.payload} />
      <Code title={`answer ${delivery.status ?? "none"}`} value={delivery.attempts.at(-1)?.body ?? null} />
    </>
  );
}

export function titleOf({ kind, payload }: Pick<Delivery, "kind" | "payload">): string {
  if (kind === "slash_commands") return `${payload.command} ${payload.text}`.trim();
  if (kind === "events_api") return String(payload.event?.type);
  const actions = (payload.actions ?? []).map((one: Json) => one.action_id).join(", ");
  return [payload.type, payload.callback_id ?? payload.view?.callback_id ?? actions].filter(Boolean).join(" ");
}

function Call({ call }: { call: ApiCall }) {
  const told = call.fault || (call.answer && !call.ok ? call.answer.error : call.status ?? "waiting");
  return (
    <>
      <p className="wire-line">
        <span className="way out" title="call of the bot's to Slack">bot →</span>
        <strong>{call.method}</strong>
        <span className={call.ok && !call.fault ? "ok" : "bad"}>{call.ok && !call.fault ? "ok" : String(told)}</span>
        <time>{clock(String(call.at), true)}</time>
      </p>
      <Code title="arguments" value={call.args} />
      <Code title="answer" value={call.answer} />
    </>
  );
}
