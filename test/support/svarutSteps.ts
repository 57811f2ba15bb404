import { setTimeout as sleep } from 'node:timers/promises';
import type { Konto } from '../../src/application/svarut/tjenester.js';
import type { Person } from '../../src/domain/person.js';
import type { SvarUtBestilling, SvarUtDokument } from '../../src/domain/svarut/bestilling.js';
import type { SvarUtKonto } from '../../src/domain/svarut/ports.js';
import type { SvarUtStatus } from '../../src/domain/svarut/status.js';
import { pdf, resident, sender } from './forsendelser.js';
import type { SendingWorld } from './sending.js';
import { svarutDocument, svarutOrder } from './svarutOrder.js';

/* What tests of SvarUt do in a world that sends. */

export const konto: Konto = { brukernavn: 'svarut-dev', organisasjonsnummer: sender };

/** The organisation whose letters `svarinn-dev` fetches. */
export const mottakersOrgnr = '310000027';

const vedtak = await pdf('Vedtak');
let titles = 0;

async function* once(octets: Uint8Array): AsyncGenerator<Uint8Array> {
  yield octets;
}

/** @param world asked at each step: it stands once the tests run */
export function svarutSteps(world: () => SendingWorld) {
  /** A document whose octets lie in the payload store. */
  const document = async (change: Partial<SvarUtDokument> = {}, octets: Uint8Array = vedtak): Promise<SvarUtDokument> =>
    svarutDocument({ innhold: await world().files.put(once(octets)), ...change });
  /** An order with a title of its own, to `mottaker`. */
  const order = async (
    digital: NonNullable<SvarUtBestilling['mottaker']>['digital'],
    change: Partial<SvarUtBestilling> = {},
  ): Promise<SvarUtBestilling> => {
    const { mottaker } = svarutOrder();
    return svarutOrder({
      tittel: `Vedtak ${++titles}`,
      mottaker: { post: mottaker?.post ?? null, digital },
      dokumenter: change.dokumenter ?? [await document()],
      ...change,
    });
  };
  const registered = async (changes: Partial<Person> = {}): Promise<{ readonly fnr: string }> => {
    const person = resident(changes);
    await world().store.unitOfWork((tx) => tx.upsertPersons([person]));
    return { fnr: person.personidentifikator };
  };
  const send = (bestilling: SvarUtBestilling, id: string | null = null): Promise<string> =>
    world().svarut.send(konto, bestilling, id);
  const statusOf = async (id: string): Promise<SvarUtStatus | undefined> =>
    (await world().svarut.statuser(konto, [id]))[0]?.status;
  const historyOf = async (id: string): Promise<string[]> =>
    (await world().svarut.historikk(konto, id)).map(({ hendelse }) => hendelse);
  /** The history of a letter as soon as it has a status. @throws Error after `ms` */
  const until = async (id: string, status: SvarUtStatus, ms = 15_000): Promise<string[]> => {
    for (const end = Date.now() + ms; ; await sleep(30)) {
      const found = await statusOf(id);
      if (found === status) return historyOf(id);
      if (Date.now() > end) throw new Error(`${found} instead of ${status}: ${(await historyOf(id)).join('; ')}`);
    }
  };
  const policy = async (change: Partial<SvarUtKonto>): Promise<void> => {
    const known = await world().store.svarut.konto(konto.brukernavn);
    if (known === undefined) throw new Error('the account has no rules');
    await world().store.unitOfWork((tx) => tx.putSvarUtKonto({ ...known, ...change }));
  };
  return { document, order, registered, send, statusOf, historyOf, until, policy };
}
