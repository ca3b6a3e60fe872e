import { createElement } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { Message } from "slack-blocks-to-jsx";
import type { Block } from "slack-blocks-to-jsx";
import { expect, it } from "vitest";
import type { Json } from "../data/types";
import { prepare } from "./prepare";

function drawn(block: Json): string {
  const blocks = [prepare(block) as Block];
  return renderToStaticMarkup(createElement(Message, { blocks, name: "", logo: "", withoutWrapper: true }));
}

it("lets no escaped or literal mention become one", () => {
  const text = { type: "mrkdwn", text: "&lt;!channel&gt;" };
  const cell = { type: "raw_text", text: "<!channel>" };
  for (const block of [
    { type: "alert", level: "info", text },
    { type: "table", rows: [[cell], [cell]] },
  ]) {
    expect(drawn(block)).not.toContain("slack_broadcast");
    expect(drawn(block)).toContain("!channel");
  }
});
