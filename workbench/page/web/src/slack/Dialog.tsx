import { useEffect, useId, useRef } from "react";
import type { ReactNode } from "react";

// A modal dialog: the browser keeps the focus inside and gives it back afterwards.
export function Dialog(props: { title: string; onClose: () => void; children: ReactNode }) {
  const { title, onClose, children } = props;
  const own = useRef<HTMLDialogElement>(null);
  const heading = useId();
  useEffect(() => {
    own.current?.showModal();
    own.current?.querySelector<HTMLElement>("form :is(input, select, textarea)")?.focus();
  }, []);
  return (
    <dialog
      ref={own}
      className="dialog"
      aria-labelledby={heading}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
    >
      <header className="dialog-head">
        <h2 id={heading}>{title}</h2>
        <button type="button" className="icon" aria-label="Close" onClick={onClose}>✕</button>
      </header>
      {children}
    </dialog>
  );
}
