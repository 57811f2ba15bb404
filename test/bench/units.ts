import { createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { importInto, type ImportProgress } from '../../src/application/importRegister.js';
import { openUnitFile } from '../../src/application/unitFile.js';
import { unitReader } from '../../src/application/unitRow.js';
import { syntheticUnit, unitNumbers } from '../../src/sandbox/units.js';
import { openStore, type Store } from '../../src/store/index.js';
import { freshDatabase } from '../support/mariadb.js';
import { cacheDir } from './support/compile.js';
import { round } from './support/stats.js';

export interface UnitsOptions {
  readonly units: number;
  readonly database: 'mariadb' | 'sqlite';
}

/** Members of an object of the download that nobody reads here, about as long as they are there. */
const more = {
  registreringsdatoEnhetsregisteret: '1995-02-19',
  registrertIMvaregisteret: true,
  naeringskode1: { kode: '10.710', beskrivelse: 'Produksjon av brød og ferske konditorvarer' },
  antallAnsatte: 7,
  vedtektsfestetFormaal: Array.from({ length: 6 }, (_, i) => `Linje ${i} av det som "formålet" er ${'x'.repeat(60)}`),
  links: [],
};

/** The text of a download, unit by unit. */
function* download(count: number): Generator<string> {
  const ids = unitNumbers();
  for (let i = 0; i < count; i += 1) {
    const { organisasjonsform, forretningsadresse, postadresse, slettet, ...unit } = syntheticUnit(i, ids.next().value);
    const object = {
      ...unit,
      organisasjonsform: { kode: organisasjonsform },
      forretningsadresse: { ...forretningsadresse, adresse: forretningsadresse?.adresselinjer },
      ...(postadresse && { postadresse: { ...postadresse, adresse: postadresse.adresselinjer } }),
      ...(slettet && { slettedato: slettet }),
      ...more,
    };
    yield `${i === 0 ? '[' : ','}${JSON.stringify(object, null, 1)}`;
  }
  yield ']';
}

/** `tenth`, `end`: octets of memory after a tenth of the rows and after the last. */
async function timed(store: Store, path: string, count: number) {
  const begin = performance.now();
  const memory = { tenth: 0, end: 0 };
  const onProgress = ({ rows }: ImportProgress): void => {
    if (rows === Math.floor(count / 10)) memory.tenth = process.memoryUsage.rss();
    if (rows === count) memory.end = process.memoryUsage.rss();
  };
  const run = importInto(store.enheter.enhetsimport, unitReader().read);
  const result = await run({ file: await openUnitFile(path), skipErrors: false, onProgress });
  return { seconds: round((performance.now() - begin) / 1000, 1), result, memory };
}

/** The import of a register of so many units, packed as it is downloaded, twice: the second takes the place of the first. */
export async function units({ units: count, database }: UnitsOptions): Promise<void> {
  await mkdir(cacheDir, { recursive: true });
  const directory = await mkdtemp(join(cacheDir, 'units-'));
  const place =
    database === 'mariadb' ? await freshDatabase() : { url: `sqlite:${join(directory, 'u.db')}`, drop: async () => {} };
  const store = await openStore({ url: place.url });
  try {
    const path = join(directory, 'enheter');
    await pipeline(Readable.from(download(count)), createGzip({ level: 1 }), createWriteStream(path));
    const first = await timed(store, path, count);
    const second = await timed(store, path, count);
    if (second.result.changed !== count) throw new Error(`${second.result.changed} units, not ${count}`);
    const peak = process.resourceUsage().maxRSS * 1024;
    const megabytes = (octets: number) => Math.round(octets / 1e6);
    const { tenth, end } = first.memory;
    const memory = { tenth: megabytes(tenth), end: megabytes(end), peak: megabytes(peak) };
    const figures = { first: first.seconds, second: second.seconds, ...memory };
    const packed = megabytes((await stat(path)).size);
    console.log(JSON.stringify({ bench: 'units', units: count, database, packed, ...figures }));
  } finally {
    await store.close();
    await place.drop();
    await rm(directory, { recursive: true, force: true });
  }
}
