import type { Json } from "./types";

// Do something on the server. Rejects with the server's words where a person could not do it.
export async function post(path: string, args: Json = {}): Promise<Json> {
  const answer = await fetch(path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(args),
  });
  const body = await answer.json();
  if (!answer.ok) throw new Error(body.error ?? answer.statusText);
  return body;
}
