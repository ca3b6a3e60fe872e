import type { Json } from "../data/types";
import { RichText } from "./Library";
import { richElements } from "./mrkdwn";

// A plain_text or mrkdwn object.
export function Words({ text }: { text: Json }) {
  return <RichText elements={richElements(text)} />;
}
