import { expect } from 'chai';
import { unreadCommand } from '../../src/cli/unread.js';
import type { Enhet } from '../../src/domain/enhet.js';
import type { Hendelsestype } from '../../src/domain/shipment.js';
import { syntheticUnits } from '../../src/sandbox/units.js';
import { openStore, type Store } from '../../src/store/index.js';
import { runCommand } from '../support/runCommand.js';
import { eachStore } from '../support/stores.js';
import { accept, beslutning, dataKey, hendelse, shipment } from './support/shipments.js';

const sender = '310000019';
const [known, other] = syntheticUnits(0) as [Enhet, Enhet];
/** The Wednesday of 2026-W47 in Oslo. */
const now = new Date('2026-11-18T12:00:00Z');
const days = (n: number): Date => new Date(now.getTime() + n * 86_400_000);

describe('posthorn unread', () => {
  eachStore((database) => {
    let store: Store;
    before(async () => {
      store = await openStore({ url: database.url(), dataKey });
      const { enhetsimport } = store.enheter;
      await enhetsimport.begin('units');
      await enhetsimport.stage('units', 2, syntheticUnits(0));
      await enhetsimport.publish('units');
    });
    after(() => store.close());

    let letters = 0;
    /** A letter that things happen to, each on a day; `['VARSLET', -1, 'SMS']` with a code. */
    const letter = async (
      id: string,
      happened: readonly (readonly [type: Hendelsestype, day: number, kode?: string])[],
      { avsender = sender, leverandoer = null as string | null } = {},
    ): Promise<string> => {
      const eksternRef = `ref-${(letters += 1)}`;
      const order = { avsender, eksternRef, mottaker: { id, postadresse: null } };
      const one = shipment(order, { beslutning: beslutning(leverandoer) });
      await accept(store, one);
      await store.unitOfWork(async (tx) => {
        for (const [type, day, kode = null] of happened)
          await tx.appendShipmentEvent(one.id, hendelse({ type, kode, tid: days(day) }));
      });
      return eksternRef;
    };
    let today = now;
    const run = (...args: string[]) =>
      runCommand(
        (program) => unreadCommand(program, async () => ({ ...store, close: async () => {} }), { now: () => today }),
        'unread',
        '--sender',
        sender,
        ...args,
      );
    /** The report of a week: businesses, and of their letters the reference, the age and what has become of them. */
    const report = async (...args: string[]) => {
      const { uke, virksomheter } = JSON.parse((await run('--json', ...args)).out) as {
        uke: string;
        virksomheter: { navn: string; brev: { eksternRef: string; dager: number; stand: string }[] }[];
      };
      const brev = virksomheter.map(
        (v) => [v.navn, v.brev.map(({ eksternRef, dager, stand }) => [eksternRef, dager, stand])] as const,
      );
      return { uke, brev };
    };

    it('tells nothing where there is nothing', async () => {
      expect((await run()).out).to.equal('No business had an unread letter at the end of 2026-W47.\n');
    });

    it('R-49, R-51: letters to businesses that were delivered and not opened, by recipient and age', async () => {
      const old = await letter(known.organisasjonsnummer, [
        ['SENDT', -9],
        ['LEVERING', -8.5],
        ['LEVERING', -1],
      ]);
      const notified = await letter(known.organisasjonsnummer, [['VARSLET', -1]]);
      const late = await letter(other.organisasjonsnummer, [
        ['LEVERING', -5],
        ['AAPNING', -0.5],
      ]);
      await letter(known.organisasjonsnummer, [['SENDT', -3]]);
      await letter(known.organisasjonsnummer, [['VARSLET', -3, 'SMS']]);
      for (const ended of ['LEST_EKSTERNT', 'FEIL', 'STANSET', 'NYTT_OPPSLAG'] as const)
        await letter(known.organisasjonsnummer, [
          ['LEVERING', -8],
          [ended, -7.5],
        ]);
      await letter('23863814839', [['LEVERING', -4]]);
      await letter(known.organisasjonsnummer, [['LEVERING', -4]], { leverandoer: '310000051' });
      await letter(known.organisasjonsnummer, [['LEVERING', -4]], { avsender: '310000027' });
      const unread = [
        [old, 8, 'ULEST'],
        [notified, 1, 'ULEST'],
      ];
      expect(await report()).to.deep.equal({ uke: '2026-W47', brev: [['EKSEMPEL DRIFT AS', unread]] });
      expect((await report('--week', '2026-W46')).brev).to.deep.equal([
        ['EKSEMPEL DRIFT AS', [[old, 5, 'ULEST']]],
        ['EKSEMPEL DIREKTORAT', [[late, 2, 'ULEST']]],
      ]);
    });

    it('as a table, and as CSV', async () => {
      expect((await run()).out).to.match(
        /^recipient .*\n310000035 +EKSEMPEL DRIFT AS +ref-1 .*\n.*\n2 unread letters at 1 businesses at the end of 2026-W47\.\n$/,
      );
      const lines = (await run('--csv')).out.trim().split('\n');
      expect(lines[0]).to.equal('recipient,name,reference,delivered,days,state');
      expect(lines[1]).to.equal('310000035,EKSEMPEL DRIFT AS,ref-1,2026-11-10T00:00:00.000Z,8,unread');
    });

    it('R-47: one that went on paper since was unread in its week, is printed in the week of that, and gone from later ones', async () => {
      const gone = await letter(
        other.organisasjonsnummer,
        [
          ['VARSLET', -16],
          ['LEVERING', -15.5, 'tilgjengelig'],
          ['NYTT_OPPSLAG', -7, 'LESEFRIST'],
          ['SENDT', -7],
          ['LEVERING', -6, 'levering'],
        ],
        { leverandoer: '310000051' },
      );
      const of = async (week: string) =>
        (await report('--week', week)).brev.flatMap(([, brev]) => brev.filter(([ref]) => ref === gone));
      expect(await of('2026-W44')).to.deep.equal([]);
      expect(await of('2026-W45')).to.deep.equal([[gone, 6, 'ULEST']]);
      expect(await of('2026-W46')).to.deep.equal([[gone, 13, 'UTSKREVET']]);
      expect(await of('2026-W47')).to.deep.equal([]);
      expect((await run('--week', '2026-W46')).out).to.contain('1 went on paper in that week, not known to be read.\n');
    });

    it('R-47, R-51: one that its reader, or its sender, opens on paper was not opened before that, also not in Altinn 2', async () => {
      const opened = await letter(other.organisasjonsnummer, [
        ['VARSLET', -30],
        ['NYTT_OPPSLAG', -28, 'LESEFRIST'],
        ['LEST_EKSTERNT', -27.5],
      ]);
      const basic = await letter(other.organisasjonsnummer, [
        ['LEVERING', -30, 'vist'],
        ['NYTT_OPPSLAG', -28, 'LESEFRIST'],
        ['AAPNING', -27.5],
      ]);
      expect((await report('--week', '2026-W43')).brev.flatMap(([, brev]) => brev)).to.have.deep.members([
        [opened, 6, 'UTSKREVET'],
        [basic, 6, 'UTSKREVET'],
      ]);
      expect((await run('--week', '2026-W43')).out).to.contain('2 went on paper in that week, not known to be read.');
    });

    it('R-51: what Altinn 2 shows, which never tells of reading, stands in the week in which it came', async () => {
      const basic = await letter(other.organisasjonsnummer, [
        ['VARSLET', -9],
        ['LEVERING', -8.9, 'vist'],
      ]);
      const of = async (week: string) =>
        (await report('--week', week)).brev.flatMap(([, brev]) => brev.filter(([ref]) => ref === basic));
      expect(await of('2026-W46')).to.deep.equal([[basic, 6, 'IKKE_KJENT']]);
      expect(await of('2026-W47')).to.deep.equal([]);
      expect((await run('--week', '2026-W46')).out).to.contain('1 came in that week by Altinn 2, which does not tell');
    });

    it('weeks are those of the calendar: after a move, what was opened then was unread before', async () => {
      await store.calendar.advance(7 * 86_400_000, now);
      const opened = await letter(other.organisasjonsnummer, [
        ['LEVERING', -0.1],
        ['AAPNING', 0.1],
      ]);
      const after = await letter(other.organisasjonsnummer, [['LEVERING', 0.1]]);
      today = days(0.2);
      const of = async (...args: string[]) =>
        (await report(...args)).brev.flatMap(([, brev]) => brev.filter(([ref]) => ref === opened || ref === after));
      expect(await of('--week', '2026-W47')).to.deep.equal([[opened, 4, 'ULEST']]);
      expect(await of()).to.deep.equal([[after, 0, 'ULEST']]);
      expect((await report()).uke).to.equal('2026-W48');
    });

    it('refuses what is no week', async () => {
      for (const week of ['2026-W54', '2025-W53', '2026-W00', '2026-47', '2030-W01', '2026-W49'])
        expect((await run('--week', week)).code).to.equal(2);
      expect((await run('--csv', '--json')).code).to.equal(2);
    });
  });
});
