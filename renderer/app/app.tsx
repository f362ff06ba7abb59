import { lazy, Suspense } from 'react';
import { NewPipelineDialog } from '../templates/new-pipeline-dialog.tsx';
import { DescriptionPanel } from '../description/description-panel.tsx';
import { AddToReportDialog } from '../reports/add-dialog.tsx';
import { useLock } from '../lock/lock-store.ts';
import { UnlockPage } from '../lock/unlock-page.tsx';
import { useView } from '../state/view.ts';
import { Spinner, TooltipProvider } from '../ui/index.ts';
import { Announcer } from './announcer.tsx';
import { CheatSheet } from './cheat-sheet.tsx';
import { ConnectionBanner } from './connection-banner.tsx';
import { ErrorBoundary } from './error-boundary.tsx';
import { useKeyboard } from './keyboard.ts';
import { Notices } from './notices.tsx';
import { Palette } from './palette.tsx';
import { Rail } from './rail.tsx';
import { TopBar } from './top-bar.tsx';
import { Workspace } from './workspace.tsx';
import { TrustBanner, TrustDialog } from '../trust/trust-banner.tsx';
import { texts } from '../text/texts.ts';

const pages = {
  brief: lazy(() => import('../brief/brief-page.tsx').then((module) => ({ default: module.BriefPage }))),
  data: lazy(() => import('../data/data-page.tsx').then((module) => ({ default: module.DataPage }))),
  features: lazy(() => import('../features/features-page.tsx').then((module) => ({ default: module.FeaturesPage }))),
  runs: lazy(() => import('../runs/runs-page.tsx').then((module) => ({ default: module.RunsPage }))),
  models: lazy(() => import('../models/models-page.tsx').then((module) => ({ default: module.ModelsPage }))),
  monitors: lazy(() => import('../monitors/monitors-page.tsx').then((module) => ({ default: module.MonitorsPage }))),
  automation: lazy(() => import('../automation/automation-page.tsx').then((module) => ({ default: module.AutomationPage }))),
  serving: lazy(() => import('../serving/serving-page.tsx').then((module) => ({ default: module.ServingPage }))),
  reports: lazy(() => import('../reports/reports-page.tsx').then((module) => ({ default: module.ReportsPage }))),
  trace: lazy(() => import('../trace/trace-page.tsx').then((module) => ({ default: module.TracePage }))),
  people: lazy(() => import('../people/people-page.tsx').then((module) => ({ default: module.PeoplePage }))),
  account: lazy(() => import('../people/account-page.tsx').then((module) => ({ default: module.AccountPage }))),
  settings: lazy(() => import('../settings/settings-page.tsx').then((module) => ({ default: module.SettingsPage }))),
};

export function App() {
  useKeyboard();
  const page = useView((store) => store.page);
  const isLocked = useLock((store) => store.isLocked);
  const Page = page === 'canvas' ? null : pages[page];
  if (isLocked) return <UnlockPage />;
  return (
    <TooltipProvider>
      <div className="flex h-full flex-col">
        <TopBar />
        <ConnectionBanner />
        <TrustBanner />
        <div className="flex min-h-0 flex-1">
          <Rail />
          <div className="relative min-w-0 flex-1">
            {/* The canvas stays mounted, so that coming back to it is instant and its view is kept. */}
            <main aria-label={texts.common.pipeline} className={page === 'canvas' ? 'relative h-full' : 'invisible absolute inset-0'} inert={page !== 'canvas'}>
              <h1 className="sr-only">{texts.app.pipelineEditor}</h1>
              <Workspace />
              <ErrorBoundary part={texts.help.description.part}>
                <DescriptionPanel />
              </ErrorBoundary>
            </main>
            {Page ? (
              <div className="absolute inset-0">
                <Suspense
                  fallback={
                    <div className="flex h-full items-center justify-center text-muted">
                      <Spinner label={texts.common.loading} />
                    </div>
                  }
                >
                  <ErrorBoundary key={page} part={texts.app.parts.page}>
                    <Page />
                  </ErrorBoundary>
                </Suspense>
              </div>
            ) : null}
          </div>
        </div>
      </div>
      <Notices />
      <Palette />
      <CheatSheet />
      <AddToReportDialog />
      <NewPipelineDialog />
      <TrustDialog />
      <Announcer />
    </TooltipProvider>
  );
}
