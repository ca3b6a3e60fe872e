// Menus and choices in messages, modals and Home tabs, as the browser's own controls.
import type { Json } from "../data/types";
import { titleOf, useWorkspace } from "../data/workspace";

interface Props {
  element: Json;
  label: string;
  value: unknown;
  onPick: (value: unknown) => void;
}

const PICKERS = ["users_select", "channels_select", "conversations_select"];

export function optionsOf(element: Json): Json[] {
  const grouped = (element.option_groups ?? []).flatMap((group: Json) => group.options);
  return [...(element.options ?? []), ...grouped];
}

export function Pick({ element, label, value, onPick }: Props) {
  if (element.type === "radio_buttons" || element.type === "checkboxes") {
    return <Choices element={element} label={label} value={value} onPick={onPick} />;
  }
  return <Menu element={element} label={label} value={value} onPick={onPick} />;
}

function Menu({ element, label, value, onPick }: Props) {
  const { facts } = useWorkspace();
  const listed = PICKERS.includes(element.type) ? places(element.type, facts) : given(element);
  return (
    <select
      className="menu"
      aria-label={label}
      value={String(value ?? "")}
      onChange={(event) => onPick(event.target.value || null)}
    >
      <option value="">{element.placeholder?.text ?? (element.type === "overflow" ? "⋯" : "Choose …")}</option>
      {listed.map(([id, text]) => <option key={id} value={id}>{text}</option>)}
    </select>
  );
}

function given(element: Json): [string, string][] {
  return optionsOf(element).map((option) => [option.value, option.text.text]);
}

function places(type: string, facts: ReturnType<typeof useWorkspace>["facts"]): [string, string][] {
  if (type === "users_select") return facts.people.map((one) => [one.id, one.real_name || one.name]);
  return facts.channels.map((channel) => [channel.id, titleOf(channel)]);
}

function Choices({ element, label, value, onPick }: Props) {
  const several = element.type === "checkboxes";
  const picked = several ? ((value as string[]) ?? []) : [value as string];
  function toggle(chosen: string, on: boolean) {
    if (!several) onPick(chosen);
    else onPick(on ? [...picked, chosen] : picked.filter((one) => one !== chosen));
  }
  return (
    <div role={several ? "group" : "radiogroup"} aria-label={label} className="choices">
      {optionsOf(element).map((option) => (
        <label key={option.value} className="choice">
          <input
            type={several ? "checkbox" : "radio"}
            checked={picked.includes(option.value)}
            onChange={(event) => toggle(option.value, event.target.checked)}
          />
          <span>
            {option.text.text}
            {option.description && <small>{option.description.text}</small>}
          </span>
        </label>
      ))}
    </div>
  );
}
