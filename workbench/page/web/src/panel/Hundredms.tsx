import type { HundredmsCall } from "../data/types";
import { clock, milliseconds } from "../slack/time";

// Calls to the pretend 100ms, newest first, each with a bar as long as it took.
export function Hundredms({ calls }: { calls: HundredmsCall[] }) {
  const shown = calls.toReversed().slice(0, 200);
  if (!shown.length) return <p className="empty">The bot has not called 100ms yet.</p>;
  const longest = Math.max(...shown.map(took), 0.001);
  return (
    <>
      <p className="panel-note">{calls.length} calls. A bar is as long as the call took.</p>
      <ol className="wire">
        {shown.map((call) => (
          <li key={call.number}>
            <p className="wire-line">
              <strong>{call.path.replace("/v2/", "")}</strong>
              <span className={call.status === 200 && !call.fault ? "ok" : "bad"}>{call.fault ?? call.status ?? "waiting"}</span>
              <span>{call.finished ? milliseconds(took(call)) : "…"}</span>
              <time>{clock(String(call.started), true)}</time>
            </p>
            <span className="bar" aria-hidden="true" style={{ width: `${(100 * took(call)) / longest}%` }} />
            <small className="query">{call.query.map(([name, value]) => `${name}=${value}`).join(" ")}</small>
          </li>
        ))}
      </ol>
    </>
  );
}

function took(call: HundredmsCall): number {
  return call.finished ? call.finished - call.started : 0;
}
