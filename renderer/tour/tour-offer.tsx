import { GraduationCap } from 'lucide-react';
import { texts } from '../text/texts.ts';
import { Button } from '../ui/index.ts';
import { declineTour, startTour, useTour } from './tour-store.ts';

/** At the first start, where nothing is selected: the tour is offered once. */
export function TourOffer() {
  const stage = useTour((store) => store.stage);
  if (stage !== 'new') return null;
  return (
    <section aria-label={texts.help.tour.title} data-testid="tour-offer" className="flex flex-col gap-2 rounded-lg border border-accent bg-accent-soft p-3">
      <h3 className="flex items-center gap-1.5 text-sm font-semibold">
        <GraduationCap size={15} className="text-accent-ink" aria-hidden />
        {texts.help.tour.offer}
      </h3>
      <p className="text-sm">{texts.help.tour.offerWhat}</p>
      <div className="flex flex-wrap gap-2">
        <Button needs="edit" size="sm" variant="primary" data-testid="tour-start" onClick={() => void startTour()}>
          {texts.help.tour.start}
        </Button>
        <Button size="sm" variant="quiet" data-testid="tour-decline" onClick={declineTour}>
          {texts.help.tour.notNow}
        </Button>
      </div>
    </section>
  );
}
