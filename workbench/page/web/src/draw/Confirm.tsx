import type { Json } from "../data/types";
import { Dialog } from "../slack/Dialog";
import { Words } from "./Words";

// The question that a button or menu may ask before it acts.
export function Confirm(props: { confirm: Json; onYes: () => void; onNo: () => void }) {
  const { confirm, onYes, onNo } = props;
  return (
    <Dialog title={confirm.title.text} onClose={onNo}>
      <Words text={confirm.text} />
      <footer className="dialog-buttons">
        <button type="button" className="button" onClick={onNo}>{confirm.deny.text}</button>
        <button type="button" className={`button ${confirm.style ?? "primary"}`} onClick={onYes}>
          {confirm.confirm.text}
        </button>
      </footer>
    </Dialog>
  );
}
