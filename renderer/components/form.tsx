// A form whose words the window takes itself: sending it never loads another page.
import type { ComponentProps, ReactNode } from 'react';

export const Form = ({
  onSubmit,
  ...rest
}: Omit<ComponentProps<'form'>, 'onSubmit'> & { onSubmit(): void }): ReactNode => (
  <form
    {...rest}
    onSubmit={(event) => {
      event.preventDefault();
      onSubmit();
    }}
  />
);
