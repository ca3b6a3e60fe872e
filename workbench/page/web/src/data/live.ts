// Everything that changes, kept as the server sends it: documents by key over one event stream.
import { useSyncExternalStore } from "react";
import type {
  ApiCall, Bot, Delivery, Faults, HundredmsCall, Installed, Json, LiveRoom, Message, Run, View,
} from "./types";

export interface Live {
  connected: boolean;
  messages: Message[];
  views: View[];
  deliveries: Delivery[];
  calls: ApiCall[];
  hundredms: HundredmsCall[];
  steps: Run[];
  installed: Installed;
  live: LiveRoom;
  faults: Faults;
  switches: Json;
  bot: Bot;
  note: { text: string; count: number };
  // Modals that were open before this page was loaded: Slack does not bring them back either.
  left: ReadonlySet<string>;
}

type Lists = "message" | "view" | "delivery" | "call" | "hundredms" | "step";

const NAMES: Record<Lists, keyof Live> = {
  message: "messages", view: "views", delivery: "deliveries", call: "calls", hundredms: "hundredms",
  step: "steps",
};

export const EMPTY: Live = {
  connected: false,
  messages: [], views: [], deliveries: [], calls: [], hundredms: [], steps: [],
  installed: { scopes: [], optional: [], messages_tab: "writable", refuses_feedback: false },
  live: { name: "", running: false, people: [] },
  faults: { slack: [], hundredms: [] },
  switches: {},
  bot: { busy: false, ended: false, restarts: 0, log: "" },
  note: { text: "", count: 0 },
  left: new Set(),
};

type Documents = [key: string, content: unknown][];

// A new state with these documents in it; lists keep the order in which keys first came.
export function taken(state: Live, keys: Map<string, number>, documents: Documents): Live {
  const next: Live = { ...state };
  const fresh = new Set<keyof Live>();
  for (const [key, content] of documents) {
    const kind = key.split(":", 1)[0] as Lists;
    const name = NAMES[kind];
    if (!name) {
      Object.assign(next, { [key]: content });
      continue;
    }
    if (!fresh.has(name)) {
      Object.assign(next, { [name]: [...(next[name] as unknown[])] });
      fresh.add(name);
    }
    const list = next[name] as unknown[];
    const at = keys.get(key) ?? list.length;
    keys.set(key, at);
    list[at] = content;
  }
  return next;
}

export function openModals(views: View[]): ReadonlySet<string> {
  return new Set(views.filter((view) => view.type === "modal" && view.is_open).map((view) => view.id));
}

let state = EMPTY;
const keys = new Map<string, number>();
let anew = false;
let first = true;
const listeners = new Set<() => void>();

function set(next: Live) {
  state = next;
  for (const listener of listeners) listener();
}

export function listen(address = "/live") {
  const source = new EventSource(address);
  source.addEventListener("open", () => {
    anew = true;
    set({ ...state, connected: true });
  });
  source.addEventListener("error", () => set({ ...state, connected: false }));
  source.addEventListener("documents", (event) => {
    // A connection begins with everything; another workbench may stand at the same address now.
    if (anew) keys.clear();
    const before = anew ? { ...EMPTY, connected: true, note: state.note, left: state.left } : state;
    anew = false;
    const next = taken(before, keys, JSON.parse((event as MessageEvent).data));
    set(first ? { ...next, left: openModals(next.views) } : next);
    first = false;
  });
  source.addEventListener("note", (event) => {
    const text: string = JSON.parse((event as MessageEvent).data);
    set({ ...state, note: { text, count: state.note.count + 1 } });
  });
}

function subscribe(listener: () => void) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useLive(): Live {
  return useSyncExternalStore(subscribe, () => state);
}
