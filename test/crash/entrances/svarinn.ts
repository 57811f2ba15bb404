import { setTimeout as sleep } from 'node:timers/promises';
import {
  hentForsendelse,
  hentNyeForsendelser,
  kvitterMottak,
  type NyForsendelse,
  type SvarInnKonto,
} from '../../../src/client/svarinn.js';
import { SVARINN_PATH } from '../../../src/http/svarinn.js';
import { readZip } from '../../../src/package/zip.js';
import { developmentAccounts } from '../../../src/sandbox/developmentData.js';
import { identities } from '../../../src/sandbox/pki/identities.js';
import { decryptCms } from '../../../src/security/cms.js';
import { parseCertificate } from '../../../src/security/x509.js';
import { letterIn } from './letters.js';
import { startSvarUt } from './svarut.js';
import type { StartEntrance, World } from './types.js';

const [, , { brukernavn, passord }] = developmentAccounts;
const REST_MS = 100;
/** Downloads at once. */
const AT_ONCE = 4;
/** Every so many letters are downloaded once in vain: who does not acknowledge gets them again. */
const FORGOTTEN = 6;

/** What a receiving system has. */
interface Received {
  /** References of letters that it has acknowledged, and of those that came again after that. */
  readonly taken: string[];
  stop(): Promise<void>;
}

async function octetsOf(pieces: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const kept: Uint8Array[] = [];
  for await (const piece of pieces) kept.push(piece);
  return Buffer.concat(kept);
}

/** A municipality that lists, downloads, opens and acknowledges, and tries again whatever is not answered. */
function startReceiver({ base, pki, chance, say }: World): Received {
  const { privateKey, certificate } = pki.identities.sender2;
  const recipient = parseCertificate(certificate);
  const konto = async (): Promise<SvarInnKonto> => ({ url: (await base()) + SVARINN_PATH, brukernavn, passord });
  const taken: string[] = [];
  const [done, forgotten] = [new Set<string>(), new Set<string>()];
  let stopped = false;
  const refIn = async (ny: NyForsendelse): Promise<string> => {
    const files = await readZip(
      await octetsOf(decryptCms(await hentForsendelse(await konto(), ny), privateKey, recipient)),
    );
    const [[name, octets] = ['nothing', Buffer.alloc(0)]] = files;
    return letterIn(name, octets);
  };
  /** Until it is answered: the receiver has the letter, and wants no other copy. */
  const acknowledge = async (id: string): Promise<void> => {
    while (
      !(await kvitterMottak(await konto(), id).then(
        () => true,
        () => false,
      ))
    )
      await sleep(REST_MS);
  };
  const takeIn = async (ny: NyForsendelse): Promise<void> => {
    const ref = await refIn(ny);
    if (!forgotten.has(ny.id) && chance.below(FORGOTTEN) === 0) return void forgotten.add(ny.id);
    await acknowledge(ny.id);
    done.add(ny.id);
    taken.push(ref);
  };
  const round = async (): Promise<void> => {
    const before = new Set(done);
    const list = await hentNyeForsendelser(await konto());
    for (const again of list.filter(({ id }) => before.has(id))) {
      say(`look at: ${again.tittel} has come again after it was acknowledged`);
      taken.push(again.filmetadata.map(({ filnavn }) => filnavn.replace(/\.pdf$/, '')).join());
    }
    const fresh = list.filter(({ id }) => !done.has(id));
    for (let at = 0; at < fresh.length; at += AT_ONCE)
      await Promise.allSettled(fresh.slice(at, at + AT_ONCE).map(takeIn));
  };
  const work = async (): Promise<void> => {
    while (!stopped) {
      // A gateway that dies meanwhile gives no answer: the next round sees what is left.
      await round().catch(() => undefined);
      await sleep(REST_MS);
    }
    await round();
  };
  const ended = work();
  return {
    taken,
    stop: () => {
      stopped = true;
      return ended;
    },
  };
}

/** SvarUt to a municipality that fetches by SvarInn: nothing that was acknowledged comes again, everything else does. */
export const svarinn: StartEntrance = async (world) => {
  const receiver = startReceiver(world);
  const { taken } = receiver;
  const orgnr = identities.sender2.organisasjonsnummer;
  const { told, ...senders } = startSvarUt(
    'svarinn',
    world,
    () => ({ orgnr }),
    () => taken.length,
  );
  return {
    ...senders,
    left: () => senders.acknowledged.size - new Set(taken).size,
    seen: async () => {
      await receiver.stop();
      return { acknowledged: [...senders.acknowledged], committed: taken, told: await told() };
    },
  };
};
