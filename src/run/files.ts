import { randomBytes } from 'node:crypto';

export const isMissing = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'ENOENT';

/** A name in the same directory for a file that is not whole yet. */
export const draftOf = (file: string): string => `${file}.${process.pid}.${randomBytes(4).toString('hex')}`;
