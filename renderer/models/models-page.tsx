import { Page } from '../ui/index.ts';

export function ModelsPage() {
  return <Page title="Models">{null}</Page>;
}
