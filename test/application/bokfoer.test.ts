import { expect } from 'chai';
import { bokfoerFormidling } from '../../src/application/bokfoer.js';
import { happen, hendelse } from '../../src/application/hendelser.js';
import type { Forsendelse } from '../../src/domain/forsendelse.js';
import { ordrett } from '../../src/domain/hendelsestekst.js';
import { grunnlagAv } from '../../src/domain/ledger.js';
import { cost } from '../../src/domain/overslag.js';
import type { Tx } from '../../src/domain/ports.js';
import type { Beslutning } from '../../src/domain/routing/decision.js';
import type { Hendelsestype, Shipment, Tilstand } from '../../src/domain/shipment.js';
import { formidling } from '../support/formidlinger.js';
import { memoryLedgerReads, memoryLedgerTx, noLedger } from '../support/memoryLedger.js';
import { beslutning, shipment } from '../store/support/shipments.js';

const [digipost, eboks, printer] = ['984661185', '996460320', '310000051'];
const day = new Date('2026-11-10T12:00:00Z');
const blob = (size: number) => ({ ref: 'ab'.repeat(16), size, sha256: 'c'.repeat(64) });

/** A decision, with a notice by SMS where it is asked for. */
function sendes(kanal: 'POSTKASSE' | 'UTSKRIFT' | 'ALTINN', leverandoer: string | null, sms = false): Beslutning {
  const b = beslutning(leverandoer);
  const [varsel] = b.varsler;
  if (varsel === undefined) throw new Error('no notice');
  const varsler = sms ? [varsel, { ...varsel, varslingskanal: 'SMS' as const }] : [varsel];
  const { register, spor } = b;
  return { fattet: day, register, spor, varsler, utfall: 'SEND', kanal, leverandoer, tidligst: null };
}

const brev = (b: Beslutning, size: number, order: Partial<Forsendelse> = {}): Shipment => {
  const one = shipment({ aapningskvittering: null, vedlegg: [], ...order }, { beslutning: b });
  const hoveddokument = { ...one.forsendelse.hoveddokument, innhold: blob(size) };
  const pakke = { meldingsId: one.meldingsId, sbd: blob(1), cms: blob(1) };
  return { ...one, forsendelse: { ...one.forsendelse, hoveddokument }, pakke };
};

/** A ledger, and letters that things happen to. `at` moves the calendar. */
function ledger(state = noLedger()) {
  let now = day;
  const calendar = { now: () => now };
  const write = async (letter: Shipment, type: Hendelsestype): Promise<Shipment> => {
    let tilstand: Tilstand = letter.tilstand;
    const nothing = async () => undefined;
    const tx = {
      ...memoryLedgerTx(state),
      appendShipmentEvent: nothing,
      freePayloads: nothing,
      putReceipt: nothing,
      updateShipment: async (_: string, change: { tilstand?: Tilstand }) => {
        tilstand = change.tilstand ?? tilstand;
      },
    };
    await happen(tx as unknown as Tx, calendar, letter, hendelse(type, now, null, ordrett('')), true);
    return { ...letter, tilstand };
  };
  const all = async (letter: Shipment, ...types: readonly Hendelsestype[]) => {
    let current = letter;
    for (const type of types) current = await write(current, type);
    return current;
  };
  const brief = () => state.lines.map(({ post, leverandoer, oere }) => [post, leverandoer, oere] as const);
  return { state, calendar, write, all, brief, at: (time: string) => void (now = new Date(time)) };
}

