// The failure of a call that must fail.
import { AppError } from '../../preload/contract/errors.ts';

/** Throws what is no AppError, and when there is no failure at all. */
export const failureOf = async (work: Promise<unknown>): Promise<AppError> => {
  try {
    await work;
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error('it went well');
};
