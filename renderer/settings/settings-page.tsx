import { Page } from '../ui/index.ts';

export function SettingsPage() {
  return <Page title="Settings">{null}</Page>;
}