describe('application/bokfoer', () => {
  it('R-62: three letters: 2 × mailbox, both SMS, one opening receipt and one page on paper are 928 øre', async () => {
    const l = ledger();
    const aapningskvittering = { begrunnelse: 'klagefrist' };
    await l.all(brev(sendes('POSTKASSE', eboks, true), 50_000), 'SENDT', 'LEVERING');
    const second = brev(sendes('POSTKASSE', digipost, true), 50_000, { aapningskvittering });
    await l.all(second, 'SENDT', 'LEVERING');
    expect(l.state.lines.reduce((sum, { oere }) => sum + (oere ?? NaN), 0)).to.equal(69 + 44 + 69 + 50);
    await l.all(second, 'AAPNING');
    await l.all(brev(sendes('UTSKRIFT', printer), 50_000), 'SENDT', 'MOTTAK', 'LEVERING');
    expect(l.brief()).to.deep.equal([
      ['POSTKASSE', eboks, 69],
      ['SMS', eboks, 44],
      ['MELDINGSFORMIDLER', null, 0],
      ['POSTKASSE', digipost, 69],
      ['SMS', digipost, 50],
      ['MELDINGSFORMIDLER', null, 0],
      ['AAPNINGSKVITTERING', digipost, 186],
      ['UTSKRIFT', printer, 510],
      ['MELDINGSFORMIDLER', null, 0],
    ]);
    expect(l.state.lines.reduce((sum, { oere }) => sum + (oere ?? NaN), 0)).to.equal(928);
  });

  it('R-62: what is not delivered costs nothing', async () => {
    const types: readonly Hendelsestype[] = ['FORSOEK_UTSATT', 'SENDT', 'VARSLINGFEILET', 'NYTT_OPPSLAG', 'OPPGITT'];
    const l = ledger();
    for (const type of types) await l.write(brev(sendes('POSTKASSE', eboks, true), 1), type);
    await l.all(brev(sendes('POSTKASSE', eboks, true), 1), 'SENDT', 'FEIL');
    await l.all(brev(sendes('UTSKRIFT', printer), 1), 'SENDT', 'MOTTAK', 'FEIL');
    await l.all(brev(sendes('ALTINN', null), 1), 'SENDT', 'LEVERING', 'AAPNING');
    const { fattet, register, spor, varsler } = beslutning();
    const refused = { fattet, register, spor, varsler, utfall: 'AVVIS', kode: 'ONLY_DIGITAL' } as const;
    await l.write(brev(refused, 1), 'LEVERING');
    expect(l.brief()).to.deep.equal([]);
  });

  it('R-59: an opening that nobody ordered to be told of costs nothing, but is a delivery', async () => {
    const l = ledger();
    await l.all(brev(sendes('POSTKASSE', eboks), 1), 'SENDT', 'AAPNING', 'LEVERING');
    expect(l.brief().map(([post]) => post)).to.deep.equal(['POSTKASSE', 'MELDINGSFORMIDLER']);
  });

  it('R-44: paper that came back had been posted, and paper that no broker had has no broker line', async () => {
    const l = ledger();
    const posted = brev(sendes('UTSKRIFT', printer), 1);
    const unpacked = { ...posted, pakke: { meldingsId: posted.meldingsId, sbd: null, cms: blob(1) } };
    await l.all(unpacked, 'SENDT', 'RETURPOST', 'LEVERING');
    expect(l.brief()).to.deep.equal([['UTSKRIFT', printer, 510]]);
  });

  it('R-57, R-60: the price is of the day of the decision; month and number are of the day of the receipt', async () => {
    const l = ledger();
    const sent = await l.write(brev(sendes('POSTKASSE', eboks), 1, { kostnadskode: 'K-17' }), 'SENDT');
    l.at('2026-11-30T23:00:00Z');
    await l.write(sent, 'LEVERING');
    const [line] = l.state.lines;
    expect(line).to.deep.include({ maaned: '2026-12', prisdato: day, nummer: 1, kostnadskode: 'K-17' });
    l.state.prices.push({
      plan: '',
      vare: 'POSTKASSE_LITEN',
      leverandoer: null,
      fra: new Date('2026-11-20T00:00:00Z'),
      fraNummer: 1,
      oere: 99,
    });
    await l.all(brev(sendes('POSTKASSE', eboks), 1), 'LEVERING');
    expect(l.state.lines.filter(({ post }) => post === 'POSTKASSE').map(({ oere }) => oere)).to.deep.equal([69, 69]);
  });

  it('R-60: a message that the broker passes on is message 25,000,000 at no price, and the next has one', async () => {
    const l = ledger();
    l.state.counters.set('formidlet', 24_999_999);
    const tx = memoryLedgerTx(l.state) as Tx;
    for (const id of ['formidling-1', 'formidling-1', 'formidling-2'])
      await bokfoerFormidling(tx, l.calendar, { id, regning: { avsender: '310000019', kostnadskode: null } });
    await l.all(brev(sendes('POSTKASSE', eboks), 1), 'LEVERING');
    const broker = l.state.lines.filter(({ post }) => post === 'MELDINGSFORMIDLER');
    expect(broker.map(({ nummer, oere }) => [nummer, oere])).to.deep.equal([
      [25_000_000, 0],
      [25_000_001, 10],
      [25_000_002, 10],
    ]);
  });

  it('R-61: a message that a supplier passes on is charged to the body whose letter it is, by its reference; moved mail to nobody', async () => {
    const l = ledger();
    const tx = memoryLedgerTx(l.state) as Tx;
    const regning = { avsender: '310000019', kostnadskode: 'K-17' };
    await bokfoerFormidling(tx, l.calendar, formidling({ dokumentavsender: '310000035', eier: '310000035', regning }));
    await bokfoerFormidling(tx, l.calendar, formidling({ dokumentavsender: digipost, art: 'flyttet', regning: null }));
    expect(l.state.lines.map(({ avsender, kostnadskode }) => [avsender, kostnadskode])).to.deep.equal([
      ['310000019', 'K-17'],
    ]);
    expect(l.state.counters.get('formidlet')).to.equal(1);
  });

  it('R-62: what the dry run calls certain is what is charged afterwards, at every boundary', async () => {
    const ways = [sendes('POSTKASSE', eboks, true), sendes('POSTKASSE', digipost), sendes('UTSKRIFT', printer)];
    for (const b of ways)
      for (const size of [100_000, 100_001, 1_000_001])
        for (const [sendt, formidlet] of [
          [9_999, 24_999_999],
          [10_000, 25_000_000],
        ] as const) {
          const l = ledger();
          const letter = brev(b, size);
          l.state.counters.set('310000019 2026-11', sendt).set('formidlet', formidlet);
          const bilde = await memoryLedgerReads(() => l.state).prisbilde('310000019', '2026-11');
          const { minst } = cost(b, grunnlagAv(letter.forsendelse, letter.pakke), bilde);
          await l.write(letter, 'LEVERING');
          expect(l.state.lines.reduce((sum, { oere }) => sum + (oere ?? NaN), 0)).to.equal(minst);
        }
  });

  it('R-45: paper is charged by the pages that were packed, and the dry run for as many says the same', async () => {
    for (const [sider, oere] of [
      [1, 510],
      [7, 870],
    ] as const) {
      const l = ledger();
      const b = sendes('UTSKRIFT', printer);
      const letter = brev(b, 1000);
      const pakke = { meldingsId: letter.meldingsId, sbd: blob(1), cms: blob(1), sider };
      const bilde = await memoryLedgerReads(() => l.state).prisbilde('310000019', '2026-11');
      const { minst } = cost(b, { ...grunnlagAv(letter.forsendelse, letter.pakke), sider }, bilde);
      await l.write({ ...letter, pakke }, 'LEVERING');
      expect([minst, l.brief()[0]?.[2]]).to.deep.equal([oere, oere]);
    }
  });

  describe('R-57…R-62: 10,000 random histories', () => {
    /** Numbers from 0 up to `below`, the same each time. */
    function dice(seed: number): (below: number) => number {
      let state = seed;
      return (below) => {
        state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
        return Math.floor((state / 2 ** 32) * below);
      };
    }
    const HISTORIES = 10_000;
    const STEPS = 3;
    const types: readonly Hendelsestype[] = [
      ...(['SENDT', 'LEVERING', 'LEVERING', 'AAPNING', 'AAPNING', 'RETURPOST'] as const),
      ...(['FORSOEK_UTSATT', 'VARSLINGFEILET', 'FEIL', 'MOTTAK'] as const),
    ];
    const senders = ['310000019', '310000027'];
    const sizes: readonly (readonly [octets: number, oere: number, less: number])[] = [
      [1, 69, 62],
      [100_000, 69, 62],
      [100_001, 89, 80],
      [1_000_001, 109, 98],
      [5_500_000, 189, 170],
    ];
    interface Seen {
      readonly letter: number;
      readonly type: Hendelsestype;
      readonly provider: string;
      readonly month: string;
    }
    interface Order {
      readonly sender: string;
      readonly size: (typeof sizes)[number];
      readonly sms: boolean;
      readonly ordered: boolean;
    }
    const BEFORE = { sent: 9_500, passed: 24_997_000 };

    /** The sum as somebody with a calculator would find it, who is told what was ordered and what was seen, in order. */
    function naive(orders: readonly Order[], log: readonly Seen[]): number {
      const done = new Set<string>();
      /** Whether something is charged for the first time: a letter that came to a mailbox and to paper was both. */
      const first = (what: string): boolean => done.size < done.add(what).size;
      const sent = new Map(senders.map((sender) => [`${sender} 2026-11`, BEFORE.sent]));
      let [total, passed] = [0, BEFORE.passed];
      for (const { letter, type, provider, month } of log) {
        if (type !== 'LEVERING' && type !== 'AAPNING' && type !== 'RETURPOST') continue;
        const { sender, size, sms, ordered } = orders[letter] as Order;
        if (provider === printer) {
          if (first(`paper ${letter}`)) total += 510;
        } else {
          if (first(`mail ${letter}`)) {
            const nummer = (sent.get(`${sender} ${month}`) ?? 0) + 1;
            sent.set(`${sender} ${month}`, nummer);
            total += nummer > 10_000 ? size[2] : size[1];
            if (sms) total += provider === eboks ? 44 : 50;
          }
          if (type === 'AAPNING' && ordered && first(`opened ${letter}`)) total += provider === eboks ? 16 : 186;
        }
        if (first(`passed ${letter}`) && ++passed > 25_000_000) total += 10;
      }
      return total;
    }

    it('open, come twice, are tried again and switch: the ledger sums to what a naive re-computation finds', async function () {
      this.timeout(10_000);
      const roll = dice(7);
      const shared = noLedger();
      for (const sender of senders) shared.counters.set(`${sender} 2026-11`, BEFORE.sent);
      shared.counters.set('formidlet', BEFORE.passed);
      const log: Seen[] = [];
      const way = (sms: boolean): Beslutning => {
        const provider = [digipost, eboks, printer][roll(3)] as string;
        return sendes(provider === printer ? 'UTSKRIFT' : 'POSTKASSE', provider, sms);
      };
      const orders = Array.from({ length: HISTORIES }, (): Order => {
        const size = sizes[roll(sizes.length)] as Order['size'];
        return { sender: senders[roll(2)] as string, size, sms: roll(2) === 0, ordered: roll(2) === 0 };
      });
      const letters = orders.map(({ sender, size: [octets], sms, ordered }) => {
        const aapningskvittering = ordered ? { begrunnelse: 'frist' } : null;
        return brev(way(sms), octets, { avsender: sender, aapningskvittering });
      });
      const ledgers = letters.map(() => ledger({ ...shared, lines: [] }));
      for (let step = 0; step < HISTORIES * STEPS; step++) {
        const n = roll(HISTORIES);
        const [one, l] = [letters[n] as Shipment, ledgers[n] as ReturnType<typeof ledger>];
        const month = step < (HISTORIES * STEPS) / 2 ? '2026-11' : '2026-12';
        l.at(`${month}-20T12:00:00Z`);
        if (roll(8) === 0 && (one.tilstand === 'MOTTATT' || one.tilstand === 'SENDT')) {
          letters[n] = { ...one, beslutning: way((orders[n] as Order).sms), tilstand: 'MOTTATT' };
          continue;
        }
        const type = types[roll(types.length)] as Hendelsestype;
        const { beslutning: b } = one;
        log.push({ letter: n, type, month, provider: (b.utfall === 'SEND' && b.leverandoer) || '' });
        letters[n] = await l.write(one, type);
      }
      const lines = ledgers.flatMap(({ state }) => state.lines);
      expect(lines.reduce((sum, { oere }) => sum + (oere ?? NaN), 0)).to.equal(naive(orders, log));
      const numbers = lines.filter(({ post }) => post === 'MELDINGSFORMIDLER').map(({ nummer }) => nummer ?? NaN);
      expect(numbers.sort((a, b) => a - b)).to.deep.equal(numbers.map((_, i) => BEFORE.passed + 1 + i));
      expect(numbers.length).to.be.above(25_000_000 - BEFORE.passed);
      expect(lines.some(({ oere }) => oere === 62)).to.equal(true);
      expect(new Set(lines.map(({ shipmentId, post }) => `${shipmentId} ${post}`)).size).to.equal(lines.length);
    });
  });
});
