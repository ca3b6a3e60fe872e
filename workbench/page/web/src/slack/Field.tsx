import { useId } from "react";
import type { Json } from "../data/types";
import { Pick } from "../draw/Pick";

interface Props {
  block: Json;
  value: unknown;
  error?: string;
  onChange: (value: unknown) => void;
}

// One input block: label, control, hint, and what is wrong with it.
export function Field({ block, value, error, onChange }: Props) {
  const id = useId();
  const { element } = block;
  const label = block.label.text + (block.optional ? " (optional)" : "");
  const told = [error && `${id}-error`, block.hint && `${id}-hint`].filter(Boolean).join(" ");
  return (
    <div className={error ? "field wrong" : "field"}>
      {TYPED[element.type] ? (
        <>
          <label htmlFor={id}>{label}</label>
          <TextBox id={id} element={element} value={value} told={told} wrong={!!error} onChange={onChange} />
        </>
      ) : (
        <>
          <span className="field-label" aria-hidden="true">{label}</span>
          <Pick element={element} label={label} value={value} onPick={onChange} />
        </>
      )}
      {error && <p id={`${id}-error`} role="alert" className="field-error">{error}</p>}
      {block.hint && <p id={`${id}-hint`} className="field-hint">{block.hint.text}</p>}
    </div>
  );
}

const TYPED: Record<string, string> = {
  plain_text_input: "text", email_text_input: "email", url_text_input: "url",
  number_input: "text", datepicker: "date", timepicker: "time",
};

interface BoxProps {
  id: string;
  element: Json;
  value: unknown;
  told: string;
  wrong: boolean;
  onChange: (value: unknown) => void;
}

function TextBox({ id, element, value, told, wrong, onChange }: BoxProps) {
  const common = {
    id,
    value: String(value ?? ""),
    maxLength: element.max_length,
    placeholder: element.placeholder?.text,
    "aria-invalid": wrong,
    "aria-describedby": told || undefined,
    onChange: (event: { target: { value: string } }) => onChange(event.target.value),
  };
  return element.multiline ? <textarea rows={4} {...common} /> : <input type={TYPED[element.type]} {...common} />;
}
