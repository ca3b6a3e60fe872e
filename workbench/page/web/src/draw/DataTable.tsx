// The library draws nothing for data_table.
import type { Json } from "../data/types";

export function DataTable({ block }: { block: Json }) {
  const [head = [], ...rows]: Json[][] = block.rows ?? [];
  return (
    <div className="data-table" tabIndex={0} role="group" aria-label={block.caption ?? "Table"}>
      <table>
        {block.caption && <caption>{block.caption}</caption>}
        <thead>
          <tr>{head.map((cell, at) => <th key={at} scope="col">{cellText(cell)}</th>)}</tr>
        </thead>
        <tbody>
          {rows.map((row, line) => (
            <tr key={line}>
              {row.map((cell, at) => (
                <td key={at} className={cell.type === "raw_number" ? "number" : ""}>{cellText(cell)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

export function cellText(cell: Json): string {
  if (cell.type !== "rich_text") return String(cell.text ?? cell.value ?? "");
  const leaves = (cell.elements ?? []).flatMap((part: Json) => part.elements ?? []);
  return leaves.map((leaf: Json) => leaf.text ?? leaf.fallback ?? leaf.url ?? leaf.name ?? "").join("");
}
