// The kept library draws what is not interactive.
import { memo } from "react";
import { Message } from "slack-blocks-to-jsx";
import type { Block, MessageProps } from "slack-blocks-to-jsx";
import "slack-blocks-to-jsx/dist/style.css";
import type { Json } from "../data/types";
import { nameOf, useWorkspace } from "../data/workspace";

const HOOKS: MessageProps["hooks"] = {
  link: ({ href, children, className }) => (
    <a href={href} className={className} target="_blank" rel="noreferrer">{children}</a>
  ),
};

export const Library = memo(function Library({ blocks }: { blocks: Json[] }) {
  const { facts, theme } = useWorkspace();
  const data = {
    users: facts.people.map((one) => ({ id: one.id, name: nameOf(one, one.id), avatar: "" })),
    channels: facts.channels.map(({ id, name }) => ({ id, name })),
  };
  return (
    <Message blocks={blocks as Block[]} name="" logo="" theme={theme} data={data} hooks={HOOKS} withoutWrapper />
  );
});

export function RichText({ elements }: { elements: Json[] }) {
  return elements.length ? <Library blocks={[{ type: "rich_text", elements }]} /> : null;
}
