// JSON to read, folded until somebody wants it.
export function Code({ title, value }: { title: string; value: unknown }) {
  return (
    <details className="code">
      <summary>{title}</summary>
      <pre tabIndex={0}>{JSON.stringify(value, null, 2)}</pre>
    </details>
  );
}
