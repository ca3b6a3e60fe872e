import { expect, it } from "vitest";
import { EMPTY, taken } from "./live";

it("replaces a document in its place and leaves the others as they are", () => {
  const keys = new Map<string, number>();
  const one = taken(EMPTY, keys, [["message:1", { ts: "1" }], ["message:2", { ts: "2" }]]);
  const two = taken(one, keys, [["message:1", { ts: "1", text: "edited" }]]);
  expect(two.messages).toEqual([{ ts: "1", text: "edited" }, { ts: "2" }]);
  expect(two.messages[1]).toBe(one.messages[1]);
  expect(two.views).toBe(one.views);
});

it("keeps single documents by name", () => {
  expect(taken(EMPTY, new Map(), [["switches", { order: "shuffled" }]]).switches).toEqual({ order: "shuffled" });
});
