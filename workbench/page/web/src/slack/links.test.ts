import { expect, test } from "vitest";
import { placeOf } from "./links";

const BASE = "https://acme.slack.example/archives/C0ONCALL/p1795336100000200";

test("a permalink names its channel and message", () => {
  expect(placeOf(BASE)).toEqual({ channel: "C0ONCALL", ts: "1795336100.000200", thread: null });
});

test("the permalink of a reply names its thread, too", () => {
  const link = `${BASE}?thread_ts=1795336000.000100&cid=C0ONCALL`;
  expect(placeOf(link)?.thread).toBe("1795336000.000100");
});

test("other addresses are left alone", () => {
  for (const other of ["https://dashboard.100ms.live/rooms/1", "https://slack.example/archives/x", `x${BASE}`]) {
    expect(placeOf(other)).toBeNull();
  }
});
