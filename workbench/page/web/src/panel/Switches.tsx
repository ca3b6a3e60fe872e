import { useId } from "react";
import type { Json, Switch } from "../data/types";
import { useWorkspace } from "../data/workspace";

// Everything that 100ms' documentation leaves open, with the behaviour that is played now.
export function Switches({ switches }: { switches: Json }) {
  const { facts, act } = useWorkspace();
  const set = (name: string, value: unknown) => act("/steer/switches", { [name]: value });
  return (
    <div className="switches">
      {facts.faults.switches.map((one) => (
        <Row key={one.name} one={one} value={switches[one.name]} onSet={(value) => set(one.name, value)} />
      ))}
    </div>
  );
}

interface Props {
  one: Switch;
  value: unknown;
  onSet: (value: unknown) => void;
}

function Row(props: Props) {
  const id = useId();
  return (
    <div className="switch">
      <label htmlFor={id}>{props.one.name.replaceAll("_", " ")}</label>
      <Control id={id} {...props} />
      <small id={`${id}-meaning`}>{props.one.meaning}</small>
    </div>
  );
}

function Control({ id, one, value, onSet }: Props & { id: string }) {
  if (one.number) {
    return <input id={id} aria-describedby={`${id}-meaning`} type="number" value={Number(value ?? 0)} onChange={(event) => onSet(Number(event.target.value))} />;
  }
  if (typeof one.choices[0] === "boolean") {
    return <input id={id} aria-describedby={`${id}-meaning`} type="checkbox" checked={value === true} onChange={(event) => onSet(event.target.checked)} />;
  }
  return (
    <select id={id} aria-describedby={`${id}-meaning`} className="menu" value={String(value)} onChange={(event) => onSet(event.target.value)}>
      {one.choices.map((choice) => <option key={String(choice)}>{String(choice)}</option>)}
    </select>
  );
}
