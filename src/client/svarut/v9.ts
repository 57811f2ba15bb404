import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { SvarUtBestilling } from '../../domain/svarut/bestilling.js';
import type { Nei, Svar } from '../../domain/svar.js';
import type { Oppstroemsstatus, SvarUtOppstroem } from '../../domain/svarut/oppstroem.js';
import { writeMultipart } from '../../soap/multipartWriter.js';
import { faultReason, postStream, postText, type Posted } from '../post.js';
import { answerTo, soapCalls, type Asked } from '../soapCall.js';
import { innholdNei, neiAvError, paaEngelsk, spoersmaalstid } from '../answer.js';
import { erDuplikat, neiAv, neiAvFault } from './answer.js';
import { utenMottaker, utgaaendeInnhold, type Innholdskilde } from './documents.js';
import { statusverdi } from './status.js';
import { sendEnvelope, version9 } from './v9Letter.js';

/*
 * A sender's side of ForsendelsesServiceV9 (CONTRACT.md sections 1 and 2). Small questions are asked by the WSDL that we serve ourselves. Letters
 * are not: the package joins all parts in memory (332 MB for a letter of 100 MB), where ours sends them as they are read.
 */

export interface V9Konto extends Innholdskilde {
  /** Up to the host's name; the path is the contract's. */
  readonly url: string;
  readonly bruker: string;
  readonly passord: string;
  /** Milliseconds for one letter; a question has less. */
  readonly timeout: number;
}

const wsdl = fileURLToPath(new URL(`../../../wsdl/${version9.navn}.wsdl`, import.meta.url));

const basic = ({ bruker, passord }: V9Konto): string =>
  `Basic ${Buffer.from(`${bruker}:${passord}`).toString('base64')}`;

/** Why an answer is none; undefined when it is one. */
function neiIn({ status, octets }: Pick<Posted, 'status' | 'octets'>): Nei | undefined {
  const reason = faultReason(octets);
  if (status === 401 || status === 403) return neiAv(status, reason ?? '');
  if (reason !== undefined) return neiAvFault(reason);
  return status >= 200 && status <= 299 ? undefined : neiAv(status, '');
}

/** Questions of the WSDL. */
const asking = (konto: V9Konto): Asked =>
  soapCalls(wsdl, { forceSoap12Headers: true, endpoint: konto.url + version9.path }, async (url, envelope) => {
    const headers = { 'Content-Type': 'application/soap+xml; charset=utf-8', Authorization: basic(konto) };
    const answer = await postText(url, headers, envelope, spoersmaalstid(konto.timeout));
    return neiIn(answer) ?? answer.octets;
  });

/** Everything in it may be left out, as for a letter that is unknown there. */
const statusresultat = z.object({
  forsendelseStatus: z.string().default(''),
  forsendelsesid: z.string().default(''),
  sisteStatusEndring: z.coerce.date().optional(),
});
const statuser = z.object({ return: z.array(statusresultat.nullable()).default([]) }).nullish();
const historikk = z
  .object({
    return: z.object({ hendelsesLogg: z.array(z.object({ hendelse: z.string().optional() }).nullable()).default([]) }),
  })
  .nullish();

async function post(konto: V9Konto, brev: SvarUtBestilling, id: string): Promise<Svar<string>> {
  const contentId = (i: number): string => `${id}.${i}@posthorn`;
  const envelope = Buffer.from(
    sendEnvelope(
      brev,
      id,
      brev.dokumenter.map((_, i) => contentId(i)),
    ),
  );
  const root = {
    contentType: 'application/xop+xml; charset=UTF-8; type="application/soap+xml"',
    contentId: `${id}@posthorn`,
    size: envelope.length,
    open: () => [envelope],
  };
  const parts = brev.dokumenter.map((dokument, i) => ({
    contentType: 'application/octet-stream',
    contentId: contentId(i),
    ...utgaaendeInnhold(dokument, konto, brev.kryptert),
  }));
  const message = writeMultipart([root, ...parts]);
  const upload = {
    ...message,
    contentType: `${message.contentType}; start-info="application/soap+xml"`,
    headers: { Authorization: basic(konto) },
  };
  try {
    const answer = await postStream(konto.url + version9.path, upload, konto.timeout);
    return neiIn(answer) ?? { type: 'ja', verdi: id };
  } catch (error) {
    return neiAvError(error);
  }
}

/** A SvarUt that is spoken to by SOAP. */
export function v9(konto: V9Konto): SvarUtOppstroem {
  const ask = asking(konto);
  const spoer = (ider: readonly string[]): Promise<Svar<readonly Oppstroemsstatus[]>> =>
    answerTo(ask('retrieveForsendelseStatuser', { forsendelseider: ider }), statuser, (answer) =>
      (answer?.return ?? []).flatMap((one) =>
        one === null
          ? []
          : statusverdi({
              id: one.forsendelsesid,
              status: one.forsendelseStatus,
              endret: one.sisteStatusEndring ?? null,
            }),
      ),
    );
  return {
    async send(brev, id) {
      if (brev.krevNiva4Innlogging && konto.mottaker === undefined) return innholdNei(utenMottaker);
      const svar = await post(konto, { ...brev, kryptert: brev.krevNiva4Innlogging }, id);
      if (svar.type === 'ja' || !erDuplikat(paaEngelsk(svar.grunn))) return svar;
      // Nobody but us chooses this id: a letter that is known by it is the one that we sent before.
      const kjent = await spoer([id]);
      if (kjent.type === 'nei') return kjent;
      return kjent.verdi.some((one) => one.id === id) ? { type: 'ja', verdi: id } : svar;
    },
    statuser: spoer,
    sisteHendelse: (id) =>
      answerTo(
        ask('retrieveForsendelseHistorikk', { forsendelsesid: id }),
        historikk,
        (answer) => answer?.return.hendelsesLogg.at(-1)?.hendelse,
      ),
  };
}
