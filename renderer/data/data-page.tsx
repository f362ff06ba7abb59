import { Page } from '../ui/index.ts';

export function DataPage() {
  return <Page title="Data">{null}</Page>;
}
