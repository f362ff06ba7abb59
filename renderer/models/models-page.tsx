import { ComparePage } from './compare-page.tsx';
import { ModelList } from './model-list.tsx';
import { ModelPage } from './model-page.tsx';
import { useModels } from './models-store.ts';

/** The registry: all models, one with its versions, or versions side by side. */
export function ModelsPage() {
  const open = useModels((state) => state.open);
  const comparing = useModels((state) => state.comparing);
  return (
    <div data-testid="models-page" className="h-full min-h-0">
      {comparing !== null ? <ComparePage versions={comparing} /> : open !== null ? <ModelPage name={open.name} version={open.version} /> : <ModelList />}
    </div>
  );
}
