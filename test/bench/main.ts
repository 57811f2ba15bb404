import { parseArgs } from 'node:util';
import { all } from './all.js';
import { dispatch } from './dispatch.js';
import { ebms } from './ebms.js';
import { fairness } from './fairness.js';
import { large } from './large.js';
import { lookup } from './lookup.js';
import { queue } from './queue.js';
import { register } from './register.js';
import { shipment } from './shipment.js';
import { svarutLarge } from './svarutLarge.js';
import { units } from './units.js';

const usage = `Benchmarks of Posthorn. Close other programs first; each prints its last line as JSON.

  npm run bench -- all [lookup ebms shipment ...]
      Every bench, or those that are named, with a row for each in test/bench/RESULTS.md; some hours.

  npm run bench -- lookup [--rounds 7] [--seconds 3] [--connections 16] [--persons 100000] [--profile DIR]
      The look-up service between the least work that a server of this contract can do and the same service built from
      well-known parts, in alternating rounds.
  npm run bench -- ebms [push|pull] [--rounds 7] [--seconds 3] [--connections 16] [--octets 100000] [--waiting 100000] [--profile DIR]
      Letters handed to the broker beside the least work that a broker can do, and receipts fetched from a short queue and a
      long one.
  npm run bench -- shipment [--rounds 7] [--seconds 3] [--connections 16] [--octets 100000] [--profile DIR]
      Letters to Forsendelse, signed by WS-Security and sent by MTOM, accepted durably, beside the least work that this takes.
  npm run bench -- dispatch [--rounds 5] [--letters 1000] [--octets 100000] [--profile DIR]
      Letters packed, encrypted, signed and handed to a provider that signs for them, beside the cryptography of the same steps.
  npm run bench -- register [--persons 3800000] [--db mariadb|sqlite] [--url URL]
      A look-up of 1000 persons, and of one, in a large register; --url names a database that keeps it.
  npm run bench -- units [--units 1100000] [--db mariadb|sqlite]
      The import of a download of Enhetsregisteret, and of the same again over the first: time, and peak memory.
  npm run bench -- fairness [svarut|forsendelse|dead] [--rounds 5] [--seconds 15] [--waiting 10000] [--db mariadb|sqlite] [--bursts]
      What others wait when one sender sends ten times as much at the same total load, or when a provider hangs.
  npm run bench -- queue [--waiting 200000] [--db mariadb|sqlite] [--profile DIR]
      A gateway that starts with so many letters in its queue: until it is ready, how fast it hands them on, and its memory.
  npm run bench -- svarut-large [--mebibytes 350]
      One large letter by SvarUt, as inline base64 and by MTOM, to its receiver by SvarInn: octets compared, peak memory.
  npm run bench -- large [--rounds 3] [--mebibytes 300] [--largest 3072]
      Large signed letters to Forsendelse by MTOM, as SOAP attachments and inline, beside reading and digesting the same octets.
`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string' },
    seconds: { type: 'string' },
    connections: { type: 'string', default: '16' },
    persons: { type: 'string' },
    units: { type: 'string', default: '1100000' },
    octets: { type: 'string', default: '100000' },
    waiting: { type: 'string' },
    letters: { type: 'string' },
    profile: { type: 'string' },
    mebibytes: { type: 'string' },
    largest: { type: 'string', default: '3072' },
    bursts: { type: 'boolean', default: false },
    db: { type: 'string', default: 'mariadb' },
    url: { type: 'string' },
  },
});

const pace = {
  rounds: Number(values.rounds ?? 7),
  seconds: Number(values.seconds ?? 3),
  connections: Number(values.connections),
};

const benches: Readonly<Record<string, () => Promise<void>>> = {
  all: () => all(positionals.slice(1)),
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
  shipment: () => shipment({ ...pace, octets: Number(values.octets), profile: values.profile }),
  dispatch: () =>
    dispatch({
      rounds: Number(values.rounds ?? 5),
      letters: Number(values.letters ?? 1000),
      octets: Number(values.octets),
      profile: values.profile,
    }),
  'svarut-large': () => svarutLarge({ mebibytes: Number(values.mebibytes ?? 350) }),
  large: () =>
    large({
      rounds: Number(values.rounds ?? 3),
      mebibytes: Number(values.mebibytes ?? 300),
      largest: Number(values.largest),
    }),
  fairness: () =>
    fairness({
      rounds: Number(values.rounds ?? 5),
      seconds: Number(values.seconds ?? 15),
      waiting: Number(values.waiting ?? 10_000),
      database: values.db === 'sqlite' ? 'sqlite' : 'mariadb',
      bursts: values.bursts,
      only: positionals[1],
    }),
  queue: () =>
    queue({
      waiting: Number(values.waiting ?? 200_000),
      database: values.db === 'sqlite' ? 'sqlite' : 'mariadb',
      profile: values.profile,
    }),
  units: () => units({ units: Number(values.units), database: values.db === 'sqlite' ? 'sqlite' : 'mariadb' }),
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
