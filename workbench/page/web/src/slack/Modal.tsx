import { useState } from "react";
import type { Json, View } from "../data/types";
import { useWorkspace } from "../data/workspace";
import { ActProvider } from "../draw/acting";
import { Blocks } from "../draw/Blocks";
import { initial } from "../draw/Element";
import { Dialog } from "./Dialog";
import { Field } from "./Field";

const REQUIRED = "Please complete this required field.";

// A modal of the bot's, with its fields and what the bot or Slack says about them.
export function Modal({ view, place }: { view: View; place: string }) {
  const { act } = useWorkspace();
  const [values, setValues] = useState<Json>(() => firstValues(view, place));
  const [missing, setMissing] = useState<string[]>([]);
  const [busy, setBusy] = useState(false);
  const inputs = view.blocks.filter((block) => block.type === "input");
  const given = { ...firstValues(view, place), ...values };

  async function submit() {
    const empty = inputs.filter((block) => !block.optional && !given[block.block_id]?.length);
    setMissing(empty.map((block) => block.block_id));
    if (empty.length) return;
    setBusy(true);
    await act("/do/submit", { view: view.id, state: given });
    setBusy(false);
  }
  const press = (action_id: string, value?: unknown) =>
    act("/do/view_action", { view: view.id, action_id, value, given });
  const general = view.errors[""];
  return (
    <Dialog title={view.title?.text ?? ""} onClose={() => act("/do/close_view", { view: view.id })}>
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        {general && <p role="alert" className="field-error">{general}</p>}
        <ActProvider value={press}>
          {view.blocks.map((block) =>
            block.type === "input" ? (
              <Field
                key={block.block_id}
                block={block}
                value={given[block.block_id]}
                error={missing.includes(block.block_id) ? REQUIRED : view.errors[block.block_id]}
                onChange={(value) => setValues({ ...values, [block.block_id]: value })}
              />
            ) : <Blocks key={block.block_id} blocks={[block]} />)}
        </ActProvider>
        <footer className="dialog-buttons">
          <button type="button" className="button" onClick={() => act("/do/close_view", { view: view.id })}>
            {view.close?.text ?? "Close"}
          </button>
          {view.submit && (
            <button type="submit" className="button primary" aria-disabled={busy}>{view.submit.text}</button>
          )}
        </footer>
      </form>
    </Dialog>
  );
}

function firstValues(view: View, place: string): Json {
  const found: Json = {};
  for (const block of view.blocks) {
    if (block.type !== "input") continue;
    const own = initial(block.element);
    found[block.block_id] = own ?? (block.element.default_to_current_conversation ? place : null);
  }
  return found;
}
