// What the message box offers while one types: commands at the start, people after an @.
import type { Command } from "../data/types";

export interface Hint {
  insert: string;
  title: string;
  detail: string;
}

// Hints for the text before the caret; none once a command is written out.
export function hintsFor(text: string, commands: Command[], names: string[]): Hint[] {
  if (/^\/\S*$/.test(text)) {
    return commands.filter((one) => one.command.startsWith(text)).map((one) => ({
      insert: `${one.command} `,
      title: `${one.command} ${one.usage_hint ?? ""}`.trim(),
      detail: one.description,
    }));
  }
  const at = /(?:^|\s)@([\w ]{0,20})$/.exec(text);
  if (!at) return [];
  const typed = (at[1] ?? "").toLowerCase();
  return names.filter((name) => name.toLowerCase().startsWith(typed) && name.toLowerCase() !== typed.trim())
    .map((name) => ({ insert: `@${name} `, title: `@${name}`, detail: "" }));
}

export function completed(text: string, hint: Hint): string {
  return hint.insert.startsWith("/") ? hint.insert : text.replace(/@[\w ]{0,20}$/, hint.insert);
}

// The usage of the command that stands in the box, while its argument is typed.
export function usageOf(text: string, commands: Command[]): string {
  const word = /^(\/\S+)\s/.exec(text)?.[1];
  const found = commands.find((one) => one.command === word);
  return found ? `${found.command} ${found.usage_hint ?? ""}` : "";
}
