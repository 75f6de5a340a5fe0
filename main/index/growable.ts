// Typed arrays that grow: the storage under every column. Owns how capacity is chosen. Imports nothing.

export type NumberArray =
  | Uint8Array
  | Uint16Array
  | Uint32Array
  | Int8Array
  | Int16Array
  | Int32Array
  | Float32Array
  | Float64Array;

/** Room for `size` elements: an eighth more, so that a sync that adds conversations does not copy for each page. */
export const roomFor = (size: number): number => Math.max(64, size + (size >>> 3));

/** The array itself when it is long enough, else a longer copy. */
export const withRoom = <T extends NumberArray>(array: T, size: number): T => {
  if (array.length >= size) return array;
  const longer = new (array.constructor as new (length: number) => T)(roomFor(size));
  longer.set(array as never);
  return longer;
};
