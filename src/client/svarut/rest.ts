import { z } from 'zod';
import type { SvarUtBestilling } from '../../domain/svarut/bestilling.js';
import type { Svar } from '../../domain/svar.js';
import type { SvarUtOppstroem } from '../../domain/svarut/oppstroem.js';
import { writeForm } from '../../soap/multipartWriter.js';
import { ask, postStream, type Posted } from '../post.js';
import { innholdNei, motKontrakten, spoersmaalstid } from '../answer.js';
import { withToken } from '../bearer.js';
import { neiAv } from './answer.js';
import { utenMottaker, utgaaendeInnhold, type Innholdskilde } from './documents.js';
import type { Tokenkilde } from '../maskinporten.js';
import { sendJson } from './restLetter.js';
import { statusverdi } from './status.js';

/* A sender's side of SvarUt's REST V2 (CONTRACT.md section 5, and its OpenAPI). */

export interface RestKonto extends Innholdskilde {
  /** Up to the host's name; the paths are the contract's. */
  readonly url: string;
  /** UUID of the account. */
  readonly kontoId: string;
  readonly integrasjonId: string;
  readonly integrasjonPassord: string;
  readonly tokens: Tokenkilde;
  /** Milliseconds for one letter; a question has less. */
  readonly timeout: number;
}

const sendt = z.object({ id: z.string() });
const funnet = z.object({ forsendelseIds: z.array(z.string()) });
const statuser = z.object({
  statuser: z.array(z.object({ id: z.string(), status: z.string(), sisteStatusEndring: z.coerce.date() })),
});
const hendelser = z.object({ hendelser: z.array(z.object({ hendelse: z.string() })) });
const feil = z.object({ message: z.string() });

type Headers = Readonly<Record<string, string>>;

/** One request, by the account. */
const asked = <T, U>(
  { tokens, integrasjonId, integrasjonPassord }: RestKonto,
  request: (headers: Headers) => Promise<Pick<Posted, 'status' | 'octets'>>,
  schema: z.ZodType<T>,
  read: (answer: T) => U,
): Promise<Svar<U>> =>
  withToken(
    tokens,
    (headers) => request({ ...headers, IntegrasjonId: integrasjonId, IntegrasjonPassord: integrasjonPassord }),
    ({ status }, json) => {
      if (status < 200 || status > 299) return neiAv(status, feil.safeParse(json).data?.message ?? '');
      const answer = schema.safeParse(json);
      return answer.success ? { type: 'ja', verdi: read(answer.data) } : motKontrakten();
    },
  );

/** The form: the letter as JSON, then each document under its own name. It can be sent more than once. */
function form(konto: RestKonto, brev: SvarUtBestilling, id: string) {
  const json = Buffer.from(sendJson(brev, id));
  const files = brev.dokumenter.map((dokument) => ({
    name: dokument.filnavn,
    filename: dokument.filnavn,
    contentType: dokument.mimetype,
    ...utgaaendeInnhold(dokument, konto, brev.kryptert),
  }));
  const letter = { name: 'forsendelse', contentType: 'application/json', size: json.length, open: () => [json] };
  return writeForm([letter, ...files]);
}

/** A SvarUt that is spoken to by REST. It gives the ids itself, so a letter is looked for by its reference before it is sent. */
export function rest(konto: RestKonto): SvarUtOppstroem {
  const { timeout, kontoId } = konto;
  const base = `${konto.url}/api/v2`;
  const forsendelser = `${base}/kontoer/${encodeURIComponent(kontoId)}/forsendelser`;
  const get = <T, U>(url: string, schema: z.ZodType<T>, read: (answer: T) => U): Promise<Svar<U>> =>
    asked(konto, (headers) => ask(url, { headers }, spoersmaalstid(timeout)), schema, read);
  return {
    async send(brev, id) {
      if (brev.krevNiva4Innlogging && konto.mottaker === undefined) return innholdNei(utenMottaker);
      const query = new URLSearchParams({ eksternRef: id });
      const kjent = await get(`${forsendelser}?${query.toString()}`, funnet, ({ forsendelseIds }) => forsendelseIds);
      if (kjent.type === 'nei') return kjent;
      const [there] = kjent.verdi;
      if (there !== undefined) return { type: 'ja', verdi: there };
      const out = { ...brev, kryptert: brev.krevNiva4Innlogging };
      return asked(
        konto,
        (headers) => postStream(forsendelser, { ...form(konto, out, id), headers }, timeout),
        sendt,
        (answer) => answer.id,
      );
    },
    statuser: (ider) =>
      asked(
        konto,
        (headers) =>
          ask(
            `${forsendelser}/status-sok`,
            {
              method: 'POST',
              headers: { ...headers, 'Content-Type': 'application/json' },
              body: JSON.stringify({ forsendelseIds: ider }),
            },
            spoersmaalstid(timeout),
          ),
        statuser,
        (answer) =>
          answer.statuser.flatMap(({ id, status, sisteStatusEndring: endret }) => statusverdi({ id, status, endret })),
      ),
    sisteHendelse: (id) =>
      get(
        `${base}/forsendelser/${encodeURIComponent(id)}/hendelser`,
        hendelser,
        (answer) => answer.hendelser.at(-1)?.hendelse,
      ),
  };
}
