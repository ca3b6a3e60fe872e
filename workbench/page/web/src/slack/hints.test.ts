import { expect, it } from "vitest";
import { completed, hintsFor, usageOf } from "./hints";

const COMMANDS = [
  { command: "/call-errors", description: "Explain", usage_hint: "room" },
  { command: "/peer-errors", description: "One person", usage_hint: "peer id" },
];
const NAMES = ["Call Doctor", "Bob Berg"];

it("offers commands while the first word is typed", () => {
  expect(hintsFor("/", COMMANDS, NAMES)).toHaveLength(2);
  expect(hintsFor("/pe", COMMANDS, NAMES).map((one) => one.insert)).toEqual(["/peer-errors "]);
  expect(hintsFor("/peer-errors x", COMMANDS, NAMES)).toEqual([]);
});

it("shows the usage while the argument is typed", () => {
  expect(usageOf("/call-errors st", COMMANDS)).toBe("/call-errors room");
  expect(usageOf("hello", COMMANDS)).toBe("");
});

it("offers people after an @, and completes at the caret", () => {
  const [hint] = hintsFor("please @ca", COMMANDS, NAMES);
  expect(hint && completed("please @ca", hint)).toBe("please @Call Doctor ");
});
