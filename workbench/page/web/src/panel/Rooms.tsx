import { useMemo, useState } from "react";
import type { Room } from "../data/types";
import { useWorkspace } from "../data/workspace";

// Every room of the pretend 100ms by its title. A press puts the command for it into the message box.
export function Rooms({ onCommand }: { onCommand: (text: string) => void }) {
  const { facts } = useWorkspace();
  const [wanted, setWanted] = useState("");
  const groups = useMemo(() => grouped(facts.rooms, wanted), [facts.rooms, wanted]);
  return (
    <>
      <input
        type="search"
        className="find"
        aria-label="Find a room"
        placeholder={`Find one of ${facts.rooms.length} rooms and scenarios`}
        value={wanted}
        onChange={(event) => setWanted(event.target.value)}
      />
      {groups.map(([group, rooms]) => (
        <details key={group} open={group === "rooms" || wanted !== ""}>
          <summary>{group === "rooms" ? "Rooms" : `Scenarios: ${group}`} <small>{rooms.length}</small></summary>
          <ul className="rooms">
            {rooms.map((room) => (
              <li key={room.name}>
                <button type="button" onClick={() => onCommand(room.command)}>
                  <strong>{room.title}</strong>
                  <span className="id">{room.name}</span>
                  {room.why && <span className="why">{room.why}</span>}
                  <small>{room.events.toLocaleString("en")} {room.events === 1 ? "event" : "events"}, {room.terminal.toLocaleString("en")} terminal</small>
                </button>
              </li>
            ))}
          </ul>
        </details>
      ))}
      {!groups.length && <p className="empty">No room matches that.</p>}
    </>
  );
}

export function grouped(rooms: Room[], wanted: string): [string, Room[]][] {
  const words = wanted.toLowerCase().split(/\s+/).filter(Boolean);
  const found = new Map<string, Room[]>();
  for (const room of rooms) {
    const text = `${room.name} ${room.title} ${room.why}`.toLowerCase();
    if (!words.every((word) => text.includes(word))) continue;
    found.set(room.group, [...(found.get(room.group) ?? []), room]);
  }
  return [...found];
}
