// Which messages stand where.
import type { Message } from "../data/types";

export function seenBy(messages: Message[], me: string): Message[] {
  return messages.filter((one) => !one.deleted && !one.hidden && (one.ephemeral_to ?? me) === me);
}

export function inChannel(messages: Message[], channel: string): Message[] {
  return messages
    .filter((one) => one.channel === channel && (!one.thread_ts || one.thread_ts === one.ts || isAlsoSent(one)))
    .toSorted((one, other) => Number(one.ts) - Number(other.ts));
}

function isAlsoSent(one: Message): boolean {
  return one.subtype === "thread_broadcast";
}

// How many replies each message of a channel has; what only one person sees is not counted.
export function repliesByRoot(messages: Message[], channel: string): Map<string, Message[]> {
  const found = new Map<string, Message[]>();
  for (const one of messages) {
    if (one.channel !== channel || !one.thread_ts || one.thread_ts === one.ts || one.ephemeral_to) continue;
    found.set(one.thread_ts, [...(found.get(one.thread_ts) ?? []), one]);
  }
  return found;
}

export function thread(messages: Message[], channel: string, ts: string): Message[] {
  return messages
    .filter((one) => one.channel === channel && (one.ts === ts || one.thread_ts === ts))
    .toSorted((one, other) => Number(one.ts) - Number(other.ts));
}
