import { useEffect, useRef, useState } from "react";
import type { Message } from "../data/types";
import { useWorkspace } from "../data/workspace";
import { Menu } from "./Menu";

interface Props {
  message: Message;
  who: string;
  onReply?: () => void;
  onInspect: () => void;
}

// What hovers over a message: reply, inspect, and the app's message shortcuts.
export function MessageMenu({ message, who, onReply, onInspect }: Props) {
  const { facts, act } = useWorkspace();
  const [open, setOpen] = useState(false);
  const trigger = useRef<HTMLButtonElement>(null);
  const wasOpen = useRef(false);
  useEffect(() => {
    if (wasOpen.current && !open) trigger.current?.focus();
    wasOpen.current = open;
  }, [open]);
  const shortcuts = facts.features.shortcuts.filter((one) => one.type === "message");
  const items = message.ephemeral_to ? [] : shortcuts.map((one) => ({
    key: one.callback_id,
    label: one.name,
    hint: facts.app.name,
    run: () => act("/do/message_shortcut", {
      channel: message.channel, ts: message.ts, user: facts.me, callback_id: one.callback_id,
    }),
  }));
  return (
    <div className={open ? "tools open" : "tools"}>
      {onReply && <button type="button" className="icon" aria-label="Reply in thread" title="Reply in thread" onClick={onReply}>💬</button>}
      <button type="button" className="icon" aria-label="Inspect message" title="Inspect message" onClick={onInspect}>{"{ }"}</button>
      <button
        ref={trigger}
        type="button"
        className="icon"
        aria-label={`More actions for the message of ${who}`}
        title="More actions"
        aria-haspopup="menu"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
      >
        ⋮
      </button>
      {open && (
        <Menu
          label="Message actions"
          items={[...items, { key: "inspect", label: "Inspect JSON", hint: "workbench", run: onInspect }]}
          onClose={() => setOpen(false)}
        />
      )}
    </div>
  );
}
