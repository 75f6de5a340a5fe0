// What the audit recorded, as words: the program's names for things are for the command line's JSON.
const wordsOf = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);

/** kind: export, masked, not complete, lost rows: 3. */
export const describeDetails = (details: Readonly<Record<string, unknown>>): string =>
  Object.entries(details)
    .map(([name, value]) =>
      typeof value === 'boolean'
        ? `${value ? '' : 'not '}${wordsOf(name).replace(/^is /, '')}`
        : `${wordsOf(name)}: ${value ?? 'none'}`,
    )
    .join(', ');

export const describeAction = (action: string): string => action.slice(0, 1).toUpperCase() + action.slice(1);
