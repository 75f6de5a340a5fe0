// Mantine's defaults for a dense, calm window. Colours and sizes are in theme.css, as CSS variables: Mantine then has no
// style tag to add, and the content security policy can stay strict.
import { createTheme } from '@mantine/core';

export const theme = createTheme({
  cursorType: 'pointer',
  respectReducedMotion: true,
  components: {
    Button: { defaultProps: { size: 'xs' } },
    ActionIcon: { defaultProps: { size: 'md', variant: 'subtle', color: 'gray' } },
    TextInput: { defaultProps: { size: 'xs' } },
    PasswordInput: { defaultProps: { size: 'xs' } },
    Textarea: { defaultProps: { size: 'xs' } },
    NumberInput: { defaultProps: { size: 'xs' } },
    Select: { defaultProps: { size: 'xs', allowDeselect: false, checkIconPosition: 'right' } },
    NativeSelect: { defaultProps: { size: 'xs' } },
    SegmentedControl: { defaultProps: { size: 'xs' } },
    Checkbox: { defaultProps: { size: 'xs' } },
    Switch: { defaultProps: { size: 'xs' } },
    Radio: { defaultProps: { size: 'xs' } },
    // The page behind never scrolls, so there is nothing to lock (locking would add a style tag).
    Modal: {
      defaultProps: {
        lockScroll: false,
        size: 'md',
        transitionProps: { duration: 80 },
        closeButtonProps: { 'aria-label': 'Close' },
      },
    },
    Drawer: { defaultProps: { lockScroll: false, transitionProps: { duration: 80 } } },
    Tooltip: { defaultProps: { openDelay: 400, withArrow: false, transitionProps: { duration: 60 } } },
    Menu: { defaultProps: { transitionProps: { duration: 60 }, shadow: 'md' } },
    Popover: { defaultProps: { transitionProps: { duration: 60 }, shadow: 'md' } },
  },
});
