// Slack's text objects as rich text elements, which the library draws literally.
//
// The library's own reading of mrkdwn decodes entities before it looks for mentions, so an
// escaped <!channel> would show as a mention, and it reads markup in plain_text too.
// https://docs.slack.dev/messaging/formatting-message-text
import type { Json } from "../data/types";

type Style = { bold?: true; italic?: true; strike?: true; code?: true };

const INLINE = new RegExp(
  [
    "<(?<control>[^<>\\n]+)>",
    "`(?<code>[^`\\n]+)`",
    "(?<![\\w*])\\*(?<bold>[^\\s*](?:[^*\\n]*[^\\s*])?)\\*(?![\\w*])",
    "(?<![\\w_])_(?<italic>[^\\s_](?:[^_\\n]*[^\\s_])?)_(?![\\w_])",
    "(?<![\\w~])~(?<strike>[^\\s~](?:[^~\\n]*[^\\s~])?)~(?![\\w~])",
    "(?<!\\w):(?<emoji>[a-z0-9_+-]+):(?!\\w)",
    "(?<url>https?:\\/\\/[^\\s<>|]+[^\\s<>|.,;:!?)\\]'\"])",
  ].join("|"),
  "g",
);
const EMOJI = /(?<!\w):([a-z0-9_+-]+):(?!\w)/g; // not the minutes of 10:42:07
const SAFE = /^(https?|mailto|tel|slack):/i;

export function unescape(text: string): string {
  return text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
}

// A text object ({type, text, verbatim, emoji}) as the elements of a rich_text block.
export function richElements(text: Json): Json[] {
  if (text.type !== "mrkdwn") return [section(plain(text.text, text.emoji !== false))];
  return text.text.split(/```\n?([\s\S]*?)\n?```/g).flatMap((part: string, index: number) => {
    if (index % 2) return [{ type: "rich_text_preformatted", elements: [leaf(unescape(part))] }];
    return part.trim() ? paragraphs(part.replace(/^\n|\n$/g, ""), text.verbatim === true) : [];
  });
}

function paragraphs(text: string, verbatim: boolean): Json[] {
  const found: Json[] = [];
  for (const line of text.split("\n")) {
    const quote = /^(?:&gt;|>) ?(.*)$/.exec(line);
    const kind = quote ? "rich_text_quote" : "rich_text_section";
    const leaves = inline(quote ? (quote[1] ?? "") : line, {}, verbatim);
    const last = found.at(-1);
    if (last?.type === kind) last.elements.push(leaf("\n"), ...leaves);
    else found.push({ type: kind, elements: leaves });
  }
  return found;
}

function section(elements: Json[]): Json {
  return { type: "rich_text_section", elements };
}

function leaf(text: string, style: Style = {}): Json {
  return Object.keys(style).length ? { type: "text", text, style } : { type: "text", text };
}

function plain(text: string, emoji: boolean): Json[] {
  if (!emoji) return [leaf(text)];
  return text.split(EMOJI).map((part, index) => (index % 2 ? { type: "emoji", name: part } : leaf(part)));
}

function inline(text: string, style: Style, verbatim: boolean): Json[] {
  const found: Json[] = [];
  let end = 0;
  for (const match of text.matchAll(INLINE)) {
    const groups = match.groups ?? {};
    if (groups.url && verbatim) continue;
    if (match.index > end) found.push(leaf(unescape(text.slice(end, match.index)), style));
    found.push(...marked(groups, style, verbatim));
    end = match.index + match[0].length;
  }
  if (end < text.length) found.push(leaf(unescape(text.slice(end)), style));
  return found;
}

function marked(groups: Record<string, string | undefined>, style: Style, verbatim: boolean): Json[] {
  if (groups.control) return [control(groups.control, style)];
  if (groups.code) return [leaf(unescape(groups.code), { ...style, code: true })];
  if (groups.emoji) return [{ type: "emoji", name: groups.emoji }];
  if (groups.url) return [{ type: "link", url: unescape(groups.url), style }];
  for (const name of ["bold", "italic", "strike"] as const) {
    const inner = groups[name];
    if (inner) return inline(inner, { ...style, [name]: true }, verbatim);
  }
  return [];
}

// What stands between angle brackets: a mention, a date or a link.
function control(inner: string, style: Style): Json {
  const bar = inner.indexOf("|");
  const target = bar < 0 ? inner : inner.slice(0, bar);
  const label = bar < 0 ? "" : unescape(inner.slice(bar + 1));
  if (target.startsWith("@")) return { type: "user", user_id: target.slice(1) };
  if (target.startsWith("#")) return { type: "channel", channel_id: target.slice(1) };
  if (target.startsWith("!subteam^")) return { type: "usergroup", usergroup_id: target.slice(9) };
  if (target.startsWith("!date^")) return date(target, label);
  if (target.startsWith("!")) return { type: "broadcast", range: target.slice(1) };
  if (!SAFE.test(target)) return leaf(label || unescape(target), style);
  return { type: "link", url: unescape(target), text: label || unescape(target), style };
}

function date(target: string, fallback: string): Json {
  const [, seconds = "", format = "", url] = target.split("^");
  if (!/^\d+$/.test(seconds)) return leaf(fallback);
  return { type: "date", timestamp: Number(seconds), format, fallback, ...(url ? { url } : {}) };
}
