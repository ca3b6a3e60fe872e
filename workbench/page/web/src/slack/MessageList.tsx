import { useEffect, useLayoutEffect, useRef } from "react";
import type { Message } from "../data/types";
import { useWorkspace } from "../data/workspace";
import { MessageRow } from "./MessageRow";

interface Props {
  label: string;
  messages: Message[];
  replies?: Map<string, Message[]>;
  inspected: string | null;
  fromStart?: boolean;
  onThread?: (ts: string) => void;
  onInspect: (ts: string) => void;
}

const NEAR = 120; // pixels from the end at which a reader is taken to follow what comes

// Follows new messages for somebody who reads at the end, and stays for somebody who reads above.
// With `fromStart` it opens at the second message: a thread's first reply.
export function MessageList(props: Props) {
  const { label, messages, replies, inspected, fromStart = false, onThread, onInspect } = props;
  const { facts } = useWorkspace();
  const own = useRef<HTMLDivElement>(null);
  const following = useRef(!fromStart);
  const known = useRef("");
  const before = useRef(0);
  const touched = useRef(false);
  const touch = () => {
    touched.current = true;
  };
  useLayoutEffect(() => {
    const before = known.current;
    // Whoever writes reads on at the end.
    if (before && messages.some((one) => one.ts > before && one.user === facts.me)) {
      following.current = true;
      touched.current = true;
    }
    known.current = messages.at(-1)?.ts ?? "";
    if (own.current && following.current) own.current.scrollTop = own.current.scrollHeight;
  }, [messages, facts.me]);
  useEffect(() => {
    const box = own.current;
    if (!box) return;
    // A pane that opens beside makes lines break anew, and a message that is edited grows.
    const watcher = new ResizeObserver(() => {
      if (fromStart && !touched.current) box.querySelectorAll("li.message")[1]?.scrollIntoView();
      else if (following.current) box.scrollTop = box.scrollHeight;
    });
    watcher.observe(box);
    if (box.firstElementChild) watcher.observe(box.firstElementChild);
    return () => watcher.disconnect();
  }, [fromStart]);
  return (
    <div
      ref={own}
      className="scroll"
      tabIndex={0}
      role="group"
      aria-label={label}
      onWheel={touch}
      onPointerDown={touch}
      onKeyDown={touch}
      onScroll={(event) => {
        const { scrollHeight, scrollTop, clientHeight } = event.currentTarget;
        // Only a reader scrolls back; what grows at the end leaves the place as it is.
        if (scrollHeight - scrollTop - clientHeight < NEAR) following.current = true;
        else if (scrollTop < before.current) following.current = false;
        before.current = scrollTop;
      }}
    >
      <ol className="messages" aria-live="polite">
        {messages.map((message) => (
          <MessageRow
            key={message.ts}
            message={message}
            replies={replies?.get(message.ts)}
            inspected={inspected === message.ts}
            onThread={onThread}
            onInspect={onInspect}
          />
        ))}
      </ol>
    </div>
  );
}
