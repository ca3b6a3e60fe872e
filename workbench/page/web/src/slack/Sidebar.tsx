import type { Channel } from "../data/types";
import { useWorkspace } from "../data/workspace";

interface Props {
  place: string;
  unread: Set<string>;
  onGo: (channel: string) => void;
}

const SIGNS: Record<string, string> = { public: "#", private: "🔒", im: "●", mpim: "●" };

export function Sidebar({ place, unread, onGo }: Props) {
  const { facts } = useWorkspace();
  const isApp = (one: Channel) => one.person === facts.app.user;
  const groups: [string, Channel[]][] = [
    ["Channels", facts.channels.filter((one) => one.kind !== "im")],
    ["Direct messages", facts.channels.filter((one) => one.kind === "im" && !isApp(one))],
    ["Apps", facts.channels.filter(isApp)],
  ];
  return (
    <nav className="sidebar" aria-label="Channels and apps">
      <p className="team">Acme <small>pretend workspace</small></p>
      {groups.map(([title, channels]) => (
        <div key={title}>
          <h2>{title}</h2>
          <ul>
            {channels.map((one) => (
              <li key={one.id}>
                <button
                  type="button"
                  className={unread.has(one.id) ? "unread" : ""}
                  aria-current={place === one.id ? "page" : undefined}
                  onClick={() => onGo(one.id)}
                >
                  <span className="sign" aria-hidden="true">{one.shared ? "↔" : SIGNS[one.kind]}</span>
                  {one.name}
                  {marks(one) && <small>{marks(one)}</small>}
                </button>
              </li>
            ))}
          </ul>
        </div>
      ))}
    </nav>
  );
}

function marks(channel: Channel): string {
  if (channel.archived) return "archived";
  if (channel.restricted) return "read-only";
  if (channel.shared) return "shared";
  if (channel.kind === "im") return "";
  return channel.has_bot ? "" : "bot not in";
}
