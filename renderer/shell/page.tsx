// The frame of every screen: a line with its name and controls, and the room below.
import type { ReactNode } from 'react';

export const Page = ({
  title,
  controls,
  isFlush = false,
  children,
}: {
  title: string;
  controls?: ReactNode;
  /** The content brings its own edges and scrolls by itself. */
  isFlush?: boolean;
  children: ReactNode;
}): ReactNode => (
  <main className="page" aria-label={title}>
    <header className="page-head">
      <h1>{title}</h1>
      {controls}
    </header>
    <div className={isFlush ? 'page-body flush' : 'page-body'} {...(isFlush ? {} : { tabIndex: 0 })}>
      {children}
    </div>
  </main>
);
