import { useEffect, useId, useRef, useState } from "react";
import type { KeyboardEvent } from "react";
import { useWorkspace } from "../data/workspace";
import { completed, hintsFor, usageOf } from "./hints";
import { Shortcuts } from "./Shortcuts";

interface Props {
  channel: string;
  label: string;
  thread?: string;
  draft?: { text: string; count: number };
  alsoSentTo?: string;
}

// The message box. Enter sends, Shift+Enter breaks the line, arrows and Tab pick a hint.
export function Composer({ channel, label, thread, draft, alsoSentTo }: Props) {
  const { facts, act } = useWorkspace();
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  const [also, setAlso] = useState(false);
  const [closed, setClosed] = useState(false);
  const box = useRef<HTMLTextAreaElement>(null);
  const list = useId();
  useEffect(() => {
    if (!draft?.text) return;
    setText(draft.text);
    box.current?.focus();
  }, [draft]);

  const commands = thread ? [] : facts.features.slash_commands;
  const names = [facts.app.name, ...facts.people.filter((one) => one.id !== facts.app.user).map((one) => one.real_name)];
  const hints = closed ? [] : hintsFor(text, commands, names);
  const usage = usageOf(text, commands);

  async function send() {
    const typed = text.trim();
    if (!typed) return;
    setText("");
    const done = await act("/do/write", { channel, text: typed, thread_ts: thread, broadcast: also });
    setAlso(false);
    if (!done) setText(typed);
  }
  function take(index: number) {
    const hint = hints[index];
    if (hint) setText(completed(text, hint));
    setAt(0);
    box.current?.focus();
  }
  function key(event: KeyboardEvent) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (hints.length && step) setAt((at + step + hints.length) % hints.length);
    else if (hints.length && event.key === "Escape") setClosed(true);
    else if (hints.length && (event.key === "Tab" || event.key === "Enter") && !event.shiftKey) take(at);
    else if (event.key === "Enter" && !event.shiftKey && !event.nativeEvent.isComposing) void send();
    else return;
    event.preventDefault();
  }
  return (
    <div className="composer">
      {hints.length > 0 && (
        <ul id={list} role="listbox" aria-label="Suggestions" className="hints">
          {hints.map((hint, index) => (
            <li
              key={hint.title}
              id={`${list}-${index}`}
              role="option"
              aria-selected={index === at}
              onMouseDown={(event) => {
                event.preventDefault();
                take(index);
              }}
            >
              <strong>{hint.title}</strong>
              <small>{hint.detail}</small>
            </li>
          ))}
        </ul>
      )}
      <div className="box">
        <textarea
          ref={box}
          rows={1}
          value={text}
          aria-label={label}
          placeholder={label}
          aria-autocomplete="list"
          aria-controls={hints.length ? list : undefined}
          aria-activedescendant={hints.length ? `${list}-${at}` : undefined}
          onChange={(event) => {
            setText(event.target.value);
            setAt(0);
            setClosed(false);
          }}
          onKeyDown={key}
        />
        {!thread && <Shortcuts />}
        <button type="button" className="send" aria-label={thread ? "Send reply" : "Send"} disabled={!text.trim()} onClick={send}>➤</button>
      </div>
      {alsoSentTo && (
        <label className="also">
          <input type="checkbox" checked={also} onChange={(event) => setAlso(event.target.checked)} /> Also send to {alsoSentTo}
        </label>
      )}
      <p className="usage">{usage || (thread ? "" : "/ for commands, @ to mention, Enter to send")}</p>
    </div>
  );
}
