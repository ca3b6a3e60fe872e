import { useMemo } from "react";
import type { Channel, Message } from "../data/types";
import { titleOf, useWorkspace } from "../data/workspace";
import { Composer } from "./Composer";
import { MessageList } from "./MessageList";
import { inChannel, repliesByRoot } from "./reading";

const FIRST = "C0ONCALL"; // the channel that the page opens with

interface Props {
  channel: Channel;
  messages: Message[];
  inspected: string | null;
  draft: { text: string; count: number };
  closed: boolean;
  onThread: (ts: string) => void;
  onInspect: (ts: string) => void;
}

// A channel or a direct message: its messages and the message box.
export function Conversation({ channel, messages, inspected, draft, closed, onThread, onInspect }: Props) {
  const { facts } = useWorkspace();
  const shown = useMemo(() => inChannel(messages, channel.id), [messages, channel.id]);
  const replies = useMemo(() => repliesByRoot(messages, channel.id), [messages, channel.id]);
  const title = titleOf(channel);
  return (
    <>
      <MessageList
        key={`list of ${channel.id}`}
        label={`Conversation in ${title}`}
        messages={shown}
        replies={replies}
        inspected={inspected}
        onThread={onThread}
        onInspect={onInspect}
      />
      {channel.id === FIRST && !shown.some((one) => [facts.me, facts.app.user].includes(one.user) || one.ephemeral_to) && (
        <p className="first-hint">
          Try: press <strong>storm</strong> on the right (<em>Under the hood</em>), then <kbd>Enter</kbd>.
        </p>
      )}
      {channel.archived && <p className="no-box">This channel is archived.</p>}
      {closed
        ? <p className="no-box">Sending messages to this app has been turned off.</p>
        : !channel.archived && <Composer key={`box of ${channel.id}`} channel={channel.id} label={`Message ${title}`} draft={draft} />}
    </>
  );
}
