import { randomUUID } from 'node:crypto';
import type { Forsendelse } from '../domain/forsendelse.js';
import type { Shipment } from '../domain/shipment.js';
import { Failure } from '../errors.js';
import { hendelse } from './hendelser.js';
import { overlat, overlatt } from './overlat.js';
import type { Caller, Forklart, ShipmentDeps } from './shipmentDeps.js';
import { audit, authorise, forklart, spurtOm, vurder } from './shipmentDeps.js';
import { shipmentDigest } from './shipmentDigest.js';
import { timedId } from './timedId.js';

/** A letter as ordered; who ordered it is not said in it but proved. */
export type Brev = Omit<Forsendelse, 'avsender' | 'databehandler'>;

export interface Mottatt extends Forklart {
  readonly id: string;
  readonly mottatt: Date;
}

const answer = ({ brukerstoette }: ShipmentDeps, shipment: Shipment): Mottatt => ({
  id: shipment.id,
  mottatt: shipment.mottatt,
  ...forklart(shipment.beslutning, shipment.forsendelse.virkningstidspunkt, brukerstoette),
});

/** The stored answer, when the letter that is there is the one that was sent. @throws Failure EKSTERN_REF_USED */
function again(deps: ShipmentDeps, there: Shipment, digest: Buffer): Mottatt {
  if (!there.digest.equals(digest)) throw new Failure('EKSTERN_REF_USED', `shipment ${there.id} has other content`);
  return answer(deps, there);
}

/** Contents that no shipment refers to. What cannot be removed is left to the sweep of the payload store. */
const discard = async (deps: ShipmentDeps, { hoveddokument, vedlegg }: Brev): Promise<void> => {
  await Promise.allSettled([hoveddokument, ...vedlegg].map((d) => deps.payloads.remove(d.innhold.ref)));
};

type Accepted = Forklart & { readonly beslutning: { readonly utfall: 'SEND' } };

function accepted(decided: Forklart): Accepted {
  const { beslutning } = decided;
  if (beslutning.utfall === 'AVVIS') throw new Failure(beslutning.kode, 'the rules refuse the letter');
  return { ...decided, beslutning };
}

/** A letter that goes to the sender's own portal is handed back at once, and nobody has anything left to do with it. */
const overlates = ({ beslutning }: Accepted): boolean => beslutning.kanal === 'PORTAL';

function newShipment(deps: ShipmentDeps, forsendelse: Forsendelse, digest: Buffer, decided: Accepted): Shipment {
  const mottatt = deps.clock.now();
  return {
    id: timedId(mottatt),
    mottatt,
    forsendelse,
    digest,
    tilstand: overlates(decided) ? 'OVERLATT' : 'MOTTATT',
    beslutning: decided.beslutning,
    konversasjonsId: timedId(mottatt),
    meldingsId: randomUUID(),
  };
}

/** Accepts a letter in one transaction. @returns the letter that was there before it, when there is one */
function store(
  deps: ShipmentDeps,
  caller: Caller,
  shipment: Shipment,
  decided: Accepted,
  ids: readonly string[],
): Promise<Shipment | undefined> {
  const { avsender } = shipment.forsendelse;
  const tidligst = decided.beslutning.tidligst;
  return deps.unitOfWork(async (tx) => {
    if (caller.signature !== null) await tx.remember(caller.signature.replay);
    const there = await tx.insertShipment(
      shipment,
      hendelse('MOTTATT', shipment.mottatt, null, decided.tekst),
      tidligst,
    );
    if (there !== undefined) return there.id === shipment.id ? undefined : there;
    await audit(tx, deps, caller, avsender, 'SendForsendelse', ids);
    if (overlates(decided)) {
      await tx.withdrawJob(shipment.id, shipment.mottatt);
      await overlat(tx, deps.calendar, shipment);
      await tx.appendShipmentEvent(shipment.id, hendelse('OVERLATT', shipment.mottatt, null, overlatt(shipment)));
    }
    return undefined;
  });
}

/** Decides about a new letter. A refusal is written down as a look-up, for it tells of the recipient. */
async function decideNew(deps: ShipmentDeps, caller: Caller, letter: Forsendelse, ids: readonly string[]) {
  const [decided] = await vurder(deps, letter.avsender, [letter]);
  if (decided === undefined) throw new Failure('INTERNAL', 'no decision for one letter');
  if (decided.beslutning.utfall === 'AVVIS') {
    await deps.unitOfWork((tx) => audit(tx, deps, caller, letter.avsender, 'SendForsendelse', ids));
  }
  return accepted(decided);
}

/**
 * Sends a letter: decided, stored durably, and answered. Its contents are staged, and belong to the use case from here: they are removed
 * unless a stored shipment refers to them. When the commit itself is in doubt they stay.
 * @throws Failure NO_ACCESS, INVALID_SECURITY_TOKEN, EKSTERN_REF_USED, UNAVAILABLE, or the code of the decision that refuses
 */
export const sendForsendelse =
  (deps: ShipmentDeps) =>
  async (caller: Caller, brev: Brev): Promise<Mottatt> => {
    const prepare = async () => {
      const avsender = authorise(deps, caller);
      const forsendelse = { ...brev, avsender, databehandler: caller.organisasjon };
      const digest = shipmentDigest(forsendelse);
      const there = await deps.shipments.byRef(avsender, brev.eksternRef);
      if (there !== undefined) return { done: again(deps, there, digest) };
      const ids = spurtOm([brev.mottaker], deps.routing(avsender));
      const decided = await decideNew(deps, caller, forsendelse, ids);
      return { shipment: newShipment(deps, forsendelse, digest, decided), decided, ids };
    };
    const prepared = await prepare().catch(async (error: unknown) => {
      await discard(deps, brev);
      throw error;
    });
    if (prepared.done === undefined) {
      const { shipment, decided, ids } = prepared;
      const there = await store(deps, caller, shipment, decided, ids);
      if (there === undefined) return answer(deps, shipment);
      await discard(deps, brev);
      return again(deps, there, shipment.digest);
    }
    await discard(deps, brev);
    return prepared.done;
  };
