import { useAnnouncements } from '../state/announce.ts';

/** The live region: there from the start, so that screen readers watch it. */
export function Announcer() {
  const said = useAnnouncements((store) => store.said);
  return (
    <div aria-live="polite" aria-relevant="additions" data-testid="announcer" className="sr-only">
      {said.map(({ id, text }) => (
        <p key={id}>{text}</p>
      ))}
    </div>
  );
}
