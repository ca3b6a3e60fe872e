// What the library would misread in the blocks that it draws, put so that it cannot.
import type { Json } from "../data/types";
import { unescape } from "./mrkdwn";

const JOINER = "\u2060"; // invisible, and no character of any markup

// A table's raw_text is literal in Slack; the library reads markup in it, but not in rich text.
function literalCell(cell: Json): Json {
  if (cell?.type !== "raw_text" && cell?.type !== "raw_number") return cell;
  const text = String(cell.text ?? cell.value);
  return { type: "rich_text", elements: [{ type: "rich_text_section", elements: [{ type: "text", text }] }] };
}

// Escaped angle brackets stay literal: a joiner keeps the library from seeing a mention.
function guarded(text: string): string {
  return unescape(text.replaceAll("&lt;", `&lt;${JOINER}`).replaceAll("&gt;", `${JOINER}&gt;`));
}

export function prepare(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(prepare);
  if (!node || typeof node !== "object") return node;
  const block = node as Json;
  if (block.type === "rich_text") return block;
  if (block.type === "table") return { ...block, rows: block.rows.map((row: Json[]) => row.map(literalCell)) };
  if ((block.type === "mrkdwn" || block.type === "plain_text") && typeof block.text === "string") {
    return { ...block, text: guarded(block.text) };
  }
  return Object.fromEntries(Object.entries(block).map(([key, value]) => [key, prepare(value)]));
}
