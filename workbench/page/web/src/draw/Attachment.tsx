// Attachments of other bots, and link previews.
import type { Json } from "../data/types";
import { Blocks } from "./Blocks";
import { Words } from "./Words";

export function Attachment({ attachment }: { attachment: Json }) {
  const style = attachment.color ? { borderColor: attachment.color } : undefined;
  return (
    <div className="attachment" style={style}>
      {attachment.blocks?.length
        ? <Blocks blocks={attachment.blocks} />
        : ["pretext", "title", "text", "footer"].filter((key) => attachment[key]).map((key) => (
          <div key={key} className={`attachment-${key}`}>
            <Words text={{ type: "mrkdwn", text: attachment[key] }} />
          </div>
        ))}
    </div>
  );
}
