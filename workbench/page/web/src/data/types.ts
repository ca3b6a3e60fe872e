// What the server tells. Blocks and payloads are Slack's own JSON, which nothing here narrows.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Json = Record<string, any>;

export interface Person {
  id: string;
  name: string;
  real_name: string;
  team_id: string;
  is_bot: boolean;
}

export interface Channel {
  id: string;
  kind: "public" | "private" | "im" | "mpim";
  name: string;
  person: string;
  has_bot: boolean;
  archived: boolean;
  restricted: string;
  shared: boolean;
  members: number;
}

export interface Command {
  command: string;
  description: string;
  usage_hint?: string;
}

export interface Shortcut {
  name: string;
  type: "message" | "global";
  callback_id: string;
  description: string;
}

export interface Room {
  name: string;
  group: string;
  title: string;
  why: string;
  command: string;
  events: number;
  terminal: number;
}

export interface Parameter {
  name: string;
  type: string;
  title: string;
  description: string;
  required: boolean;
}

export interface Step {
  callback_id: string;
  title: string;
  description: string;
  inputs: Parameter[];
  outputs: Parameter[];
}

export interface Run {
  id: string;
  callback_id: string;
  inputs: Json;
  state: "running" | "completed" | "failed";
  outputs: Json;
  error: string;
}

// A room whose call goes on while one looks; empty before it is started.
export interface LiveRoom {
  name: string;
  running: boolean;
  people: { number: number; name: string; broken: boolean; present: boolean }[];
}

// The app as it is installed: what may be changed while the bot runs.
export interface Installed {
  scopes: string[];
  optional: string[];
  messages_tab: "writable" | "read_only" | "off";
  refuses_feedback: boolean;
}

export interface Switch {
  name: string;
  choices: (string | boolean)[];
  number: boolean;
  meaning: string;
}

export interface Facts {
  me: string;
  app: { user: string; bot_id: string; name: string };
  people: Person[];
  channels: Channel[];
  features: { slash_commands: Command[]; shortcuts: Shortcut[] };
  rooms: Room[];
  steps: Step[];
  faults: {
    slack: { methods: string[]; kinds: string[] };
    hundredms: { paths: string[]; kinds: string[] };
    switches: Switch[];
  };
}

export interface Usage {
  used: { name: string; number: number; limit: number }[];
  problems: string[];
}

export interface Message {
  ts: string;
  channel: string;
  user: string;
  text: string;
  blocks?: Json[];
  attachments?: Json[];
  files?: SharedFile[];
  thread_ts?: string;
  subtype?: string;
  hidden: boolean;
  bot_id?: string;
  ephemeral_to: string | null;
  deleted: boolean;
  edited?: Json;
  reactions?: { name: string; count: number }[];
  metadata?: Json;
  unfurls: Record<string, Json>;
  usage: Usage;
}

export interface SharedFile {
  id: string;
  name: string;
  title: string;
  size: number;
  alt_txt?: string;
}

export interface View {
  id: string;
  type: "modal" | "home";
  user: string;
  title?: Json;
  submit?: Json | null;
  close?: Json | null;
  blocks: Json[];
  hash: string;
  is_open: boolean;
  errors: Record<string, string>;
  previous_view_id: string | null;
}

export interface Attempt {
  took: number;
  status: number | null;
  error: string;
  body: unknown;
}

export interface Delivery {
  kind: string;
  payload: Json;
  at: number;
  attempts: Attempt[];
  took: number | null;
  status: number | null;
  error: string;
  user_error: string;
}

export interface ApiCall {
  method: string;
  args: Json;
  at: number;
  status: number | null;
  answer: Json | null;
  fault: string;
  ok: boolean;
}

export interface HundredmsCall {
  number: number;
  method: string;
  path: string;
  query: [string, string][];
  started: number;
  finished: number | null;
  status: number | null;
  fault: string | null;
}

export interface Faults {
  slack: Json[];
  hundredms: Json[];
}

export interface Bot {
  busy: boolean;
  ended: boolean;
  restarts: number;
  log: string;
}
