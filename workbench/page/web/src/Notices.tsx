import type { Live } from "./data/live";
import { useWorkspace } from "./data/workspace";

// What the workbench itself has to say: a refusal, a bot that ended, a template that was edited.
export function Notices({ live, trouble, onClear }: { live: Live; trouble: string; onClear: () => void }) {
  const { act } = useWorkspace();
  const { bot, note } = live;
  return (
    <div className="notices" aria-live="polite">
      {!live.connected && <p className="notice">Waiting for the workbench …</p>}
      {bot.ended && (
        <div className="notice bad">
          <p>The bot ended.</p>
          <pre tabIndex={0}>{bot.log}</pre>
          <button type="button" className="button" onClick={() => act("/steer/bot")}>Start it again</button>
        </div>
      )}
      {note.text && bot.busy && <p className="notice">{note.text} was edited: the bot starts anew and answers again …</p>}
      {trouble && (
        <p className="notice bad" role="alert">
          {trouble}
          <button type="button" className="icon" aria-label="Dismiss" onClick={onClear}>✕</button>
        </p>
      )}
    </div>
  );
}
