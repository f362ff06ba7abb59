import './ui/style-nonce.ts';
import './ui/theme.css';
import { createRoot } from 'react-dom/client';
import { z } from 'zod';
import { speakUnits } from '#app/core/units.ts';
import { App } from './app/app.tsx';
import { startDesktopNotices } from './automation/desktop-notices.ts';
import { openFirstPipeline } from './app/first-pipeline.ts';
import { startHistory } from './history/history-store.ts';
import { startConnection } from './rpc/connection.ts';
import { startLock } from './lock/lock-store.ts';
import { desktop } from './rpc/desktop.ts';
import { loadGermanWords } from './state/catalogue.ts';
import { startAccess } from './state/access.ts';
import { startConfiguration } from './state/configuration.ts';
import { followTour } from './tour/tour-store.ts';
import { startProjectProblems } from './state/project-problems.ts';
import { startRuns } from './state/run.ts';
import { startRunWords } from './state/run-words.ts';
import { startLineage } from './state/lineage.ts';
import { startSelection } from './state/selection.ts';
import { briefWanted } from './state/brief.ts';
import { flushAll } from './state/flush.ts';
import { startComponents } from './state/components.ts';
import { startSuggestions } from './state/suggestions.ts';
import { language, languageKey } from './text/language.ts';
import { startTheme } from './ui/index.ts';
import { startTrust } from './trust/trust-store.ts';
import { startTornViews } from './windows/torn.ts';
import { startViewWindow } from './windows/view-side.ts';
import { ViewWindow } from './windows/view-window.tsx';

// The page's policy forbids making code from text, which zod would otherwise try.
z.config({ jitless: true });

document.documentElement.lang = language;
void desktop()?.speak(language);
speakUnits(language);
startTheme();
startConnection();
startAccess();
startLock();
startConfiguration();
startRuns();

const query = new URLSearchParams(location.search);
const view = query.get('view');
if (view === null) {
  startSelection();
  startLineage();
  startComponents();
  startSuggestions();
  startHistory();
  startRunWords();
  startProjectProblems();
  startTrust();
  startDesktopNotices();
  followTour();
  window.addEventListener('pagehide', () => void flushAll());
  startTornViews(openFirstPipeline());
} else {
  startViewWindow(view, query.get('owner') ?? '');
  // The main window loads itself anew when another language is chosen there.
  window.addEventListener('storage', ({ key }) => key === languageKey && location.reload());
}

const root = document.getElementById('root');
if (root) createRoot(root).render(view === null ? <App /> : <ViewWindow />);
requestIdleCallback(() => void loadGermanWords());
// Figures are judged by the project's targets, in every window.
requestIdleCallback(briefWanted);
