import type { Forsendelse } from '../domain/forsendelse.js';
import type { Hendelsestype } from '../domain/shipment.js';
import type { Ulestoppslag } from '../domain/ulest.js';
import type { Backend, Db } from './backend.js';
import type { Seal } from './sealed.js';
import { forsendelsePlace } from './shipments.js';

/** Letters read at a time. */
const PAGE = 500;

const levert: readonly Hendelsestype[] = ['LEVERING', 'VARSLET'];
const aapnet: readonly Hendelsestype[] = ['AAPNING', 'LEST_EKSTERNT'];

/** The next letters in Altinn after a reference that were delivered before `til` and not opened before it. */
const page = (db: Db, avsender: string, til: Date, after: string) =>
  db
    .selectFrom('shipment as s')
    .innerJoin('shipment_event as e', 'e.shipment_id', 's.id')
    .select(['s.id', 's.ekstern_ref', 's.forsendelse'])
    .select((eb) => eb.fn.min<number>('e.tid').as('levert'))
    .where('s.avsender', '=', avsender)
    .where('s.leverandoer', '=', 'ALTINN')
    .where('s.tilstand', 'in', ['LEVERT', 'VARSLET', 'AAPNET'])
    .where('s.ekstern_ref', '>', after)
    .where('e.type', 'in', levert)
    .where('e.tid', '<', til.getTime())
    .where((eb) =>
      eb.not(
        eb.exists(
          eb
            .selectFrom('shipment_event as o')
            .select('o.nr')
            .whereRef('o.shipment_id', '=', 's.id')
            .where('o.type', 'in', aapnet)
            .where('o.tid', '<', til.getTime()),
        ),
      ),
    )
    .groupBy(['s.id', 's.ekstern_ref', 's.forsendelse'])
    .orderBy('s.ekstern_ref')
    .limit(PAGE)
    .execute();

/** As `Ulestoppslag`: page by page, each of them one snapshot. */
export const unread = ({ read }: Backend, seal: Seal): Ulestoppslag => ({
  async *uleste(avsender, til) {
    for (let after = ''; ;) {
      const rows = await read((db) => page(db, avsender, til, after));
      for (const row of rows) {
        const { mottaker } = seal.open(row.forsendelse, forsendelsePlace(row.id)) as Forsendelse;
        if (mottaker.id?.length === 9)
          yield {
            shipmentId: row.id,
            eksternRef: row.ekstern_ref,
            mottaker: mottaker.id,
            levert: new Date(row.levert),
          };
      }
      const last = rows.at(-1);
      if (last === undefined || rows.length < PAGE) return;
      after = last.ekstern_ref;
    }
  },
});
