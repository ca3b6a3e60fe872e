import { useEffect, useRef } from "react";
import type { KeyboardEvent } from "react";

interface Item {
  key: string;
  label: string;
  hint: string;
  run: () => unknown;
}

// A menu for mouse and keyboard: arrows move, Enter picks, Escape closes.
export function Menu(props: { label: string; items: Item[]; onClose: () => void }) {
  const { label, items, onClose } = props;
  const own = useRef<HTMLDivElement>(null);
  useEffect(() => {
    own.current?.querySelector<HTMLElement>("[role=menuitem]")?.focus();
    function outside(event: MouseEvent) {
      if (!own.current?.parentElement?.contains(event.target as Node)) onClose();
    }
    document.addEventListener("mousedown", outside);
    return () => document.removeEventListener("mousedown", outside);
  }, [onClose]);
  function move(event: KeyboardEvent) {
    const all = [...(own.current?.querySelectorAll<HTMLElement>("[role=menuitem]") ?? [])];
    const at = all.indexOf(document.activeElement as HTMLElement);
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) all[(at + step + all.length) % all.length]?.focus();
    else if (event.key === "Escape" || event.key === "Tab") onClose();
    else return;
    event.preventDefault();
  }
  return (
    <div ref={own} role="menu" aria-label={label} className="popup" onKeyDown={move}>
      {items.map((item) => (
        <button
          key={item.key}
          type="button"
          role="menuitem"
          tabIndex={-1}
          onClick={() => {
            onClose();
            item.run();
          }}
        >
          {item.label}
          <small>{item.hint}</small>
        </button>
      ))}
    </div>
  );
}
