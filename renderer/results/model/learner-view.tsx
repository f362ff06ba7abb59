import type { LearnerSpec } from '#app/sdk/ports.ts';
import { metricTitle } from '../report/metric-text.ts';
import { RecipeView } from './recipe-view.tsx';
import { FactList, Section } from './section.tsx';
import { algorithmTitle, learnerSentence, paramText } from './words.ts';
import { texts } from '../../text/texts.ts';

/** A learner before it is fitted: what it will do. */
export function LearnerView({ learner }: { readonly learner: LearnerSpec }) {
  return (
    <article data-testid="learner-view" className="mx-auto flex max-w-[1200px] flex-col gap-5 p-4">
      <header>
        <h3 className="text-base font-semibold">{algorithmTitle(learner.algorithm)}</h3>
        <p className="text-sm text-muted">{learnerSentence(learner)}</p>
      </header>
      <div className="grid grid-cols-[repeat(auto-fit,minmax(min(320px,100%),1fr))] gap-6">
        <Section title={texts.model.trainingParams}>
          <FactList facts={Object.entries(learner.params).map(([name, value]) => [metricTitle(name), paramText(value)] as const)} />
        </Section>
        <Section title={texts.model.preprocessing}>
          <RecipeView recipe={learner.recipe} />
        </Section>
      </div>
    </article>
  );
}
