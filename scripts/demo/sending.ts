import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { PDFDocument } from 'pdf-lib';
import { confirmReceipts, fetchReceipts, letterStatus, sendLetter } from '../../src/client/forsendelse.js';
import type { ForsendelseService } from '../../src/client/forsendelse.js';
import type { StatusISvar } from '../../src/contract/forsendelse/answers.js';
import { PATH } from '../../src/contract/forsendelse/names.js';
import type { BrevInn } from '../../src/contract/forsendelse/request.js';
import { limits } from '../../src/limits.js';
import { developmentAccounts } from '../../src/sandbox/developmentData.js';
import { identities } from '../../src/sandbox/pki/development.js';
import { testpersons } from '../../src/sandbox/testpersons.js';
import { citizens } from './citizens.js';
import type { Citizens } from './citizens.js';
import type { Instance } from './instance.js';
import { chapter, say, show } from './story.js';
import type { Shown } from './story.js';

/* The letters of the demo: eight are sent at once, and followed until the last receipt. */

const suppliers: Readonly<Record<string, string>> = {
  '984661185': 'Digipost',
  '996460320': 'e-Boks',
  '310000051': 'print',
};

interface Scene {
  readonly what: string;
  /** Name of the test person. */
  readonly to: string;
  readonly changes?: Partial<BrevInn>;
  readonly expected: string;
}

const opening = { aapningskvittering: { begrunnelse: 'Klagefristen løper fra åpning' } };

const scenes: readonly Scene[] = [
  { what: 'Mailbox at Digipost', to: 'digipost', changes: opening, expected: 'LEVERT, Digipost, notice EPOST SMS' },
  { what: 'Mailbox at e-Boks', to: 'e-boks', expected: 'LEVERT, e-Boks, notice EPOST SMS' },
  { what: 'Mailbox, and a mobile only', to: 'd-number', expected: 'LEVERT, Digipost, notice SMS' },
  { what: 'Reserved', to: 'reserved', expected: 'LEVERT, print' },
  { what: 'No contact point', to: 'no-contact', expected: 'LEVERT, print' },
  {
    what: 'Mailbox that is down twice',
    to: 'e-boks',
    changes: { tittel: 'Vedtak (mailbox down)', prioritet: 'PRIORITERT' },
    expected: 'LEVERT, e-Boks, notice EPOST SMS, 2 attempts put off',
  },
  {
    what: 'Recipient who moves meanwhile',
    to: '2032-number',
    changes: { tittel: 'Vedtak (late receipt)' },
    expected: 'LEVERT, Digipost, notice EPOST, looked up again',
  },
  {
    what: 'Business',
    to: 'digipost',
    changes: { mottaker: { id: identities.supplier.organisasjonsnummer, postadresse: null } },
    expected: 'LEVERT, Altinn',
  },
];

const cast = testpersons(new Date());
export const idOf = (navn: string): string => cast.find((t) => t.navn === navn)?.personidentifikator ?? '';

const address = (navn: string) => ({ navn, adresselinjer: ['Storgata 1'], postnummer: '0155', poststed: 'OSLO' });

/** A document to send. */
export async function letter(): Promise<Uint8Array> {
  const pdf = await PDFDocument.create();
  pdf.addPage().drawText('Vedtak');
  return pdf.save();
}

/** A letter to a test person, by its name. */
export const letterTo = ({ to, changes }: Pick<Scene, 'to' | 'changes'>, innhold: Uint8Array): BrevInn => ({
  eksternRef: `demo ${randomUUID()}`,
  mottaker: { id: idOf(to), postadresse: address('Kari Nordmann') },
  tittel: 'Vedtak',
  spraak: 'nb',
  klasse: 'VEDTAK',
  prioritet: 'NORMAL',
  virkningstidspunkt: null,
  sikkerhetsnivaa: 4,
  aapningskvittering: null,
  varseltekst: { epost: null, sms: null },
  kunDigitalt: false,
  utskrift: {
    posttype: 'B_OEKONOMI',
    farge: 'SORT_HVIT',
    retur: 'DIREKTE_RETUR',
    returadresse: address('Eksempel kommune'),
  },
  kostnadskode: null,
  hoveddokument: { filnavn: 'vedtak.pdf', tittel: 'Vedtak', mimetype: 'application/pdf', innhold },
  vedlegg: [],
  ...changes,
});

/** Forsendelse of the instance, by the development account. */
export function serviceOf({ url }: Instance): ForsendelseService {
  const account = developmentAccounts.find(({ tjeneste }) => tjeneste === 'FORSENDELSE');
  if (account === undefined) throw new Error('There is no development account for Forsendelse.');
  return { url: url + PATH, brukernavn: account.brukernavn, passord: account.passord, version: '1.2' };
}

/** Milliseconds that all letters together get, and between two looks at them. */
const PATIENCE_MS = 40_000;
const LOOK_MS = 250;

/** Looks at letters until `done` holds for all, or patience ends. @returns them as they are then, in the order asked */
export async function watch(
  service: ForsendelseService,
  ids: readonly string[],
  done: (status: StatusISvar) => boolean,
): Promise<readonly StatusISvar[]> {
  const until = Date.now() + PATIENCE_MS;
  for (;;) {
    const found = await letterStatus(service, { ider: ids });
    if (found.every(done) || Date.now() > until) {
      return ids.flatMap((id) => found.filter((s) => s.forsendelsesId === id));
    }
    await sleep(LOOK_MS);
  }
}

