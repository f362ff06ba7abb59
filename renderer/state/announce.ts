import { create } from 'zustand';

interface Announcement {
  readonly id: number;
  readonly text: string;
}

/** What a screen reader is told of what just happened; shown to nobody else. */
export const useAnnouncements = create<{ readonly said: readonly Announcement[] }>(() => ({ said: [] }));

let nextId = 1;
/** Long enough for every screen reader to have taken it up, in ms. */
const keptFor = 4000;

/** Says a sentence politely: after what is being read out. */
export function announce(text: string): void {
  const id = nextId++;
  useAnnouncements.setState(({ said }) => ({ said: [...said, { id, text }].slice(-4) }));
  setTimeout(() => useAnnouncements.setState(({ said }) => ({ said: said.filter((other) => other.id !== id) })), keptFor);
}
