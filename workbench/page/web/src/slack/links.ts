// Links to messages of this workspace lead there within the page.
import { useEffect, useRef } from "react";

export interface Place {
  channel: string;
  ts: string;
  thread: string | null;
}

// The message that a permalink leads to; null for any other address.
export function placeOf(address: string): Place | null {
  const found = /^https:\/\/[\w-]+\.slack\.example\/archives\/(\w+)\/p(\d+)(\d{6})(?:\?(.*))?$/.exec(address);
  if (!found) return null;
  const [, channel = "", seconds = "", micros = "", query = ""] = found;
  return { channel, ts: `${seconds}.${micros}`, thread: new URLSearchParams(query).get("thread_ts") };
}

const TRIES = 20; // the message is drawn a few frames later

function show(ts: string, left = TRIES) {
  const message = document.querySelector(`[data-ts="${ts}"]`);
  if (message) message.scrollIntoView({ block: "center" });
  else if (left) setTimeout(() => show(ts, left - 1), 50);
}

export function useLinks(onPlace: (place: Place) => void) {
  const latest = useRef(onPlace);
  latest.current = onPlace;
  useEffect(() => {
    function follow(event: MouseEvent) {
      const link = event.target instanceof Element ? event.target.closest("a") : null;
      const place = link && placeOf(link.href);
      if (!place) return;
      event.preventDefault();
      latest.current(place);
      show(place.ts);
    }
    document.addEventListener("click", follow, true);
    return () => document.removeEventListener("click", follow, true);
  }, []);
}
