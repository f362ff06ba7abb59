/** What the desktop shell's preload gives the page; absent in a browser. */
export interface PenstockDesktop {
  readonly platform: string;
  pickFile(options?: { readonly title?: string; readonly extensions?: readonly string[] }): Promise<string | null>;
  pickFolder(): Promise<string | null>;
  /** Path on disk of a file dropped on the page. */
  pathForFile(file: File): string | null;
  onMenu(listener: (command: string) => void): void;
  onEngineRestart(listener: () => void): void;
  onEngineFailed?(listener: (message: string) => void): void;
}

declare global {
  interface Window {
    readonly penstockDesktop?: PenstockDesktop;
  }
}

export function desktop(): PenstockDesktop | null {
  return typeof window === 'undefined' ? null : (window.penstockDesktop ?? null);
}
