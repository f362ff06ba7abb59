import cronstrue from 'cronstrue/i18n';
import type { Trigger } from '#app/core/automation.ts';
import { language } from '../text/language.ts';
import { locale } from '../text/locale.ts';
import { texts } from '../text/texts.ts';

/** A cron schedule in words; null where it is none. */
export function cronWords(cron: string): string | null {
  try {
    return cronstrue.toString(cron, { locale: language, use24HourTimeFormat: true });
  } catch {
    return null;
  }
}

/** When something fires, in words. */
export function triggerWords(trigger: Trigger): string {
  const { words } = texts.automation;
  switch (trigger.kind) {
    case 'cron':
      return cronWords(trigger.cron) ?? trigger.cron;
    case 'file':
      return words.file(trigger.glob);
    case 'run':
      return words.run[trigger.status](trigger.pipeline.replace(/^pipelines\//, '').replace(/\.pipeline\.json$/, ''));
    case 'alarm':
      return trigger.monitor === '' ? words.anyAlarm : words.alarm(trigger.monitor);
    case 'model':
      return trigger.change === 'registered' ? words.model.registered(trigger.model) : words.model[trigger.change](trigger.model, trigger.is);
    case 'webhook':
      return words.webhook;
  }
}

/** What each trigger hands over, for `{{name}}` in params. */
export const givenNames: Readonly<Record<Trigger['kind'], readonly string[]>> = {
  cron: ['{{due}}', '{{date}}'],
  file: ['{{file}}', '{{name}}', '{{size}}'],
  run: ['{{run}}', '{{status}}'],
  alarm: ['{{alarm}}', '{{monitor}}', '{{severity}}'],
  model: ['{{reference}}', '{{model}}', '{{version}}'],
  webhook: ['{{body.name}}', '{{query.name}}'],
};

/** The time zone of this machine. */
export const ownTimezone = Intl.DateTimeFormat().resolvedOptions().timeZone;

export function timeOfDay(at: number, seconds = false): string {
  return new Date(at).toLocaleTimeString(locale, { hour: '2-digit', minute: '2-digit', ...(seconds ? { second: '2-digit' } : {}) });
}

/** A moment with its day; in another time zone with that zone's clock. */
export function moment(at: number, timezone?: string): string {
  return new Date(at).toLocaleString(locale, { weekday: 'short', day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit', ...(timezone === undefined ? {} : { timeZone: timezone }) });
}

/** `2026-03-29` of a moment on this machine's clock. */
export function dayKey(at: number): string {
  const date = new Date(at);
  return `${date.getFullYear()}-${String(date.getMonth() + 1).padStart(2, '0')}-${String(date.getDate()).padStart(2, '0')}`;
}
