import { useEffect, useState } from 'react';
import { Target } from 'lucide-react';
import { isEmptyBrief, type Brief } from '#app/brief/document.ts';
import { Notice } from '../results/notice.tsx';
import { editBrief, flushBrief, loadBrief, useBrief } from '../state/brief.ts';
import { texts } from '../text/texts.ts';
import { Button, EmptyState, Lockable, Page, Spinner, WhyLocked, useMay } from '../ui/index.ts';
import { AdviceList } from './advice-list.tsx';
import { CostsSection, GoalSection, WordsSection } from './sections.tsx';
import { ConstraintsSection, PeopleSection, RisksSection } from './list-sections.tsx';
import { TargetsSection } from './targets-section.tsx';

/** What the project is for: written at the left, what follows from it at the right. */
export function BriefPage() {
  const { brief, error, save, conflict } = useBrief();
  const [begun, setBegun] = useState(false);
  const why = useMay('edit');
  useEffect(() => {
    void loadBrief();
    return () => void flushBrief();
  }, []);
  const words = texts.brief;
  const state = save === 'saved' ? words.saved : save === 'failed' ? words.failed : words.saving;
  return (
    <div data-testid="brief-page" className="h-full min-h-0">
      <Page
        title={words.title}
        description={words.what}
        actions={
          brief === null || (isEmptyBrief(brief) && !begun) ? null : (
            <span role="status" data-testid="brief-state" className="text-xs text-muted tabular-nums">
              {words.said(partsSaid(brief), partCount)} · {state}
            </span>
          )
        }
      >
        {error ? <Notice diagnostic={error} action={<Button onClick={() => void loadBrief()}>{texts.common.tryAgain}</Button>} /> : null}
        {conflict ? (
          <div>
            <Button variant="primary" onClick={() => void loadBrief()}>
              {words.reload}
            </Button>
          </div>
        ) : null}
        {brief === null && error === null ? <Spinner label={texts.common.loading} /> : null}
        {brief !== null && isEmptyBrief(brief) && !begun ? (
          <EmptyState
            icon={<Target />}
            title={words.empty}
            action={
              <Button needs="edit" variant="primary" onClick={() => setBegun(true)}>
                {words.begin}
              </Button>
            }
          >
            {words.emptyHow}
          </EmptyState>
        ) : null}
        {brief !== null && (begun || !isEmptyBrief(brief)) ? (
          <div className="grid grid-cols-[minmax(0,1fr)_minmax(300px,380px)] items-start gap-8 max-[980px]:grid-cols-1">
            <Lockable why={why} className="flex flex-col gap-7">
              <WhyLocked why={why} />
              <WordsSection title={words.problem.title} how={words.problem.how} example={words.problem.example} value={brief.problem} onChange={(problem) => editBrief({ problem })} autoFocus={begun} testId="brief-problem" />
              <WordsSection title={words.decision.title} how={words.decision.how} example={words.decision.example} value={brief.decision} onChange={(decision) => editBrief({ decision })} testId="brief-decision" />
              <GoalSection brief={brief} />
              <TargetsSection brief={brief} />
              <CostsSection brief={brief} />
              <ConstraintsSection brief={brief} />
              <PeopleSection brief={brief} />
              <RisksSection brief={brief} />
              <WordsSection title={words.notFor.title} how={words.notFor.how} example={words.notFor.example} value={brief.notFor} onChange={(notFor) => editBrief({ notFor })} testId="brief-not-for" />
            </Lockable>
            <AdviceList brief={brief} />
          </div>
        ) : null}
      </Page>
    </div>
  );
}

const said: readonly ((brief: Brief) => boolean)[] = [
  (brief) => brief.problem.trim() !== '',
  (brief) => brief.decision.trim() !== '',
  (brief) => brief.goal !== null,
  (brief) => brief.metrics.length > 0,
  (brief) => brief.costs.falseNegative !== null || brief.costs.falsePositive !== null || brief.costs.note.trim() !== '',
  (brief) => brief.constraints.length > 0,
  (brief) => brief.people.length > 0,
  (brief) => brief.risks.length > 0,
  (brief) => brief.notFor.trim() !== '',
];
const partCount = said.length;
const partsSaid = (brief: Brief): number => said.filter((is) => is(brief)).length;
