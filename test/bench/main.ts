import { parseArgs } from 'node:util';
import { ebms } from './ebms.js';
import { lookup } from './lookup.js';
import { queue } from './queue.js';
import { register } from './register.js';
import { svarutLarge } from './svarutLarge.js';

const usage = `Benchmarks of Posthorn. Close other programs first; both print their last line as JSON.

  npm run bench -- lookup [--rounds 7] [--seconds 3] [--connections 16] [--persons 100000] [--profile DIR]
      The look-up service between the least work that a server of this contract can do and the same service built from
      well-known parts, in alternating rounds.
  npm run bench -- ebms [push|pull] [--rounds 7] [--seconds 3] [--connections 16] [--octets 100000] [--waiting 100000] [--profile DIR]
      Letters handed to the broker beside the least work that a broker can do, and receipts fetched from a short queue and a
      long one.
  npm run bench -- register [--persons 3800000] [--db mariadb|sqlite] [--url URL]
      A look-up of 1000 persons, and of one, in a large register; --url names a database that keeps it.
  npm run bench -- queue [--waiting 200000] [--db mariadb|sqlite] [--profile DIR]
      A gateway that starts with so many letters in its queue: until it is ready, how fast it hands them on, and its memory.
  npm run bench -- svarut-large [--mebibytes 350]
      One large letter by SvarUt, as inline base64 and by MTOM, to its receiver by SvarInn: octets compared, peak memory.
`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '7' },
    seconds: { type: 'string', default: '3' },
    connections: { type: 'string', default: '16' },
    persons: { type: 'string' },
    octets: { type: 'string', default: '100000' },
    waiting: { type: 'string' },
    profile: { type: 'string' },
    mebibytes: { type: 'string', default: '350' },
    db: { type: 'string', default: 'mariadb' },
    url: { type: 'string' },
  },
});

const pace = {
  rounds: Number(values.rounds),
  seconds: Number(values.seconds),
  connections: Number(values.connections),
};

const benches: Readonly<Record<string, () => Promise<void>>> = {
  lookup: () =>
    lookup({
      ...pace,
      persons: Number(values.persons ?? 100_000),
      profile: values.profile,
    }),
  ebms: () =>
    ebms({
      ...pace,
      octets: Number(values.octets),
      waiting: Number(values.waiting ?? 100_000),
      only: positionals[1],
      profile: values.profile,
    }),
  queue: () =>
    queue({
      waiting: Number(values.waiting ?? 200_000),
      database: values.db === 'sqlite' ? 'sqlite' : 'mariadb',
      profile: values.profile,
    }),
  'svarut-large': () => svarutLarge({ mebibytes: Number(values.mebibytes) }),
  register: () =>
    register({
      persons: Number(values.persons ?? 3_800_000),
      database: values.db === 'sqlite' ? 'sqlite' : 'mariadb',
      url: values.url,
    }),
};

const bench = benches[positionals[0] ?? ''];
if (bench === undefined) console.log(usage);
else await bench();
