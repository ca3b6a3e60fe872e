import { useRef, useState } from "react";
import { useWorkspace } from "../data/workspace";
import { Menu } from "./Menu";

// The lightning: global shortcuts.
export function Shortcuts() {
  const { facts, act } = useWorkspace();
  const [open, setOpen] = useState(false);
  const trigger = useRef<HTMLButtonElement>(null);
  const items = facts.features.shortcuts.filter((one) => one.type === "global").map((one) => ({
    key: one.callback_id,
    label: one.name,
    hint: one.description,
    run: () => act("/do/global_shortcut", { user: facts.me, callback_id: one.callback_id }),
  }));
  return (
    <span className="shortcuts">
      <button
        ref={trigger}
        type="button"
        className="icon"
        aria-label="Shortcuts"
        title="Shortcuts"
        aria-haspopup="menu"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
      >
        ⚡
      </button>
      {open && (
        <Menu
          label="Shortcuts"
          items={items}
          onClose={() => {
            setOpen(false);
            trigger.current?.focus();
          }}
        />
      )}
    </span>
  );
}
