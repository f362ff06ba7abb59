import { isAppPage } from '../windows/served-file.ts';

/** Only the app's own top frame may call; a frame inside it, or a page from anywhere else, is refused. */
export function isTrustedSender(event: { readonly senderFrame: { readonly parent: object | null; readonly url: string } | null }): boolean {
  const frame = event.senderFrame;
  return frame !== null && frame.parent === null && isAppPage(frame.url);
}
