import { Component, type ReactNode } from 'react';
import { CircleAlert } from 'lucide-react';
import { Button, EmptyState } from '../ui/index.ts';
import { texts } from '../text/texts.ts';

interface Props {
  /** What this part of the window is called, for the sentence. */
  readonly part: string;
  readonly children: ReactNode;
}

/** Keeps a mistake in one part of the window from taking the others with it. */
export class ErrorBoundary extends Component<Props, { readonly error: Error | null }> {
  override state: { readonly error: Error | null } = { error: null };

  static getDerivedStateFromError(error: unknown): { error: Error } {
    return { error: error instanceof Error ? error : new Error(String(error)) };
  }

  override componentDidCatch(error: unknown): void {
    // For whoever looks into the developer tools; the person sees a sentence.
    console.error(error);
  }

  override render(): ReactNode {
    const { error } = this.state;
    if (!error) return this.props.children;
    return (
      <EmptyState
        icon={<CircleAlert />}
        title={texts.app.cannotShow(this.props.part)}
        action={
          <>
            <Button onClick={() => this.setState({ error: null })}>{texts.common.tryAgain}</Button>
            <Button variant="quiet" onClick={() => location.reload()}>
              {texts.app.reloadWindow}
            </Button>
          </>
        }
      >
        {texts.app.unexpected(error.message.split('\n')[0] ?? '')}
      </EmptyState>
    );
  }
}
