import type { Forsendelse } from '../domain/forsendelse.js';
import type { Altinnbrevgang, Ulestoppslag } from '../domain/ulest.js';
import type { Backend, Db } from './backend.js';
import type { Seal } from './sealed.js';
import { forsendelsePlace } from './shipments.js';

/** Letters read at a time. */
const PAGE = 500;

/** The next letters after a reference that are in Altinn, or have left it because their time to be read was up. */
const letters = (db: Db, avsender: string, after: string) =>
  db
    .selectFrom('shipment as s')
    .select(['s.id', 's.ekstern_ref', 's.forsendelse'])
    .where('s.avsender', '=', avsender)
    .where('s.ekstern_ref', '>', after)
    .where((eb) =>
      eb.or([
        eb('s.leverandoer', '=', 'ALTINN'),
        eb.exists(
          eb
            .selectFrom('shipment_event as o')
            .select('o.nr')
            .whereRef('o.shipment_id', '=', 's.id')
            .where('o.type', '=', 'NYTT_OPPSLAG')
            .where('o.kode', '=', 'LESEFRIST'),
        ),
      ]),
    )
    .orderBy('s.ekstern_ref')
    .limit(PAGE)
    .execute();

async function page(db: Db, avsender: string, til: Date, after: string) {
  const rows = await letters(db, avsender, after);
  const events = new Map(rows.map(({ id }): [string, Altinnbrevgang['hendelser'][number][]] => [id, []]));
  if (rows.length === 0) return { rows, events };
  const found = await db
    .selectFrom('shipment_event')
    .select(['shipment_id', 'type', 'tid', 'kode'])
    .where('shipment_id', 'in', [...events.keys()])
    .where('tid', '<', til.getTime())
    .orderBy('shipment_id')
    .orderBy('nr')
    .execute();
  for (const { shipment_id: id, type, tid, kode } of found) events.get(id)?.push({ type, tid: new Date(tid), kode });
  return { rows, events };
}

/** As `Ulestoppslag`: page by page, each of them one snapshot. */
export const unread = ({ snapshot }: Pick<Backend, 'snapshot'>, seal: Seal): Ulestoppslag => ({
  async *altinnbrev(avsender, til) {
    for (let after = ''; ;) {
      const { rows, events } = await snapshot((db) => page(db, avsender, til, after));
      for (const { id: shipmentId, ekstern_ref: eksternRef, forsendelse } of rows) {
        const { mottaker } = seal.open(forsendelse, forsendelsePlace(shipmentId)) as Forsendelse;
        const hendelser = events.get(shipmentId) ?? [];
        if (mottaker.id?.length === 9) yield { shipmentId, eksternRef, mottaker: mottaker.id, hendelser };
      }
      const last = rows.at(-1);
      if (last === undefined || rows.length < PAGE) return;
      after = last.ekstern_ref;
    }
  },
});
