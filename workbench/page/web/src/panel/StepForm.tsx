import { useId, useState } from "react";
import type { Json, Parameter, Run, Step } from "../data/types";
import { useWorkspace } from "../data/workspace";

// A step of the app's as Workflow Builder shows it, and the outputs of its runs, newest first.
export function StepForm({ step, runs }: { step: Step; runs: Run[] }) {
  const { act } = useWorkspace();
  const [given, setGiven] = useState<Json>({});
  return (
    <section aria-label={step.title}>
      <h3>Workflow step: {step.title}</h3>
      <form
        className="step-form"
        onSubmit={(event) => {
          event.preventDefault();
          void act("/do/step", { inputs: given, callback_id: step.callback_id });
        }}
      >
        {step.inputs.map((input) => (
          <Input
            key={input.name}
            input={input}
            value={given[input.name]}
            onChange={(value) => setGiven(changed(given, input.name, value))}
          />
        ))}
        <button type="submit" className="button">Run step</button>
      </form>
      <ol className="runs">
        {runs.toReversed().map((run) => <Outcome key={run.id} run={run} outputs={step.outputs} />)}
      </ol>
    </section>
  );
}

// An input that was left empty is not given.
export function changed(given: Json, name: string, value: unknown): Json {
  const { [name]: _, ...rest } = given;
  return value === "" || value === false ? rest : { ...rest, [name]: value };
}

interface InputProps {
  input: Parameter;
  value: unknown;
  onChange: (value: unknown) => void;
}

function Input({ input, value, onChange }: InputProps) {
  const { facts } = useWorkspace();
  const id = useId();
  return (
    <div>
      <label htmlFor={id}>{input.title}{input.required ? "" : " (optional)"}</label>
      {input.type === "boolean"
        ? <input id={id} type="checkbox" checked={value === true} onChange={(event) => onChange(event.target.checked)} />
        : input.type.endsWith("channel_id")
          ? (
            <select id={id} className="menu" value={String(value ?? "")} onChange={(event) => onChange(event.target.value)}>
              <option value="">None</option>
              {facts.channels.filter((one) => one.kind !== "im").map((one) => <option key={one.id} value={one.id}>#{one.name}</option>)}
            </select>
          )
          : <input id={id} type="text" value={String(value ?? "")} onChange={(event) => onChange(event.target.value)} />}
    </div>
  );
}

function Outcome({ run, outputs }: { run: Run; outputs: Parameter[] }) {
  return (
    <li aria-label={`Run ${run.id}`}>
      <p><strong>{run.inputs.target ?? run.id}</strong> <span className={run.state === "failed" ? "bad" : "ok"}>{run.state}</span></p>
      {run.error && <p className="run-error">{run.error}</p>}
      {run.state === "completed" && (
        <dl>
          {outputs.map((one) => (
            <div key={one.name}>
              <dt>{one.name}</dt>
              <dd>{String(run.outputs[one.name] ?? "")}</dd>
            </div>
          ))}
        </dl>
      )}
    </li>
  );
}
