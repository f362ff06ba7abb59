import { useState } from 'react';
import { CalendarClock, PauseCircle } from 'lucide-react';
import { Notice } from '../results/notice.tsx';
import { useQuery } from '../results/use-query.ts';
import { client } from '../rpc/client.ts';
import { RunDetailPage } from '../runs/run-detail.tsx';
import { usePipeline } from '../state/pipeline.ts';
import { Button, EmptyState, Page, Spinner, TabPanel, Tabs } from '../ui/index.ts';
import { texts } from '../text/texts.ts';
import { AutomationForm, type FormTarget } from './automation-form.tsx';
import { AutomationList } from './automation-list.tsx';
import { Calendar } from './calendar.tsx';
import { ChannelList } from './channel-list.tsx';
import { FiringHistory } from './firing-history.tsx';
import { Gantt } from './gantt.tsx';
import { useChanges } from './use-changes.ts';

const tabs = ['list', 'calendar', 'gantt', 'history', 'channels'] as const;
type Tab = (typeof tabs)[number];

/** Schedules and triggers, what they did and will do, and who is told. */
export function AutomationPage() {
  const [tab, setTab] = useState<Tab>('list');
  const [form, setForm] = useState<FormTarget | null>(null);
  const [run, setRun] = useState<string | null>(null);
  const [turn, setTurn] = useState(0);
  const listed = useQuery('automations', (signal) => client.automation.list(undefined, { signal }));
  const { reload } = listed;
  useChanges(() => {
    reload();
    setTurn((count) => count + 1);
  });
  const path = usePipeline((state) => state.path);
  const title = usePipeline((state) => state.root?.title ?? '');
  const readOnly = usePipeline((state) => state.readOnly);
  const words = texts.automation;
  const automations = listed.data?.automations ?? [];
  const add = (): void => setForm({ id: null, pipeline: path });

  if (run !== null) {
    return (
      <div data-testid="automation-page" className="h-full min-h-0">
        <RunDetailPage runId={run} onBack={() => setRun(null)} />
      </div>
    );
  }
  return (
    <div data-testid="automation-page" className="h-full min-h-0">
      <Page
        title={words.title}
        description={words.what}
        actions={
          <Button needs="operate" variant="primary" icon={<CalendarClock size={14} />} disabled={readOnly} onClick={add} data-testid="add-automation">
            {words.add}
          </Button>
        }
      >
        {listed.error ? <Notice diagnostic={listed.error} action={<Button onClick={reload}>{texts.common.tryAgain}</Button>} /> : null}
        {listed.data === null && !listed.error ? <Spinner label={texts.common.loading} /> : null}
        {listed.data?.paused ? (
          <p role="status" className="flex items-center gap-2 rounded-md bg-warn-soft px-3 py-2 text-sm text-warn-ink">
            <PauseCircle size={15} aria-hidden className="shrink-0" />
            <span>
              <span className="font-medium">{words.pausedTitle}.</span> {listed.data.paused}
            </span>
          </p>
        ) : null}
        {listed.data !== null ? (
          <Tabs<Tab> value={tab} onChange={setTab} label={words.title} items={tabs.map((value) => ({ value, label: words.tabs[value], testId: `automation-${value}` }))} className="!h-auto flex-1">
            <TabPanel value="list" className="pt-3">
              {automations.length === 0 ? (
                <EmptyState
                  icon={<CalendarClock />}
                  title={words.none}
                  action={
                    <Button needs="operate" variant="primary" disabled={readOnly} onClick={add} data-testid="first-automation">
                      {path === null ? words.add : words.first(title)}
                    </Button>
                  }
                >
                  {words.noneText}
                </EmptyState>
              ) : (
                <AutomationList automations={automations} onEdit={(one) => setForm({ id: one.id, automation: one })} onOpenRun={setRun} onChanged={reload} />
              )}
            </TabPanel>
            <TabPanel value="calendar" className="pt-3">
              <Calendar automations={automations} turn={turn} onOpenRun={setRun} />
            </TabPanel>
            <TabPanel value="gantt" className="pt-3">
              <Gantt automations={automations} turn={turn} onOpenRun={setRun} />
            </TabPanel>
            <TabPanel value="history" className="pt-3">
              <FiringHistory automations={automations} turn={turn} onOpenRun={setRun} />
            </TabPanel>
            <TabPanel value="channels" className="pt-3">
              <ChannelList parallel={listed.data.parallel} turn={turn} onChanged={reload} />
            </TabPanel>
          </Tabs>
        ) : null}
      </Page>
      {form === null ? null : (
        <AutomationForm
          key={form.id ?? 'new'}
          target={form}
          onClose={() => {
            setForm(null);
            reload();
          }}
        />
      )}
    </div>
  );
}
