import type { Fakta } from '../../src/domain/routing/facts.js';
import type { Valg } from '../../src/domain/routing/choice.js';
import { ellersPapir, reglerFor } from '../../src/domain/routing/rules.js';
import { hendelser, tilstander, type Hendelsestype, type Tilstand } from '../../src/domain/shipment.js';
import { transition } from '../../src/domain/transitions.js';
import { about, foreldet, epost, mobil, order } from '../../test/domain/routing/fakta.js';

/* What happens to a letter, as README tells it: the rows of the routing table in their own words, and the states with what leads on. */

/** A letter about which each row has something to say: of a type, to somebody with a mailbox and contact information that is stale. */
const stale = about({ mobiltelefonnummer: mobil(foreldet), epostadresse: epost(foreldet) });
const someone: Fakta = { ...order({ dokumenttype: 'skattemelding' }, stale), identifikatorer: 'real' };
/** The last row is about those without a mailbox. */
const nobody = about({ postkasse: null });

const ways: Readonly<Record<Extract<Valg, { kanal: unknown }>['kanal'], string>> = {
  POSTKASSE: 'the mailbox',
  UTSKRIFT: 'paper',
  ALTINN: 'Altinn',
  PORTAL: 'back to its sender, who shows it',
  SVARINN: "the recipient's own system",
};

const goes = (valg: Valg): string => ('kode' in valg ? `nowhere: \`${valg.kode}\`` : ways[valg.kanal]);

/** Each row of the routing table: rule, law, what it says when it decides, and where the letter goes then. */
export const routingRows = (): readonly (readonly string[])[] => {
  const rows = reglerFor(someone).map(
    ({ regel, lovhjemmel, traff, utfall }) => [regel, lovhjemmel, traff.en(someone), utfall(someone)] as const,
  );
  const last = [
    ellersPapir.regel,
    ellersPapir.lovhjemmel,
    ellersPapir.traff.en(nobody),
    ellersPapir.utfall(nobody),
  ] as const;
  return [...rows, last].map(([regel, law, words, valg], i) => [String(i + 1), words, goes(valg), regel, law ?? '']);
};

/** What is told elsewhere: that a letter was read by another system, or stopped by an operator, may happen at any time; what its sender shows is read there. */
const leftOut: ReadonlySet<Hendelsestype> = new Set<Hendelsestype>(['LEST_EKSTERNT', 'STANSET']);

/** The events that lead from one state to another, by where they lead. */
function leadsOn(from: Tilstand): readonly (readonly [to: Tilstand, by: readonly Hendelsestype[]])[] {
  const events = hendelser.filter((event) => !leftOut.has(event) || (from === 'OVERLATT' && event === 'LEST_EKSTERNT'));
  return tilstander
    .filter((to) => to !== from)
    .map((to) => [to, events.filter((event) => transition(from, event) === to)] as const)
    .filter(([, by]) => by.length > 0);
}

/** The states, as GitHub draws them. A receipt that overtakes another leads on as well; the picture has the order in which they come. */
export function statePicture(): string {
  const order: Partial<Readonly<Record<Tilstand, readonly Tilstand[]>>> = {
    MOTTATT: ['SENDT', 'TRUKKET', 'OVERLATT', 'FEILET'],
    SENDT: ['I_PRODUKSJON', 'LEVERT', 'VARSLET', 'MOTTATT', 'FEILET'],
    I_PRODUKSJON: ['LEVERT', 'FEILET'],
    OVERLATT: ['MOTTATT', 'AAPNET'],
    FEILET: ['MOTTATT'],
  };
  const edges = tilstander.flatMap((from) =>
    leadsOn(from)
      .filter(([to]) => order[from]?.includes(to) ?? true)
      .map(([to, by]) => `  ${from} --> ${to}: ${by.join(', ')}`),
  );
  return ['```mermaid', 'stateDiagram-v2', '  [*] --> MOTTATT', ...edges, '```'].join('\n');
}
