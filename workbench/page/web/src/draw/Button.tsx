import { useState } from "react";
import type { Json } from "../data/types";
import { useAct } from "./acting";
import { Confirm } from "./Confirm";

// A button of the bot's. While its press is on the way it cannot be pressed again.
export function Button({ element }: { element: Json }) {
  const act = useAct();
  const [busy, setBusy] = useState(false);
  const [asking, setAsking] = useState(false);
  async function press() {
    setAsking(false);
    setBusy(true);
    if (/^https?:/i.test(element.url ?? "")) window.open(element.url, "_blank", "noreferrer");
    await act(element.action_id, element.value);
    setBusy(false);
  }
  return (
    <>
      <button
        type="button"
        className={`button ${element.style ?? ""}`}
        aria-label={spoken(element)}
        aria-disabled={busy}
        onClick={() => !busy && (element.confirm ? setAsking(true) : press())}
      >
        {element.text.text}
        {element.url && <span aria-hidden="true"> ↗</span>}
      </button>
      {asking && <Confirm confirm={element.confirm} onYes={press} onNo={() => setAsking(false)} />}
    </>
  );
}

// What is said of it begins with what stands on it, so that voice control finds it too.
function spoken({ text, accessibility_label: more }: Json): string | undefined {
  if (!more) return undefined;
  return more.includes(text.text) ? more : `${text.text}. ${more}`;
}
