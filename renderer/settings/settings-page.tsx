import { useState } from 'react';
import { CircleAlert, CircleCheck, CircleMinus, Keyboard, RefreshCw } from 'lucide-react';
import { Notice } from '../results/notice.tsx';
import { useQuery } from '../results/use-query.ts';
import { client } from '../rpc/client.ts';
import { flushAll } from '../state/flush.ts';
import { loadAnew, useView } from '../state/view.ts';
import { chosenLanguage, keepLanguage, type ChosenLanguage } from '../text/choice.ts';
import { language } from '../text/language.ts';
import { EncryptionSection } from './encryption-section.tsx';
import { Group, Row } from './group.tsx';
import { OpenLineageSection } from './open-lineage-section.tsx';
import { TrustSection } from '../trust/trust-section.tsx';
import { PacksSection } from './packs-section.tsx';
import { StorageSection } from './storage-section.tsx';
import { Badge, Button, Page, Segmented, Spinner, useTheme } from '../ui/index.ts';
import { texts } from '../text/texts.ts';
import { told } from '../text/told.ts';

/** Look, keys, what this machine offers, and which version this is. */
export function SettingsPage() {
  const { choice, choose } = useTheme();
  const info = useQuery('project', (signal) => client.project.info(undefined, { signal }));
  return (
    <div data-testid="settings-page" className="h-full min-h-0">
      <Page title={texts.settings.title}>
        <Group title={texts.settings.appearance}>
          <Row title={texts.settings.theme} detail={texts.settings.themeHow}>
            <Segmented
              label={texts.settings.theme}
              value={choice}
              onChange={(value) => choose(value === 'light' || value === 'dark' ? value : 'system')}
              items={[
                { value: 'system', label: texts.settings.system },
                { value: 'light', label: texts.settings.light },
                { value: 'dark', label: texts.settings.dark },
              ]}
              className="!w-64"
            />
          </Row>
          <Row title={texts.settings.language} detail={texts.settings.languageHow}>
            <LanguageChoice />
          </Row>
          <Row title={texts.settings.keyboard} detail={texts.settings.keyboardHow}>
            <Button icon={<Keyboard size={14} />} onClick={() => useView.setState({ cheatSheetOpen: true })}>
              {texts.settings.showKeys}
            </Button>
          </Row>
        </Group>
        <TrustSection />
        <EncryptionSection />
        <StorageSection />
        <OpenLineageSection />
        <PacksSection />
        <Doctor />
        <Group title={texts.settings.about}>
          <Row title={texts.settings.version}>
            <span className="selectable text-sm tabular-nums">{info.data ? `Penstock ${info.data.version}` : '…'}</span>
          </Row>
          <Row title={texts.settings.project}>
            <span className="selectable min-w-0 truncate font-mono text-xs">{info.data?.path ?? '…'}</span>
            {info.data?.readOnly ? <Badge tone="warn">{texts.settings.readOnly}</Badge> : null}
          </Row>
          <Row title={texts.settings.licence}>
            <span className="text-sm">Apache License 2.0</span>
          </Row>
        </Group>
      </Page>
    </div>
  );
}

function LanguageChoice() {
  const [chosen, setChosen] = useState(chosenLanguage);
  const choose = (value: ChosenLanguage): void => {
    setChosen(value);
    if (keepLanguage(value) === language) return;
    // Texts are made once, at start; edits that cannot be saved now are kept by the journal or told by the window on leaving.
    void flushAll().finally(loadAnew);
  };
  return (
    <Segmented
      label={texts.settings.language}
      value={chosen}
      onChange={(value) => choose(value === 'en' || value === 'de' ? value : 'system')}
      items={[
        { value: 'system', label: texts.settings.system },
        { value: 'en', label: 'English' },
        { value: 'de', label: 'Deutsch' },
      ]}
      className="!w-64"
    />
  );
}

const marks = {
  ok: { icon: CircleCheck, tone: 'text-good-ink', word: texts.settings.marks.ok },
  warning: { icon: CircleAlert, tone: 'text-warn-ink', word: texts.settings.marks.warning },
  missing: { icon: CircleMinus, tone: 'text-muted', word: texts.settings.marks.missing },
} as const;

/** What the engine found on this machine. */
function Doctor() {
  const doctor = useQuery('doctor', (signal) => client.project.doctor(undefined, { signal }));
  return (
    <Group
      title={texts.settings.machine}
      action={
        <Button size="sm" icon={<RefreshCw size={13} />} busy={doctor.loading} onClick={doctor.reload}>
          {texts.settings.checkAgain}
        </Button>
      }
    >
      {doctor.error ? <Notice diagnostic={doctor.error} /> : null}
      {doctor.data === null && !doctor.error ? (
        <div className="p-4">
          <Spinner label={texts.settings.checking} />
        </div>
      ) : null}
      {doctor.data?.checks.map((check) => {
        const { icon: Icon, tone, word } = marks[check.status];
        return (
          <div key={check.name} data-testid={`doctor-${check.name}`} className="grid grid-cols-[minmax(140px,220px)_96px_minmax(0,1fr)] items-start gap-4 border-b border-line px-4 py-2 text-sm last:border-b-0">
            <span className="font-medium">{told(check.name)}</span>
            <span className={`inline-flex items-center gap-1.5 ${tone}`}>
              <Icon size={14} aria-hidden /> {word}
            </span>
            <span className="selectable text-muted">{told(check.detail)}</span>
          </div>
        );
      })}
    </Group>
  );
}
