import type { Live } from "../data/live";
import type { Message } from "../data/types";
import { AppPanel } from "./AppPanel";
import { Faults } from "./Faults";
import { Hundredms } from "./Hundredms";
import { Inspect } from "./Inspect";
import { LiveCall } from "./LiveCall";
import { Rooms } from "./Rooms";
import { Wire } from "./Wire";

export const TABS = ["Rooms", "Wire", "100ms", "Message", "Faults", "App"] as const;
export type Tab = (typeof TABS)[number];

interface Props {
  live: Live;
  tab: Tab;
  inspected: Message | undefined;
  onTab: (tab: Tab) => void;
  onCommand: (text: string) => void;
  onClose: () => void;
}

// What is under the hood: the wire, a message's JSON, faults, and rooms to look up.
export function Panel({ live, tab, inspected, onTab, onCommand, onClose }: Props) {
  return (
    <aside className="panel" aria-label="Under the hood">
      <header className="pane-head">
        <div role="tablist" aria-label="Under the hood" className="tabs">
          {TABS.map((one) => (
            <button
              key={one}
              type="button"
              role="tab"
              id={`tab-${one}`}
              aria-selected={tab === one}
              aria-controls="panel-body"
              onClick={() => onTab(one)}
            >
              {one}
            </button>
          ))}
        </div>
        <button type="button" className="icon" aria-label="Close panel" onClick={onClose}>✕</button>
      </header>
      <div id="panel-body" role="tabpanel" aria-labelledby={`tab-${tab}`} className="scroll" tabIndex={0}>
        {tab === "Rooms" && <Rooms onCommand={onCommand} />}
        {tab === "Wire" && <Wire deliveries={live.deliveries} calls={live.calls} />}
        {tab === "100ms" && <><LiveCall room={live.live} /><Hundredms calls={live.hundredms} /></>}
        {tab === "Message" && <Inspect message={inspected} />}
        {tab === "App" && <AppPanel installed={live.installed} runs={live.steps} />}
        {tab === "Faults" && <Faults faults={live.faults} switches={live.switches} />}
      </div>
    </aside>
  );
}
