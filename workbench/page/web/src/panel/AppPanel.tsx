import { useId } from "react";
import type { Installed, Run } from "../data/types";
import { useWorkspace } from "../data/workspace";
import { StepForm } from "./StepForm";

interface Props {
  installed: Installed;
  runs: Run[];
}

// The app as Slack has it: its workflow step, to be run by hand, and how it is installed.
export function AppPanel({ installed, runs }: Props) {
  const { facts } = useWorkspace();
  return (
    <>
      {facts.steps.map((step) => (
        <StepForm key={step.callback_id} step={step} runs={runs.filter((one) => one.callback_id === step.callback_id)} />
      ))}
      {!facts.steps.length && <p className="empty">The manifest has no workflow step.</p>}
      <Installation installed={installed} />
    </>
  );
}

function Installation({ installed }: { installed: Installed }) {
  const { act } = useWorkspace();
  const steer = (args: object) => act("/steer/installed", { ...args });
  const without = (scope: string) => installed.scopes.filter((one) => one !== scope);
  return (
    <section aria-label="Installation">
      <h3>Installation</h3>
      <div className="switches">
        {installed.optional.map((scope) => (
          <Check
            key={scope}
            label={scope}
            meaning=""
            checked={installed.scopes.includes(scope)}
            onCheck={(on) => steer({ scopes: on ? [...installed.scopes, scope] : without(scope) })}
          />
        ))}
        <Check
          label="Refuse feedback buttons"
          meaning="Slack answers invalid_blocks to context_actions."
          checked={installed.refuses_feedback}
          onCheck={(on) => steer({ refused_blocks: on ? ["context_actions"] : [] })}
        />
      </div>
    </section>
  );
}

interface CheckProps {
  label: string;
  meaning: string;
  checked: boolean;
  onCheck: (on: boolean) => void;
}

function Check({ label, meaning, checked, onCheck }: CheckProps) {
  const id = useId();
  return (
    <div className="switch">
      <label htmlFor={id}>{label}</label>
      <input id={id} type="checkbox" checked={checked} onChange={(event) => onCheck(event.target.checked)} />
      {meaning && <small>{meaning}</small>}
    </div>
  );
}
