import { useWorkspace } from "../data/workspace";

const HUES: Record<string, number> = { U0ALICE: 262, U0BOB: 24, U0OUT: 340, U0DESK: 145, U0PAGER: 0 };

export function Avatar({ user, name }: { user: string; name: string }) {
  const { facts } = useWorkspace();
  if (user === facts.app.user) return <img className="avatar" src="/icon.svg" alt="" />;
  const background = `hsl(${HUES[user] ?? 210} 45% 38%)`;
  return <span className="avatar" aria-hidden="true" style={{ background }}>{name.slice(0, 1)}</span>;
}
