// Keeps a fault in one screen from taking the window down: says so, and offers to draw the screen again.
import { Component, type ReactNode } from 'react';
import { Failure } from './states.tsx';

type Props = { children: ReactNode };
type State = { error: unknown };

export class ErrorBoundary extends Component<Props, State> {
  override state: State = { error: null };

  static getDerivedStateFromError(error: unknown): State {
    return { error };
  }

  override render(): ReactNode {
    if (this.state.error === null) return this.props.children;
    return (
      <main className="page">
        <Failure error={this.state.error} onRetry={() => this.setState({ error: null })} />
      </main>
    );
  }
}
