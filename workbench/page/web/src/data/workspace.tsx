// Who and where: what every component may need of the facts, and how to do something.
import { createContext, useContext } from "react";
import type { Channel, Facts, Json, Person } from "./types";

export interface Workspace {
  facts: Facts;
  theme: "light" | "dark";
  person: (id: string) => Person | undefined;
  channel: (id: string) => Channel | undefined;
  act: (path: string, args?: Json) => Promise<Json | null>;
}

const Context = createContext<Workspace | null>(null);
export const WorkspaceProvider = Context.Provider;

export function useWorkspace(): Workspace {
  const found = useContext(Context);
  if (!found) throw new Error("there is no workspace around this component");
  return found;
}

export function nameOf(person: Person | undefined, id: string): string {
  return person?.real_name || person?.name || (id === "USLACKBOT" ? "Slackbot" : id);
}

export function titleOf(channel: Channel): string {
  return channel.kind === "im" ? channel.name : `#${channel.name}`;
}
