/** What the desktop shell's preload gives the page; absent in a browser. */
export interface PenstockDesktop {
  readonly platform: string;
  pickFile(options?: { readonly title?: string; readonly extensions?: readonly string[] }): Promise<string | null>;
  pickFolder(): Promise<string | null>;
  /** To be called once the page listens for its port to the engine, which may have come before. */
  listens(): void;
  /** Opens a view in a window of its own; `page` is the query of its address. A place off every screen is not taken. */
  openView(view: { readonly id: string; readonly page: string; readonly bounds: { readonly x: number; readonly y: number; readonly width: number; readonly height: number } | null }): Promise<void>;
  /** A person closed the window of a view. */
  onViewClosed(listener: (id: string) => void): void;
  /** Asks where and writes a page as PDF; null where the person gave up. Absent in older shells. */
  savePdf?(html: string, name: string): Promise<string | null>;
  /** Shows a message of the system. Absent in older shells. */
  notify?(title: string, message: string): Promise<void>;
  /** Path on disk of a file dropped on the page. */
  pathForFile(file: File): string | null;
  /** Menu and dialogs of the shell follow the page's language. */
  speak(language: string): Promise<void>;
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
