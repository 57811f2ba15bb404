import type { Spraak } from './person.js';

/** Languages of Altinn. It has no Sámi. */
export type Altinnspraak = 'nb' | 'nn' | 'en';

/** What a letter says in Altinn beside its documents, in one language. */
export interface Altinntekster {
  readonly spraak: Altinnspraak;
  /** Over the documents, in the list and in the letter. */
  readonly sammendrag: string;
  readonly brevtekst: string;
  readonly emne: string;
  /** Of the notice; Altinn fills in the name of the recipient. */
  readonly epost: string;
  readonly sms: string;
}

/** Altinn's own sign for the name of the recipient. */
const MOTTAKER = '$correspondenceRecipientName$';

interface Ord {
  readonly brev: string;
  readonly fra: (navn: string) => string;
  readonly vedlagt: string;
  readonly hilsen: (navn: string) => string;
  readonly sms: (navn: string) => string;
  /** Added to what is confidential. */
  readonly taushet: string;
}

const ord: Readonly<Record<Altinnspraak, Ord>> = {
  nb: {
    brev: 'Nytt brev i Altinn',
    fra: (navn) => `Brev fra ${navn}.`,
    vedlagt: 'Brevet ligger ved som dokument.',
    hilsen: (navn) => `${MOTTAKER} har fått et brev fra ${navn} i Altinn. Logg inn i Altinn for å lese det.`,
    sms: (navn) => `Nytt brev fra ${navn} i Altinn. Logg inn for å lese det.`,
    taushet: 'Brevet er taushetsbelagt: bare den som har fått tilgang til taushetsbelagt post, kan lese det.',
  },
  nn: {
    brev: 'Nytt brev i Altinn',
    fra: (navn) => `Brev frå ${navn}.`,
    vedlagt: 'Brevet ligg ved som dokument.',
    hilsen: (navn) => `${MOTTAKER} har fått eit brev frå ${navn} i Altinn. Logg inn i Altinn for å lese det.`,
    sms: (navn) => `Nytt brev frå ${navn} i Altinn. Logg inn for å lese det.`,
    taushet: 'Brevet er underlagt teieplikt: berre den som har fått tilgang til slik post, kan lese det.',
  },
  en: {
    brev: 'New letter in Altinn',
    fra: (navn) => `Letter from ${navn}.`,
    vedlagt: 'The letter is attached as a document.',
    hilsen: (navn) => `${MOTTAKER} has a letter from ${navn} in Altinn. Log in to Altinn to read it.`,
    sms: (navn) => `New letter from ${navn} in Altinn. Log in to read it.`,
    taushet: 'The letter is confidential: only who has been given access to confidential mail can read it.',
  },
};

/** A name that leaves room for the words around it in an SMS. */
const kortnavn = (navn: string): string => [...navn].slice(0, 80).join('');

/** The words around a letter from `navn`; no word of its contents. */
export function altinntekster(spraak: Spraak, navn: string, taushetsbelagt: boolean): Altinntekster {
  const valgt = spraak === 'se' ? 'nb' : spraak;
  const o = ord[valgt];
  const med = (tekst: string): string => (taushetsbelagt ? `${tekst} ${o.taushet}` : tekst);
  return {
    spraak: valgt,
    sammendrag: o.fra(navn),
    brevtekst: med(o.vedlagt),
    emne: o.brev,
    epost: med(o.hilsen(kortnavn(navn))),
    sms: o.sms(kortnavn(navn)),
  };
}
