import { client, follow } from '../rpc/client.ts';
import { desktop } from '../rpc/desktop.ts';
import { notify } from '../state/notices.ts';
import { useView } from '../state/view.ts';
import { texts } from '../text/texts.ts';

/**
 * Shows what the project's desktop channels say: by the system where the shell or the browser may, and always in the page, where the
 * message leads to the automation.
 */
export function startDesktopNotices(): void {
  void follow(
    (signal) => client.automation.notices(undefined, { signal }),
    ({ event, title, message }) => {
      notify({
        severity: event === 'failure' || event === 'alarm' ? 'warning' : 'info',
        message: `${title}. ${message}`,
        action: { label: texts.automation.title, run: () => useView.setState({ page: 'automation' }) },
      });
      const shell = desktop();
      if (shell?.notify) void shell.notify(title, message);
      else if (shell === null && typeof Notification !== 'undefined' && Notification.permission === 'granted') new Notification(title, { body: message }).onclick = () => window.focus();
    },
    new AbortController().signal,
  ).catch(() => undefined);
}
