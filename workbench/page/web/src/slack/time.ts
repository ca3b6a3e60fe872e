// A message's time as Slack shows it, in the reader's own zone.
export function clock(ts: string, seconds = false): string {
  const at = new Date(Number(ts) * 1000);
  const more = seconds ? ({ second: "2-digit" } as const) : {};
  return at.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit", ...more });
}

export function whole(ts: string): string {
  return new Date(Number(ts) * 1000).toLocaleString("en-GB", { dateStyle: "full", timeStyle: "long" });
}

export function milliseconds(seconds: number | null | undefined): string {
  return seconds === null || seconds === undefined ? "–" : `${Math.round(seconds * 1000)} ms`;
}
