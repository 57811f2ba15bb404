import { expect } from 'chai';
import { createCircuits } from '../../src/application/circuits.js';
import { dispatch } from '../../src/application/dispatch.js';
import { forklarForsendelse } from '../../src/application/forklarForsendelse.js';
import { mottaKvittering } from '../../src/application/mottaKvittering.js';
import { vurder } from '../../src/application/shipmentDeps.js';
import type { Avsenderpolicy } from '../../src/domain/forsendelse.js';
import type { Person } from '../../src/domain/person.js';
import type { Tx } from '../../src/domain/ports.js';
import type { Kanal } from '../../src/domain/routing/decision.js';
import type { Shipment } from '../../src/domain/shipment.js';
import type { Brev } from '../../src/application/sendForsendelse.js';
import { memoryStore } from '../support/memoryStore.js';
import { noticeWorld, vedtak, type Skjebne } from '../support/noticeWorld.js';
import { byPassword } from './shipping.js';

/* The dry run against the bills of everything that may happen to the letter afterwards. */

const monday = '2026-03-02T12:00:00Z';
const days = (n: number): Date => new Date(Date.parse(monday) + n * 86_400_000);
const [digipost, eboks, printer] = ['984661185', '996460320', '310000051'];
const mailbox = (provider: string): Partial<Person> => ({
  postkasse: { postkasseadresse: 'kari#1234', postkasseleverandoerAdresse: provider },
});
const opening = { aapningskvittering: { begrunnelse: 'a time limit' } };
const own = { plan: '', vare: 'SMS', leverandoer: null, fra: days(-9), fraNummer: 1, oere: 39 } as const;

interface Case {
  readonly what: string;
  readonly person?: Partial<Person>;
  readonly order?: Partial<Brev>;
  readonly policy?: Partial<Avsenderpolicy>;
  readonly hoyst: number;
}

const noSms = { mobiltelefonnummer: null };
const papirUtenVarsel = true;
const cases: readonly Case[] = [
  { what: 'Digipost, with SMS', person: mailbox(digipost), hoyst: 69 + 50 },
  { what: 'e-Boks, with SMS and opening receipt', person: mailbox(eboks), order: opening, hoyst: 69 + 44 + 16 },
  { what: 'Digipost, without SMS', person: { ...mailbox(digipost), ...noSms }, order: opening, hoyst: 69 + 186 },
  { what: 'Digipost, notified by its sender', person: mailbox(digipost), policy: { egenVarsling: true }, hoyst: 69 },
  { what: 'paper', policy: { utenPostkasse: 'UTSKRIFT' }, hoyst: 510 },
  { what: 'a portal', hoyst: 39 + 39 },
  { what: 'a portal, information', order: { klasse: 'INFO' }, hoyst: 39 },
  { what: 'a portal, to an address that was given', order: { oppgittAdresse: { bevis: 's' } }, hoyst: 39 },
  { what: 'a portal, by e-mail', person: noSms, hoyst: 0 },
  { what: 'a portal, or paper', policy: { papirUtenVarsel }, hoyst: 39 + 510 },
  { what: 'a portal, by e-mail or paper', person: noSms, policy: { papirUtenVarsel }, hoyst: 510 },
  {
    what: 'a portal, not repeated, or paper',
    order: { oppgittAdresse: { bevis: 's' } },
    policy: { papirUtenVarsel },
    hoyst: 510,
  },
  { what: 'a portal, information never on paper', order: { klasse: 'INFO' }, policy: { papirUtenVarsel }, hoyst: 39 },
  { what: 'a portal, digital only', order: { kunDigitalt: true }, policy: { papirUtenVarsel }, hoyst: 39 + 39 },
];

const fates: readonly Skjebne[] = ['ok', 'refused'];
const fatesOfBoth = fates.flatMap((EPOST) => fates.map((SMS) => ({ EPOST, SMS })));
const calm = { EPOST: 'ok', SMS: 'ok' } as const;
const delivered = { received: ['levering'], read: false } as const;
const received = [['aapning'], ['levering', 'levering', 'aapning', 'aapning'], ['feil']] as const;

interface History {
  /** Of the first notices, and of the repeat. */
  readonly first: Readonly<Record<'EPOST' | 'SMS', Skjebne>>;
  readonly repeat: Readonly<Record<'EPOST' | 'SMS', Skjebne>>;
  readonly received: readonly ('levering' | 'aapning' | 'feil')[];
  /** In the portal, before the repeat. */
  readonly read: boolean;
}