export const ended = ({ tilstand }: StatusISvar): boolean => !['MOTTATT', 'SENDT', 'I_PRODUKSJON'].includes(tilstand);

const placeOf = ({ kanal, leverandoer }: StatusISvar['beslutning']): string =>
  kanal === 'ALTINN' ? 'Altinn' : (suppliers[leverandoer ?? ''] ?? 'nowhere');

/** Where a letter ended, and what came in between, in a few words. */
export function outcomeOf({ tilstand, beslutning, hendelser }: StatusISvar): string {
  const count = (type: string): number => hendelser.filter((h) => h.type === type).length;
  const notices = beslutning.varsler.map((v) => v.varslingskanal).join(' ');
  const putOff = count('FORSOEK_UTSATT');
  return [
    tilstand,
    placeOf(beslutning),
    ...(notices === '' ? [] : [`notice ${notices}`]),
    ...(putOff === 0 ? [] : [`${putOff} attempts put off`]),
    ...(count('NYTT_OPPSLAG') === 0 ? [] : ['looked up again']),
  ].join(', ');
}

async function sent(service: ForsendelseService, users: Citizens): Promise<readonly string[]> {
  chapter(
    '6. The case system sends eight letters, one call each',
    'EKSEMPEL KOMMUNE asks nothing first: each letter carries the number and the postal address of its recipient, and Posthorn',
    'decides by the register. The answer says where the letter goes, and which rule decided.',
  );
  const innhold = await letter();
  const answers = [];
  for (const scene of scenes) answers.push(await sendLetter(service, letterTo(scene, innhold)));
  const rows = answers.map(({ beslutning }, i) => {
    const reason = beslutning.regler.find((r) => r.traff);
    return [scenes[i]?.what ?? '', placeOf(beslutning), reason?.regel ?? '', reason?.tekst.en ?? ''];
  });
  show([['recipient', 'goes to', 'rule', 'because'], ...rows]);
  say('', '  Now the last recipient moves, while the letter is under way:');
  say(`  ${await users.run('switch', idOf('2032-number'))}`);
  return answers.map((a) => a.forsendelsesId);
}

async function arrived(service: ForsendelseService, ids: readonly string[]): Promise<Shown[]> {
  chapter('7. The letters are followed until they have arrived', 'One mailbox is down twice; one recipient has left.');
  const statuses = await watch(service, ids, ended);
  for (const at of [5, 6]) {
    say(`  ${scenes[at]?.what}:`);
    show((statuses[at]?.hendelser ?? []).slice(1).map((h) => [h.tid.toISOString().slice(11, 19), h.type, h.tekst.en]));
    say('');
  }
  return scenes.map(({ what, expected }, i) => {
    const status = statuses[i];
    return { what, expected, got: status === undefined ? 'unknown' : outcomeOf(status) };
  });
}

async function opened(service: ForsendelseService, users: Citizens, id: string): Promise<Shown[]> {
  chapter(
    '8. The recipient opens a letter',
    'It asks for a log-in at level 4; the recipient comes at level 3 first (R-27).',
  );
  const [low, high] = [
    await users.run('open', idOf('digipost'), '--level', '3'),
    await users.run('open', idOf('digipost'), '--level', '4'),
  ];
  say(...[low, high].flatMap((text) => text.split('\n')).map((line) => `  ${line}`));
  const [status] = await watch(service, [id], ({ tilstand }) => tilstand === 'AAPNET');
  return [
    { what: 'Log-in at level 3', expected: 'stays closed', got: low.includes('stays closed') ? 'stays closed' : low },
    { what: '... and at level 4', expected: 'AAPNET', got: status?.tilstand ?? 'unknown' },
  ];
}

async function receipts(service: ForsendelseService, ids: readonly string[]): Promise<Shown[]> {
  chapter(
    '9. The receipts come home',
    'The case system fetches what waits for it, and confirms: then it does not come again.',
  );
  const found = [];
  for (const prioritet of ['PRIORITERT', 'NORMAL'] as const) {
    found.push(...(await fetchReceipts(service, prioritet, limits.receipts)));
  }
  const ours = found.filter((r) => ids.includes(r.forsendelsesId));
  show(ours.map((r) => [scenes[ids.indexOf(r.forsendelsesId)]?.what ?? '', r.hendelse.type, r.hendelse.tekst.en]));
  const delivered = new Set(ours.filter((r) => r.hendelse.type === 'LEVERING').map((r) => r.forsendelsesId));
  const { bekreftet } = await confirmReceipts(
    service,
    ours.map((r) => r.kvitteringsId),
  );
  return [
    { what: 'Receipts of delivery', expected: `${ids.length} letters`, got: `${delivered.size} letters` },
    {
      what: 'Receipts confirmed',
      expected: 'all',
      got: bekreftet.length === ours.length ? 'all' : `${bekreftet.length}`,
    },
  ];
}

/** Sends letters to five kinds of recipients, one to a mailbox that is down, one to a recipient who moves and one to a business. */
export async function sending(instance: Instance): Promise<Shown[]> {
  const service = serviceOf(instance);
  const users = citizens(instance);
  const ids = await sent(service, users);
  const shown = await arrived(service, ids);
  // Moved back, so that the test persons are again as README says.
  await users.run('switch', idOf('2032-number'));
  shown.push(...(await opened(service, users, ids[0] ?? '')));
  return [...shown, ...(await receipts(service, ids))];
}
