import { randomUUID } from 'node:crypto';
import { altinnBasic } from '../../../src/client/altinn/basic.js';
import { altinnRest } from '../../../src/client/altinn/rest.js';
import { paaEngelsk } from '../../../src/client/answer.js';
import { maskinporten, vekslet } from '../../../src/client/maskinporten.js';
import type { Altinn, Altinnbrev } from '../../../src/domain/altinn.js';
import { altinntekster } from '../../../src/domain/altinntekster.js';
import { altinnUtvikling } from '../../../src/sandbox/altinn/altinn.js';
import { caller } from '../../support/answers.js';
import type { TestAltinn } from '../../support/altinn.js';
import { contentOf, open, sizeOf } from '../svarut/upstreams.js';

export { contentOf };

const dokument = (ref: 'r' | 's', filnavn: string) => ({
  filnavn,
  tittel: filnavn,
  mimetype: 'application/pdf',
  innhold: { ref, size: sizeOf(ref), sha256: '00' },
});

export function altinnbrev(changes: Partial<Altinnbrev> = {}): Altinnbrev {
  const tekster = altinntekster('nb', 'EKSEMPEL KOMMUNE', changes.taushetsbelagt ?? false);
  return {
    mottaker: '310000035',
    tittel: 'Vedtak om skjenkebevilling & mer',
    tekster,
    avsender: 'EKSEMPEL KOMMUNE',
    taushetsbelagt: false,
    varsel: { epost: tekster.epost, sms: tekster.sms, gjentas: true },
    trossReservasjon: false,
    dokumenter: [dokument('r', 'vedtak æøå.pdf'), dokument('s', 'kart.pdf')],
    ...changes,
  };
}

interface Wanted {
  readonly timeout?: number;
  readonly now?: () => Date;
  readonly scope?: string;
  readonly passord?: string;
}

/** Both clients, as they are put together for the double. */
export const clients: Readonly<
  Record<'rest' | 'soap', (double: Pick<TestAltinn, 'url' | 'maskinporten'>, wanted?: Wanted) => Altinn>
> = {
  rest(
    { url, maskinporten: issuer },
    { timeout = 10_000, now = () => new Date(), scope = altinnUtvikling.scope } = {},
  ) {
    const tokens = maskinporten({
      url: issuer,
      klientId: altinnUtvikling.klient,
      scope,
      key: caller.key,
      kjede: [],
      timeout,
      now,
    });
    const { vanlig, taushetsbelagt } = altinnUtvikling.ressurser;
    return altinnRest({
      url,
      tokens: vekslet({ url: `${url}/authentication/api/v1/exchange/maskinporten`, tokens, timeout, now }),
      ressurs: vanlig,
      taushetsressurs: taushetsbelagt,
      avsender: '310000000',
      open,
      timeout,
      now,
      pause: 1,
    });
  },
  soap: ({ url }, { timeout = 10_000, now = () => new Date(), passord = altinnUtvikling.passord } = {}) =>
    altinnBasic({
      url,
      bruker: altinnUtvikling.bruker,
      passord,
      systemkode: altinnUtvikling.systemkode,
      tjeneste: ['4255', '10'],
      taushetstjeneste: ['5504', '1'],
      open,
      timeout,
      now,
    }),
};

/** Hands one letter over. @returns the id that it has there */
export async function given(
  altinn: Altinn,
  changes: Partial<Altinnbrev> = {},
  id: string = randomUUID(),
): Promise<string> {
  const svar = await altinn.send(altinnbrev(changes), id);
  if (svar.type === 'nei') throw new Error(paaEngelsk(svar.grunn));
  return svar.verdi.id;
}
