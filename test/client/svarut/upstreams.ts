import { maskinporten } from '../../../src/client/maskinporten.js';
import { rest } from '../../../src/client/svarut/rest.js';
import { v9 } from '../../../src/client/svarut/v9.js';
import type { SvarUtOppstroem } from '../../../src/domain/svarut/oppstroem.js';
import type { CmsRecipient } from '../../../src/security/cms.js';
import { caller } from '../../support/answers.js';
import { konto } from '../../support/svarutUpstream.js';

const documents: Readonly<Record<string, Buffer>> = {
  r: Buffer.from('%PDF-1.7 the letter'),
  s: Buffer.alloc(300_000, 7),
};

/** The payload store: two documents, in pieces. */
export async function* open(ref: string): AsyncGenerator<Buffer> {
  const all = documents[ref] ?? Buffer.alloc(0);
  for (let at = 0; at < all.length; at += 65_536) yield all.subarray(at, at + 65_536);
}

export const sizeOf = (ref: 'r' | 's'): number => documents[ref]?.length ?? 0;
export const contentOf = (ref: 'r' | 's'): Buffer => documents[ref] ?? Buffer.alloc(0);

export interface Wanted {
  readonly timeout?: number;
  readonly passord?: string;
  readonly mottaker?: CmsRecipient;
  readonly now?: () => Date;
}

/** Both clients of an upstream, as they are put together for it. */
export const clients: Readonly<Record<'soap' | 'rest', (url: string, wanted?: Wanted) => SvarUtOppstroem>> = {
  soap: (url, { timeout = 10_000, passord = konto.passord, mottaker } = {}) =>
    v9({ url, bruker: konto.bruker, passord, timeout, open, mottaker }),
  rest: (url, { timeout = 10_000, passord = konto.passord, mottaker, now = () => new Date() } = {}) =>
    rest({
      url,
      kontoId: konto.kontoId,
      integrasjonId: konto.bruker,
      integrasjonPassord: passord,
      timeout,
      open,
      mottaker,
      tokens: maskinporten({
        url,
        klientId: konto.klient,
        scope: konto.scope,
        key: caller.key,
        kjede: [],
        timeout,
        now,
      }),
    }),
};
