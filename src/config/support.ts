import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { Brukerstoette } from '../domain/brukerstoette.js';

const line = z.string().trim().min(1).max(100);
const schema = z.array(
  z.strictObject({
    hos: z.string().regex(/^(\d{9}|ALTINN|ID-PORTEN)$/),
    navn: line,
    telefon: line,
    aapningstid: line,
    aar: z.int().min(2000).max(2100),
  }),
);

/** Who can help, from the file of POSTHORN_SUPPORT_FILE. @throws Error with a sentence for people */
export function readSupport(path: string): readonly Brukerstoette[] {
  try {
    return schema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (error) {
    const reason = error instanceof z.ZodError ? z.prettifyError(error) : String(error);
    throw new Error(`POSTHORN_SUPPORT_FILE cannot be used (${reason}). support/2015.json shows its form.`);
  }
}
