import { useId, useState } from "react";
import type { Json } from "../data/types";
import { useWorkspace } from "../data/workspace";

interface Props {
  title: string;
  path: string;
  what: string;
  field: "method" | "path";
  places: readonly string[];
  first: string;
  kinds: readonly string[];
  rules: Json[];
}

// One pretend end's faults: a form for a new one, and those in force with their counts.
export function FaultForm({ title, path, what, field, places, first, kinds, rules }: Props) {
  const { act } = useWorkspace();
  const [place, setPlace] = useState(first);
  const [kind, setKind] = useState(kinds[0] ?? "");
  const [times, setTimes] = useState("1");
  const [seconds, setSeconds] = useState("1");
  const secondsId = useId();
  const send = (args: Json) => act(path, args);
  return (
    <section aria-label={title}>
      <h3>{title}</h3>
      <form
        className="fault-form"
        onSubmit={(event) => {
          event.preventDefault();
          void send({ [field]: place, kind, times: times === "always" ? null : Number(times), seconds: Number(seconds) });
        }}
      >
        <Select label={what} value={place} options={places} onChange={setPlace} />
        <Select label="Fault" value={kind} options={kinds} onChange={setKind} />
        <Select label="Times" value={times} options={["1", "2", "5", "always"]} onChange={setTimes} />
        <div>
          <label htmlFor={secondsId}>Seconds, where it takes some</label>
          <input id={secondsId} type="number" min="0" max="120" value={seconds} onChange={(event) => setSeconds(event.target.value)} />
        </div>
        <button type="submit" className="button">Inject</button>
      </form>
      <ul className="rules">
        {rules.map((rule, at) => (
          <li key={at}>
            <span className="bad">{rule.kind}</span> on {rule[field]}, {rule.times ?? "∞"}×
            <small> {rule.hits ?? rule.played} played</small>
            <button type="button" className="icon" aria-label={`Remove ${rule.kind}`} onClick={() => send({ remove: at })}>✕</button>
          </li>
        ))}
        {rules.length > 0 && (
          <li><button type="button" className="button" onClick={() => send({ clear: true })}>Clear all</button></li>
        )}
      </ul>
    </section>
  );
}

function Select(props: { label: string; value: string; options: readonly string[]; onChange: (value: string) => void }) {
  const id = useId();
  return (
    <div>
      <label htmlFor={id}>{props.label}</label>
      <select id={id} className="menu" value={props.value} onChange={(event) => props.onChange(event.target.value)}>
        {props.options.map((one) => <option key={one}>{one}</option>)}
      </select>
    </div>
  );
}
