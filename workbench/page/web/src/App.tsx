import { useCallback, useMemo, useState } from "react";
import { useLive } from "./data/live";
import { post } from "./data/post";
import type { Facts, Json } from "./data/types";
import { WorkspaceProvider } from "./data/workspace";
import type { Workspace } from "./data/workspace";
import { Notices } from "./Notices";
import { Panel } from "./panel/Panel";
import type { Tab } from "./panel/Panel";
import { AppPlace } from "./slack/AppPlace";
import type { AppTab } from "./slack/AppPlace";
import { useLinks } from "./slack/links";
import { ChannelHead } from "./slack/ChannelHead";
import { Conversation } from "./slack/Conversation";
import { Modal } from "./slack/Modal";
import { seenBy } from "./slack/reading";
import { Sidebar } from "./slack/Sidebar";
import { Thread } from "./slack/Thread";
import { useTheme } from "./theme";
import { useUnread } from "./unread";

const WIDE = 1180; // pixels; the panel stands beside the channel from here on

export function App({ facts }: { facts: Facts }) {
  const live = useLive();
  const [theme, toggleTheme] = useTheme();
  const [place, setPlace] = useState("C0ONCALL");
  const [thread, setThread] = useState<string | null>(null);
  const [inspected, setInspected] = useState<string | null>(null);
  const [tab, setTab] = useState<Tab>("Rooms");
  const [panel, setPanel] = useState(() => innerWidth >= WIDE);
  const [listed, setListed] = useState(false);
  const [appTab, setAppTab] = useState<AppTab>("home");
  const [draft, setDraft] = useState({ text: "", count: 0 });
  const [trouble, setTrouble] = useState("");

  const act = useCallback(async (path: string, args: Json = {}) => {
    setTrouble("");
    try {
      const done = await post(path, args);
      // Of a command that failed Slackbot tells in the channel.
      if (done.user_error && done.kind !== "slash_commands") {
        setTrouble(`Call Doctor did not answer in time: ${done.user_error}`);
      }
      return done;
    } catch (error) {
      setTrouble(error instanceof Error ? error.message : String(error));
      return null;
    }
  }, []);
  const workspace: Workspace = useMemo(() => ({
    facts, theme, act,
    person: (id) => facts.people.find((one) => one.id === id),
    channel: (id) => facts.channels.find((one) => one.id === id),
  }), [facts, theme, act]);

  const messages = useMemo(() => seenBy(live.messages, facts.me), [live.messages, facts.me]);
  const channel = workspace.channel(place) ?? facts.channels[0];
  const unread = useUnread(messages, place);
  const modals = live.views.filter((view) => view.type === "modal" && view.is_open && !live.left.has(view.id));
  const top = modals.at(-1);
  const home = live.views.find((view) => view.type === "home" && view.user === facts.me);
  const inspect = useCallback((ts: string) => {
    setInspected(ts);
    setTab("Message");
    setPanel(true);
  }, []);
  const go = (id: string, tab: AppTab = "home") => {
    setPlace(id);
    setAppTab(tab);
    setThread(null);
    setListed(false);
  };
  useLinks((to) => {
    go(to.channel, "messages");
    setThread(to.thread);
  });
  const clear = () => {
    setThread(null);
    void act("/do/clear", { channel: place });
  };
  const put = (text: string) => {
    if (channel?.person === facts.app.user || channel?.archived) go("C0ONCALL");
    setDraft((before) => ({ text, count: before.count + 1 }));
    if (innerWidth < WIDE) setPanel(false);
  };
  if (!channel) return null;
  const isApp = channel.person === facts.app.user;
  const isClosed = isApp && live.installed.messages_tab !== "writable";
  const conversation = (
    <Conversation channel={channel} messages={messages} inspected={inspected} draft={draft} closed={isClosed} onThread={setThread} onInspect={inspect} />
  );
  const classes = ["workspace", thread ? "with-thread" : "", panel ? "with-panel" : "", listed ? "with-list" : ""];
  return (
    <WorkspaceProvider value={workspace}>
      <div className={classes.filter(Boolean).join(" ")}>
        <Sidebar place={channel.id} unread={unread} onGo={go} />
        <main className="channel" aria-label={channel.name}>
          <header className="top">
            <button type="button" className="icon list-button" aria-label="Channels" aria-expanded={listed} onClick={() => setListed(!listed)}>☰</button>
            <ChannelHead channel={channel} />
            <button type="button" className="icon" aria-label={theme === "dark" ? "Light colours" : "Dark colours"} title="Light or dark" onClick={toggleTheme}>
              {theme === "dark" ? "☀" : "☾"}
            </button>
            <button type="button" className="button" title="Remove what was asked and answered in this conversation" onClick={clear}>Clear</button>
            <button type="button" className="button" aria-expanded={panel} onClick={() => setPanel(!panel)}>Under the hood</button>
          </header>
          <Notices live={live} trouble={trouble} onClear={() => setTrouble("")} />
          {isApp ? <AppPlace key={appTab} home={home} first={appTab}>{conversation}</AppPlace> : conversation}
        </main>
        {thread && (
          <Thread channel={channel} ts={thread} messages={messages} inspected={inspected} onInspect={inspect} onClose={() => setThread(null)} />
        )}
        {panel && (
          <Panel
            live={live}
            tab={tab}
            inspected={messages.find((one) => one.ts === inspected)}
            onTab={setTab}
            onCommand={put}
            onClose={() => setPanel(false)}
          />
        )}
      </div>
      {top && <Modal key={top.id} view={top} place={channel.id} />}
    </WorkspaceProvider>
  );
}
