import type { Channel } from "../data/types";
import { titleOf } from "../data/workspace";

// The head of a conversation: its name, and what matters to the bot there.
export function ChannelHead({ channel }: { channel: Channel }) {
  const told = [
    channel.kind === "private" ? "private" : "",
    channel.shared ? "shared with another company" : "",
    channel.restricted ? "only admins may post" : "",
    channel.kind !== "im" && !channel.has_bot ? "Call Doctor is not a member" : "",
  ].filter(Boolean);
  return (
    <div className="channel-head">
      <h1>{titleOf(channel)}</h1>
      {channel.kind !== "im" && <span>{channel.members} members</span>}
      {told.map((one) => <span key={one} className="pill">{one}</span>)}
    </div>
  );
}
