import { memo } from "react";
import type { Message } from "../data/types";
import { nameOf, useWorkspace } from "../data/workspace";
import { ActProvider } from "../draw/acting";
import { Attachment } from "../draw/Attachment";
import { Blocks } from "../draw/Blocks";
import { FileCard } from "../draw/FileCard";
import { RichText } from "../draw/Library";
import { Words } from "../draw/Words";
import { Avatar } from "./Avatar";
import { MessageMenu } from "./MessageMenu";
import { clock, whole } from "./time";

interface Props {
  message: Message;
  replies?: Message[];
  inspected: boolean;
  onThread?: (ts: string) => void;
  onInspect: (ts: string) => void;
}

export const MessageRow = memo(function MessageRow(props: Props) {
  const { message, replies = [], inspected, onThread, onInspect } = props;
  const { facts, person, act } = useWorkspace();
  const who = nameOf(person(message.user), message.user);
  const press = (action_id: string, value?: unknown) =>
    act("/do/click", { channel: message.channel, ts: message.ts, user: facts.me, action_id, value });
  const canReply = onThread && !message.ephemeral_to ? () => onThread(message.ts) : undefined;
  const classes = ["message", message.ephemeral_to ? "ephemeral" : "", inspected ? "inspected" : ""];
  return (
    <li className={classes.filter(Boolean).join(" ")} data-ts={message.ts} data-user={message.user}>
      {message.ephemeral_to && <p className="only-you"><span aria-hidden="true">👁</span> Only visible to you</p>}
      <Avatar user={message.user} name={who} />
      <div className="message-body">
        <p className="message-head">
          <strong>{who}</strong>
          {message.bot_id && <span className="app-mark">APP</span>}
          <time title={whole(message.ts)} dateTime={new Date(Number(message.ts) * 1000).toISOString()}>
            {clock(message.ts)}
          </time>
        </p>
        <ActProvider value={press}><Content message={message} /></ActProvider>
        {message.edited && <span className="edited">(edited)</span>}
        {(message.reactions ?? []).map((one) => (
          <span key={one.name} className="reaction">
            <RichText elements={[{ type: "rich_text_section", elements: [{ type: "emoji", name: one.name }] }]} />
            {one.count}
          </span>
        ))}
        {replies.length > 0 && canReply && (
          <button type="button" className="replies" onClick={canReply}>
            <Avatar user={replies[0]?.user ?? ""} name={nameOf(person(replies[0]?.user ?? ""), "?")} />
            {replies.length === 1 ? "1 reply" : `${replies.length} replies`}
          </button>
        )}
      </div>
      <MessageMenu message={message} who={who} onReply={canReply} onInspect={() => onInspect(message.ts)} />
    </li>
  );
});

function Content({ message }: { message: Message }) {
  return (
    <>
      {message.blocks?.length
        ? <Blocks blocks={message.blocks} />
        : message.text && <Words text={{ type: "mrkdwn", text: message.text }} />}
      {(message.attachments ?? []).map((one, at) => <Attachment key={at} attachment={one} />)}
      {Object.values(message.unfurls).map((one, at) => <Attachment key={at} attachment={one} />)}
      {(message.files ?? []).map((one) => <FileCard key={one.id} file={one} />)}
    </>
  );
}
