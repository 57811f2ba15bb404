import { tilstander, type Hendelsestype, type Tilstand } from './shipment.js';

type Steg = Partial<Readonly<Record<Hendelsestype, Tilstand>>>;

/** What a provider reports by a receipt. It may come late, twice and out of order, so each of them is recorded in every state. */
export const meldtUtenfra = [
  'MOTTAK',
  'LEVERING',
  'VARSLINGFEILET',
  'AAPNING',
  'RETURPOST',
  'FEIL',
] as const satisfies readonly Hendelsestype[];

/** A state that no receipt changes. */
const staarFast = (tilstand: Tilstand): Steg => Object.fromEntries(meldtUtenfra.map((type) => [type, tilstand]));

/** Our own side of a push whose receipts were faster than its answer: what the provider has said stands. */
const forsinket = (tilstand: Tilstand): Steg => ({ FORSOEK_UTSATT: tilstand, SENDT: tilstand, OPPGITT: tilstand });

/** What a sender's own system may say in every state (SvarUt's CONTRACT.md section 6), and what its operator may while the letter is under way. */
const lest: Steg = { LEST_EKSTERNT: 'AAPNET' };
const underveis: Steg = { ...lest, STANSET: 'TRUKKET' };

/**
 * From each state, what each event leads to. A pair that is not here cannot happen: the sender withdraws only what
 * has not been handed on, and a new look-up is made only while nothing has been delivered, or where nobody could be told of what was handed back. A letter that failed can be taken up
 * again by an operator, so the outcome of a new attempt counts; a receipt does not.
 */
const tabell: Readonly<Record<Tilstand, Steg>> = {
  MOTTATT: {
    ...underveis,
    VARSLET: 'VARSLET',
    FORSOEK_UTSATT: 'MOTTATT',
    SENDT: 'SENDT',
    MOTTAK: 'I_PRODUKSJON',
    LEVERING: 'LEVERT',
    VARSLINGFEILET: 'MOTTATT',
    AAPNING: 'AAPNET',
    RETURPOST: 'RETURNERT',
    FEIL: 'FEILET',
    NYTT_OPPSLAG: 'MOTTATT',
    TRUKKET: 'TRUKKET',
    OVERLATT: 'OVERLATT',
    OPPGITT: 'FEILET',
  },
  SENDT: {
    ...underveis,
    SENDT: 'SENDT',
    VARSLET: 'VARSLET',
    MOTTAK_FEILET: 'SENDT',
    MOTTAK: 'I_PRODUKSJON',
    LEVERING: 'LEVERT',
    VARSLINGFEILET: 'SENDT',
    AAPNING: 'AAPNET',
    RETURPOST: 'RETURNERT',
    FEIL: 'FEILET',
    NYTT_OPPSLAG: 'MOTTATT',
  },
  I_PRODUKSJON: {
    ...underveis,
    ...forsinket('I_PRODUKSJON'),
    MOTTAK: 'I_PRODUKSJON',
    LEVERING: 'LEVERT',
    VARSLINGFEILET: 'I_PRODUKSJON',
    AAPNING: 'AAPNET',
    RETURPOST: 'RETURNERT',
    FEIL: 'FEILET',
  },
  LEVERT: { ...forsinket('LEVERT'), ...staarFast('LEVERT'), ...lest, AAPNING: 'AAPNET', RETURPOST: 'RETURNERT' },
  AAPNET: { ...forsinket('AAPNET'), ...staarFast('AAPNET'), ...lest },
  RETURNERT: { ...forsinket('RETURNERT'), ...staarFast('RETURNERT'), ...lest },
  TRUKKET: { ...staarFast('TRUKKET'), ...lest },
  OVERLATT: { ...staarFast('OVERLATT'), ...lest, NYTT_OPPSLAG: 'MOTTATT' },
  VARSLET: {
    ...forsinket('VARSLET'),
    ...staarFast('VARSLET'),
    ...underveis,
    VARSLET: 'VARSLET',
    LEVERING: 'LEVERT',
    AAPNING: 'AAPNET',
    NYTT_OPPSLAG: 'MOTTATT',
    LESEFRIST: 'LEVERT',
  },
  FEILET: {
    ...underveis,
    ...staarFast('FEILET'),
    FORSOEK_UTSATT: 'MOTTATT',
    SENDT: 'SENDT',
    NYTT_OPPSLAG: 'MOTTATT',
    OVERLATT: 'OVERLATT',
    OPPGITT: 'FEILET',
  },
};

/** A state, and those from which events may lead to it. */
function medVeiTil(tilstand: Tilstand): ReadonlySet<Tilstand> {
  const funnet = new Set([tilstand]);
  for (let antall = 0; antall < funnet.size;) {
    antall = funnet.size;
    for (const fra of tilstander) if (Object.values(tabell[fra]).some((til) => funnet.has(til))) funnet.add(fra);
  }
  return funnet;
}

/** From here a letter may be handed on, or once more. */
const kanSendes = medVeiTil('MOTTATT');

/**
 * Whether an event that led to a state ends the need for what the letter holds: nothing leads back from there to its being handed on. A
 * letter that was given up keeps its contents, for an operator may take it up again; one that somebody refused does not.
 */
export const frigir = (til: Tilstand, hendelsestype: Hendelsestype): boolean =>
  !kanSendes.has(til) || (til === 'FEILET' && hendelsestype === 'FEIL');

/**
 * The state after an event: the same state when the event is recorded and changes nothing; undefined when the event cannot
 * happen in that state.
 */
export function transition(tilstand: Tilstand, hendelsestype: Hendelsestype): Tilstand | undefined {
  return tabell[tilstand][hendelsestype];
}
