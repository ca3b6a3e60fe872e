import { useState } from "react";
import type { Json } from "../data/types";
import { useAct } from "./acting";

const SIDES = [["positive_button", "👍"], ["negative_button", "👎"]] as const;

// Slack's own feedback buttons. The client marks the side that was pressed last.
export function Feedback({ element }: { element: Json }) {
  const act = useAct();
  const [pressed, setPressed] = useState("");
  return (
    <span role="group" aria-label="Feedback" className="feedback">
      {SIDES.map(([side, sign]) => {
        const { text, value, accessibility_label: more } = element[side];
        return (
          <button
            key={side}
            type="button"
            className="button"
            title={more}
            aria-pressed={pressed === side}
            onClick={() => {
              setPressed(side);
              void act(element.action_id, value);
            }}
          >
            <span aria-hidden="true">{sign} </span>{text.text}
          </button>
        );
      })}
    </span>
  );
}
