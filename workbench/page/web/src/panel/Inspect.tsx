import type { Json, Message } from "../data/types";

const BUILDER = "https://app.slack.com/block-kit-builder/#";

// A message's JSON, a link to Slack's own builder, and how much of Slack's limits it uses.
export function Inspect({ message }: { message: Message | undefined }) {
  if (!message) return <p className="empty">Press {"{ }"} on a message to see its JSON here.</p>;
  const { usage, unfurls, ...shown } = message;
  return (
    <div className="inspect">
      <h3>Slack's limits</h3>
      <table className="limits">
        <tbody>
          {usage.used.map((one) => (
            <tr key={one.name}>
              <th scope="row">{one.name}</th>
              <td className={one.number > one.limit ? "bad" : ""}>
                {one.number.toLocaleString("en")} of {one.limit.toLocaleString("en")}
                <meter min={0} max={one.limit} high={0.9 * one.limit} value={one.number} aria-label={one.name} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {usage.problems.map((one) => <p key={one} className="bad">{one}</p>)}
      {!usage.problems.length && <p className="ok">No limit is broken.</p>}
      {message.blocks?.length ? (
        <p>
          <a href={builderLink(message.blocks)} target="_blank" rel="noreferrer">Open in Slack's Block Kit Builder ↗</a>
        </p>
      ) : null}
      <h3>JSON</h3>
      <pre tabIndex={0}>{JSON.stringify(Object.keys(unfurls).length ? { ...shown, unfurls } : shown, null, 2)}</pre>
    </div>
  );
}

export function builderLink(blocks: Json[]): string {
  return BUILDER + encodeURIComponent(JSON.stringify({ blocks }));
}
