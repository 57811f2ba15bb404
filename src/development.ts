import { X509Certificate } from 'node:crypto';
import { putSenders } from './application/putSenders.js';
import { seedRegister } from './application/seedRegister.js';
import type { Config } from './config.js';
import { developmentData } from './sandbox/developmentData.js';
import { ensureDevelopmentPki } from './sandbox/pki/development.js';
import type { DevelopmentPki } from './sandbox/pki/development.js';
import { resident } from './sandbox/residents.js';
import { testpersons } from './sandbox/testpersons.js';
import { syntheticUnits } from './sandbox/units.js';
import { fingerprint } from './security/x509.js';
import { openStore } from './store/index.js';
import type { Store } from './store/index.js';

/** Residents in the register of a development installation; reserved ones in the ratio of 2014 (1801 of 3.1 million), rounded up. */
const residents = { persons: 2000, reserved: 2 } as const;

async function putDevelopmentSenders(store: Store, pki: DevelopmentPki): Promise<void> {
  const certificates = new Map(
    Object.entries(pki.identities).map(([name, { certificate }]) => [
      name,
      { der: certificate, pem: new X509Certificate(certificate).toString(), fingeravtrykk: fingerprint(certificate) },
    ]),
  );
  await putSenders(store)(developmentData(certificates));
}

/** Test persons are counted back from today, so that "fresh" stays fresh; on the same day nothing changes. */
const putTestpersons = (store: Store): Promise<number> => {
  const persons = testpersons(new Date()).flatMap((t) => (t.person === undefined ? [] : [t.person]));
  return store.unitOfWork((tx) => tx.upsertPersons(persons));
};

/** Businesses beside those that have development names. */
const units = 200;

/** Fills a register of units that nobody has imported anything into. */
async function putDevelopmentUnits({ enheter }: Store): Promise<void> {
  if (!(await enheter.isEmpty())) return;
  const [id, rows] = ['development', syntheticUnits(units)];
  if ((await enheter.enhetsimport.begin(id)) === 0) await enheter.enhetsimport.stage(id, rows.length, rows);
  await enheter.enhetsimport.publish(id);
}

/**
 * Makes what a development installation starts with, where it is not there yet: the PKI, its names as senders and suppliers, and residents and businesses in empty registers;
 * and brings the test persons up to date. Never called in production.
 */
export async function prepareDevelopment(config: Pick<Config, 'certsDir' | 'databaseUrl'>): Promise<DevelopmentPki> {
  const pki = await ensureDevelopmentPki(config.certsDir);
  const store = await openStore({ url: config.databaseUrl.reveal() });
  try {
    const { sertifikater } = await store.reads.senders();
    const registered = sertifikater.some((s) => s.fingeravtrykk === fingerprint(pki.identities.sender.certificate));
    if (!registered || (await store.svarut.kontoer()).length === 0) await putDevelopmentSenders(store, pki);
    const { seneste } = await store.reads.changesFrom(0, 1);
    if (seneste === 0) {
      await seedRegister({ unitOfWork: store.unitOfWork, calendar: { now: () => new Date() }, resident })(residents);
    }
    await putTestpersons(store);
    await putDevelopmentUnits(store);
  } finally {
    await store.close();
  }
  return pki;
}
