import { useEffect, useMemo, useRef } from "react";
import type { Channel, Message } from "../data/types";
import { titleOf } from "../data/workspace";
import { Composer } from "./Composer";
import { MessageList } from "./MessageList";
import { thread } from "./reading";

interface Props {
  channel: Channel;
  ts: string;
  messages: Message[];
  inspected: string | null;
  onInspect: (ts: string) => void;
  onClose: () => void;
}

// A message and its replies, beside the channel.
export function Thread({ channel, ts, messages, inspected, onInspect, onClose }: Props) {
  const close = useRef<HTMLButtonElement>(null);
  const shown = useMemo(() => thread(messages, channel.id, ts), [messages, channel.id, ts]);
  useEffect(() => close.current?.focus(), [ts]);
  return (
    <aside
      className="thread"
      aria-label="Thread"
      onKeyDown={(event) => event.key === "Escape" && !event.defaultPrevented && onClose()}
    >
      <header className="pane-head">
        <h2>Thread <small>{titleOf(channel)}</small></h2>
        <button ref={close} type="button" className="icon" aria-label="Close thread" onClick={onClose}>✕</button>
      </header>
      <MessageList
        key={ts}
        label="Messages of the thread"
        messages={shown}
        inspected={inspected}
        fromStart
        onInspect={onInspect}
      />
      {!channel.archived && (
        <Composer channel={channel.id} label="Reply…" thread={ts} alsoSentTo={channel.kind === "im" ? titleOf(channel) : ""} />
      )}
    </aside>
  );
}