const histories: readonly History[] = [
  ...fatesOfBoth.flatMap((first) => fatesOfBoth.map((repeat) => ({ first, repeat, ...delivered }))),
  ...received.map((some) => ({ first: calm, repeat: calm, received: some, read: false })),
  { first: calm, repeat: calm, received: [], read: true },
];

async function world({ person = {}, policy = {} }: Case) {
  const store = memoryStore();
  await store.unitOfWork((tx: Tx) => tx.putPrice(own));
  const w = noticeWorld(() => store, monday);
  w.is(person);
  w.policy(policy);
  const taking = { prepare: async () => undefined, deliver: async () => ({ type: 'sent' }) as const };
  const deps = {
    ...w.shipmentDeps(),
    unitOfWork: store.unitOfWork,
    decideAgain: async ({ forsendelse }: Shipment) => {
      const [decided] = await vurder(w.shipmentDeps(), forsendelse.avsender, [forsendelse]);
      return decided!.beslutning;
    },
  };
  const channels = new Map((['POSTKASSE', 'UTSKRIFT'] satisfies Kanal[]).map((kanal) => [kanal, taking]));
  w.letters(dispatch({ ...deps, random: () => 0, channels, circuits: createCircuits() }));
  return { w, deps };
}

/** What a letter is charged for in the end. */
async function bill(one: Case, { first, repeat, received: types, read }: History): Promise<number> {
  const { w, deps } = await world(one);
  Object.assign(w.skjebne, first);
  const id = await w.send('one', one.order);
  await w.rounds();
  if (read) await w.open(id).catch(() => undefined);
  Object.assign(w.skjebne, repeat);
  await w.goTo(days(8));
  for (const [n, type] of types.entries()) {
    const { konversasjonsId, beslutning } = await w.letter(id);
    await mottaKvittering(deps)({
      ...{ type, konversasjonsId, detaljer: '', feiltype: type === 'feil' ? ('SERVER' as const) : null },
      leverandoer: (beslutning.utfall === 'SEND' ? beslutning.leverandoer : null) ?? printer,
      replay: { key: Buffer.alloc(32, n + 1), expires: days(9) },
    });
  }
  return (await w.lines(id)).reduce((sum, [, oere]) => sum + (oere ?? NaN), 0);
}

describe('application/forklarForsendelse', () => {
  for (const one of cases)
    it(`R-62: the highest estimate of ${one.what} is what some history costs, and none costs more`, async () => {
      const { w, deps } = await world(one);
      const { mottaker, ...bestilling } = vedtak('one', one.order);
      const explain = forklarForsendelse(deps);
      const tenkt = { mottakere: [mottaker], bestilling, stoerrelse: 1_000, sider: 1 };
      const [explained] = await explain(byPassword(), tenkt);
      expect(w.sent).to.deep.equal([]);
      expect(explained?.kostnad?.hoyst).to.equal(one.hoyst);
      const bills: number[] = [];
      for (const history of histories) bills.push(await bill(one, history));
      expect(Math.max(...bills)).to.equal(one.hoyst);
      expect(bills).to.include(explained?.kostnad?.minst);
    });

  it('R-60, R-62: whichever of two letters goes on paper first, neither costs more than was said; nor is its number of pages made up', async () => {
    const { w, deps } = await world({ what: 'a portal, or paper', policy: { papirUtenVarsel }, hoyst: 0 });
    const { mottaker, ...bestilling } = vedtak('one', {});
    const prisbilde = async (avsender: string, maaned: string) => ({
      ...(await w.shipmentDeps().ledger.prisbilde(avsender, maaned)),
      formidlet: 24_999_999,
    });
    const explain = forklarForsendelse({ ...deps, ledger: { ...deps.ledger, prisbilde } });
    const hoyst = async (mottakere: readonly (typeof mottaker)[]) => {
      const found = await explain(byPassword(), { mottakere, bestilling, stoerrelse: 1_000, sider: null });
      const words = found.flatMap(({ kostnad }) => kostnad?.linjer.map(({ tekst }) => tekst.nb) ?? []);
      expect(words).to.include('Utskrift hvis ingen varsler når fram, anslått til én side');
      return found.map(({ kostnad }) => kostnad?.hoyst);
    };
    expect(await hoyst([mottaker])).to.deep.equal([39 + 510]);
    expect(await hoyst([mottaker, mottaker])).to.deep.equal([39 + 510 + 10, 39 + 510 + 10]);
  });
});
