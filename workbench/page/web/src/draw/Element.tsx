import { useState } from "react";
import type { Json } from "../data/types";
import { useAct } from "./acting";
import { Button } from "./Button";
import { Feedback } from "./Feedback";
import { Picture } from "./Picture";
import { Pick } from "./Pick";

// An interactive element outside of a form: it acts as soon as something is picked.
export function Element({ element }: { element: Json }) {
  const act = useAct();
  const [value, setValue] = useState<unknown>(initial(element));
  if (element.type === "button") return <Button element={element} />;
  if (element.type === "feedback_buttons") return <Feedback element={element} />;
  if (element.type === "image") return <Picture image={element} small />;
  const label = element.placeholder?.text ?? element.accessibility_label ?? "Choose";
  return (
    <Pick
      element={element}
      label={label}
      value={value}
      onPick={(picked) => {
        setValue(picked);
        void act(element.action_id, picked);
      }}
    />
  );
}

export function initial(element: Json): unknown {
  if (element.initial_option) return element.initial_option.value;
  if (element.initial_options) return element.initial_options.map((one: Json) => one.value);
  const keys = ["initial_value", "initial_conversation", "initial_channel", "initial_user", "initial_date"];
  const key = keys.find((one) => element[one] !== undefined);
  return key ? element[key] : null;
}
