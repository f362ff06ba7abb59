import { Page } from '../ui/index.ts';

export function RunsPage() {
  return <Page title="Runs">{null}</Page>;
}
