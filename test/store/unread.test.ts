import { expect } from 'chai';
import { unreadCommand } from '../../src/cli/unread.js';
import type { Enhet } from '../../src/domain/enhet.js';
import type { Hendelsestype, Tilstand } from '../../src/domain/shipment.js';
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
    /** A letter that things happen to, each on a day. */
    const letter = async (
      id: string,
      tilstand: Tilstand,
      happened: readonly (readonly [Hendelsestype, number])[],
      { avsender = sender, leverandoer = null as string | null } = {},
    ): Promise<string> => {
      const eksternRef = `ref-${(letters += 1)}`;
      const order = { avsender, eksternRef, mottaker: { id, postadresse: null } };
      const one = shipment(order, { beslutning: beslutning(leverandoer) });
      await accept(store, one);
      await store.unitOfWork(async (tx) => {
        for (const [type, day] of happened) await tx.appendShipmentEvent(one.id, hendelse({ type, tid: days(day) }));
        await tx.updateShipment(one.id, { tilstand });
      });
      return eksternRef;
    };
    const run = (...args: string[]) =>
      runCommand(
        (program) => unreadCommand(program, async () => ({ ...store, close: async () => {} }), { now: () => now }),
        'unread',
        '--sender',
        sender,
        ...args,
      );

    it('tells nothing where there is nothing', async () => {
      expect((await run()).out).to.equal('No business had an unread letter at the end of 2026-W47.\n');
    });

    it('R-49, R-51: letters to businesses that were delivered and not opened, by recipient and age', async () => {
      const old = await letter(known.organisasjonsnummer, 'LEVERT', [
        ['SENDT', -9],
        ['LEVERING', -8.5],
        ['LEVERING', -1],
      ]);
      const notified = await letter(known.organisasjonsnummer, 'VARSLET', [['VARSLET', -1]]);
      const late = await letter(other.organisasjonsnummer, 'AAPNET', [
        ['LEVERING', -5],
        ['AAPNING', -0.5],
      ]);
      await letter(known.organisasjonsnummer, 'SENDT', [['SENDT', -3]]);
      await letter(known.organisasjonsnummer, 'AAPNET', [
        ['LEVERING', -8],
        ['LEST_EKSTERNT', -7.5],
      ]);
      await letter(known.organisasjonsnummer, 'FEILET', [
        ['LEVERING', -8],
        ['FEIL', -7.5],
      ]);
      await letter('23863814839', 'LEVERT', [['LEVERING', -4]]);
      await letter(known.organisasjonsnummer, 'LEVERT', [['LEVERING', -4]], { leverandoer: '310000051' });
      await letter(known.organisasjonsnummer, 'LEVERT', [['LEVERING', -4]], { avsender: '310000027' });
      const { out } = await run('--json');
      const { uke, virksomheter } = JSON.parse(out) as { uke: string; virksomheter: unknown };
      expect(uke).to.equal('2026-W47');
      const brev = (found: unknown) =>
        (found as { navn: string; brev: { eksternRef: string; dager: number }[] }[]).map((v) => [
          v.navn,
          v.brev.map(({ eksternRef, dager }) => [eksternRef, dager]),
        ]);
      expect(brev(virksomheter)).to.deep.equal([
        [
          'EKSEMPEL DRIFT AS',
          [
            [old, 8],
            [notified, 1],
          ],
        ],
      ]);
      const week = JSON.parse((await run('--json', '--week', '2026-W46')).out) as { virksomheter: unknown };
      expect(brev(week.virksomheter)).to.deep.equal([
        ['EKSEMPEL DRIFT AS', [[old, 5]]],
        ['EKSEMPEL DIREKTORAT', [[late, 2]]],
      ]);
    });

    it('as a table, and as CSV', async () => {
      expect((await run()).out).to.match(
        /^recipient .*\n310000035 +EKSEMPEL DRIFT AS +ref-1 .*\n.*\n2 unread letters at 1 businesses at the end of 2026-W47\.\n$/,
      );
      const lines = (await run('--csv')).out.trim().split('\n');
      expect(lines[0]).to.equal('recipient,name,reference,delivered,days');
      expect(lines[1]).to.equal('310000035,EKSEMPEL DRIFT AS,ref-1,2026-11-10T00:00:00.000Z,8');
    });

    it('refuses what is no week', async () => {
      for (const week of ['2026-W54', '2025-W53', '2026-W00', '2026-47'])
        expect((await run('--week', week)).code).to.equal(2);
      expect((await run('--csv', '--json')).code).to.equal(2);
    });
  });
});
