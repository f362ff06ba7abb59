/** Whether schedules and triggers may start runs in this process, and if not, why. */
export type Permission = { readonly allowed: true } | { readonly allowed: false; readonly reason: string };

/**
 * May triggers fire here? The one place that is asked, before every firing: a project that is open for reading fires nothing (its writer
 * does), and neither does a process that was started for something else (one run, one report), nor one of a project that nobody trusted yet.
 */
export function mayTriggersFire(process: { readonly readOnly: boolean; readonly background: boolean; readonly trust: { readonly restricted: boolean } }): Permission {
  if (process.trust.restricted) return { allowed: false, reason: 'This project comes from elsewhere; nothing in it fires until you trust it.' };
  if (process.readOnly) return { allowed: false, reason: 'This project is open for reading only; schedules run in the process that writes to it.' };
  if (!process.background) return { allowed: false, reason: 'Schedules run while the app is open, in “penstock serve” and in “penstock work”.' };
  return { allowed: true };
}
