import { describe, expect, it } from "vitest";
import type { Json } from "../data/types";
import { richElements } from "./mrkdwn";

const marked = (text: string, more: Json = {}) => richElements({ type: "mrkdwn", text, ...more });
const leaves = (text: string, more: Json = {}) => marked(text, more)[0]?.elements;

describe("markup", () => {
  it("keeps escaped mentions literal", () => {
    expect(leaves("&lt;!channel&gt; &amp;lt;")).toEqual([{ type: "text", text: "<!channel> &lt;" }]);
  });
  it("knows real mentions, dates and links", () => {
    const found = leaves("<!here> <@U1> <#C1> <!date^1700000000^{date_num}|then> <https://a.b/?x=1&amp;y|A &amp; B>");
    expect(found?.filter((leaf: Json) => leaf.type !== "text")).toEqual([
      { type: "broadcast", range: "here" },
      { type: "user", user_id: "U1" },
      { type: "channel", channel_id: "C1" },
      { type: "date", timestamp: 1700000000, format: "{date_num}", fallback: "then" },
      { type: "link", url: "https://a.b/?x=1&y", text: "A & B", style: {} },
    ]);
  });
  it("opens no other scheme", () => {
    expect(leaves("<javascript:alert(1)|press>")).toEqual([{ type: "text", text: "press" }]);
  });
  it("styles, also inside each other", () => {
    expect(leaves("*a _b_*")).toEqual([
      { type: "text", text: "a ", style: { bold: true } },
      { type: "text", text: "b", style: { bold: true, italic: true } },
    ]);
  });
  it("takes no minutes for an emoji", () => {
    expect(leaves("as of 06:51:40 :red_circle:")).toEqual([
      { type: "text", text: "as of 06:51:40 " },
      { type: "emoji", name: "red_circle" },
    ]);
  });
  it("links bare addresses unless verbatim", () => {
    expect(leaves("see https://a.b/c.")?.[1]).toMatchObject({ type: "link", url: "https://a.b/c" });
    expect(leaves("see https://a.b/c", { verbatim: true })).toHaveLength(1);
  });
  it("tells quotes and fences from lines", () => {
    expect(marked("one\n&gt; two\n```three```").map((part) => part.type)).toEqual([
      "rich_text_section", "rich_text_quote", "rich_text_preformatted",
    ]);
  });
});

describe("plain text", () => {
  it("is literal", () => {
    const found = richElements({ type: "plain_text", text: "<!channel> *a* :smile:", emoji: false });
    expect(found[0]?.elements).toEqual([{ type: "text", text: "<!channel> *a* :smile:" }]);
  });
});
