import { useEffect, useState } from "react";
import type { View } from "../data/types";
import { useWorkspace } from "../data/workspace";
import { ActProvider } from "../draw/acting";
import { Blocks } from "../draw/Blocks";
import type { ReactNode } from "react";

// The app's own place: its Home tab, and its direct messages. Slack tells the app of each tab that
// is opened.
export function AppPlace({ home, first, children }: { home: View | undefined; first: AppTab; children: ReactNode }) {
  const { facts, act } = useWorkspace();
  const [tab, setTab] = useState<AppTab>(first);
  useEffect(() => {
    void act("/do/home", { user: facts.me, tab });
  }, [tab, act, facts.me]);
  return (
    <>
      <div role="tablist" aria-label="Call Doctor" className="tabs">
        {(["home", "messages"] as const).map((one) => (
          <button key={one} type="button" role="tab" aria-selected={tab === one} onClick={() => setTab(one)}>
            {one === "home" ? "Home" : "Messages"}
          </button>
        ))}
      </div>
      {tab === "messages" ? children : <Home home={home} />}
    </>
  );
}

export type AppTab = "home" | "messages";

function Home({ home }: { home: View | undefined }) {
  const { act } = useWorkspace();
  if (!home) return <p className="no-box">The bot has not published a Home tab yet.</p>;
  const press = (action_id: string, value?: unknown) =>
    act("/do/view_action", { view: home.id, action_id, value });
  return (
    <div className="scroll home" role="group" aria-label="Home of Call Doctor" tabIndex={0}>
      <ActProvider value={press}><Blocks blocks={home.blocks} /></ActProvider>
    </div>
  );
}
