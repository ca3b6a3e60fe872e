// A message's or view's blocks. What can be pressed, and text objects, are drawn here; all else by
// the library.
import { memo } from "react";
import type { ReactNode } from "react";
import type { Json } from "../data/types";
import { DataTable } from "./DataTable";
import { Element } from "./Element";
import { Library } from "./Library";
import { Picture } from "./Picture";
import { prepare } from "./prepare";
import { Words } from "./Words";

function Section({ block }: { block: Json }) {
  return (
    <div className="block-section">
      <div className="block-section-text">
        {block.text && <Words text={block.text} />}
        {block.fields && (
          <div className="fields">
            {block.fields.map((field: Json, at: number) => <Words key={at} text={field} />)}
          </div>
        )}
      </div>
      {block.accessory && <div className="accessory"><Element element={block.accessory} /></div>}
    </div>
  );
}

function Context({ block }: { block: Json }) {
  return (
    <div className="block-context">
      {block.elements.map((one: Json, at: number) =>
        one.type === "image" ? <Picture key={at} image={one} small /> : <Words key={at} text={one} />)}
    </div>
  );
}

function Container({ block, children }: { block: Json; children: ReactNode }) {
  const title = block.title?.text ?? "";
  return (
    <section className="block-container" aria-label={title || "Container"}>
      {title && <p className="container-title">{title}</p>}
      {children}
    </section>
  );
}

function Drawn({ block }: { block: Json }) {
  switch (block.type) {
    case "section": return <Section block={block} />;
    case "header": return <p className="block-header" role="heading" aria-level={4}>{block.text.text}</p>;
    case "context": return <Context block={block} />;
    case "divider": return <hr />;
    case "actions":
    case "context_actions":
      return (
        <div className="block-actions">
          {block.elements.map((one: Json, at: number) => <Element key={one.action_id ?? at} element={one} />)}
        </div>
      );
    case "image": return <Picture image={block} />;
    case "data_table": return <DataTable block={block} />;
    case "container": return <Container block={block}><Blocks blocks={block.child_blocks ?? []} /></Container>;
    case "rich_text": return <Library blocks={[block]} />;
    case "plan":
      return (
        <>
          {typeof block.title === "object" && <p className="block-header">{block.title.text}</p>}
          <Library blocks={[prepare(block) as Json]} />
        </>
      );
    default: return <Library blocks={[prepare(block) as Json]} />;
  }
}

export const Blocks = memo(function Blocks({ blocks }: { blocks: Json[] }) {
  return (
    <div className="blocks">
      {blocks.map((block, at) => <Drawn key={block.block_id ?? at} block={block} />)}
    </div>
  );
});
