import { useEffect, useRef, useState } from "react";
import type { Message } from "./data/types";

// Channels with something that came while another one was looked at.
export function useUnread(messages: Message[], place: string): Set<string> {
  const seen = useRef<Map<string, string> | null>(null);
  const [unread, setUnread] = useState<Set<string>>(new Set());
  useEffect(() => {
    const last = new Map<string, string>();
    for (const one of messages) {
      if ((last.get(one.channel) ?? "") < one.ts) last.set(one.channel, one.ts);
    }
    if (!seen.current) {
      // What stood there when the page opened is old.
      if (messages.length) seen.current = last;
      return;
    }
    seen.current.set(place, last.get(place) ?? "");
    const before = seen.current;
    setUnread(new Set([...last].filter(([channel, ts]) => ts > (before.get(channel) ?? "")).map(([channel]) => channel)));
  }, [messages, place]);
  return unread;
}
