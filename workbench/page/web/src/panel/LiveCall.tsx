import { useId, useState } from "react";
import type { Json, LiveRoom } from "../data/types";
import { useWorkspace } from "../data/workspace";

// A call that goes on while one looks: anybody's network can be broken and mended by a button.
export function LiveCall({ room }: { room: LiveRoom }) {
  const { act } = useWorkspace();
  const [patience, setPatience] = useState("60");
  const id = useId();
  const steer = (args: Json) => act("/steer/live", args);
  return (
    <section aria-label="Live room">
      <h3>Live room{room.running && <>: <code>{room.name}</code></>}</h3>
      <div className="live-head">
        <button type="button" className="button" onClick={() => steer({ do: "start" })}>
          {room.running ? "Start anew" : "Start a call"}
        </button>
        {room.running && <button type="button" className="button" onClick={() => steer({ do: "end" })}>End the call</button>}
        <label htmlFor={id}>Gives up after</label>
        <input id={id} type="number" min="1" max="120" value={patience} onChange={(event) => setPatience(event.target.value)} /> s
      </div>
      <ul className="live-people">
        {room.running && room.people.map(({ number, name, broken, present }) => (
          <li key={number} aria-label={name}>
            <strong>{name}</strong>
            <span className={broken || !present ? "bad" : "ok"}>{broken ? "network broken" : present ? "in the call" : "gone"}</span>
            {broken || !present
              ? <button type="button" className="button" disabled={!broken} onClick={() => steer({ do: "mend", person: number })}>Mend</button>
              : <button type="button" className="button" onClick={() => steer({ do: "break", person: number, retry_seconds: Number(patience) })}>Break</button>}
            <button type="button" className="button" disabled={!present} onClick={() => steer({ do: "leave", person: number })}>Leave</button>
          </li>
        ))}
      </ul>
    </section>
  );
}
