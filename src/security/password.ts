import { createHmac, randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import type { ScryptOptions } from 'node:crypto';
import type { Clock } from '../domain/ports.js';
import type { Legitimasjon } from '../domain/sender.js';
import { Failure } from '../errors.js';
import { limits } from '../limits.js';
import { Guesses } from './guesses.js';
import { withinNetworks } from './networks.js';

/*
 * HTTP Basic (RFC 7617) against the credential table. The slow hash runs once; then an HMAC of the password, under a key that lives as
 * long as the process, stands for it for five minutes. Whatever is wrong, the caller is told the same after the same work.
 */

/** Who knows the password of an account. */
export interface Account {
  readonly brukernavn: string;
  /** Nine digits. */
  readonly organisasjonsnummer: string;
}

export type SlowHash = (password: Buffer, salt: Buffer, octets: number, options: ScryptOptions) => Promise<Buffer>;

export interface PasswordDeps {
  readonly clock: Clock;
  /** The credential table as it is now. */
  readonly credentials: () => readonly Legitimasjon[];
  readonly tjeneste: Legitimasjon['tjeneste'];
  readonly slowHash?: SlowHash;
}

/** `authorization`: the header; `remote`: the caller's address. @throws Failure UNAUTHORIZED, TOO_MANY_REQUESTS */
export type PasswordDoor = (authorization: string | undefined, remote: string) => Promise<Account>;

const nodeScrypt: SlowHash = (password, salt, octets, options) =>
  new Promise((resolve, reject) =>
    scrypt(password, salt, octets, options, (error, key) => (error === null ? resolve(key) : reject(error))),
  );

const unauthorized = (detail: string): Failure => new Failure('UNAUTHORIZED', detail);

interface Basic {
  readonly brukernavn: string;
  readonly password: Buffer;
}

/** Reads the header. @throws Failure UNAUTHORIZED */
export function readBasic(authorization: string | undefined): Basic {
  const token = /^Basic +([A-Za-z0-9+/]+={0,2}) *$/i.exec(authorization ?? '')?.[1];
  const octets = Buffer.from(token ?? '', 'base64');
  const colon = octets.indexOf(':');
  if (token === undefined || colon < 0) throw unauthorized('no Basic credentials');
  const brukernavn = octets.subarray(0, colon).toString('utf8');
  const password = octets.subarray(colon + 1);
  if (brukernavn.length < 1 || brukernavn.length > limits.basicUserCharacters) throw unauthorized('user name');
  if (password.length < 1 || password.length > limits.basicPasswordBytes) throw unauthorized('password');
  return { brukernavn, password };
}

interface Stored {
  readonly options: ScryptOptions;
  readonly salt: Buffer;
  readonly hash: Buffer;
}

const stored = (N: number, r: number, p: number, salt: Buffer, hash: Buffer): Stored => ({
  options: { N, r, p, maxmem: 256 * N * r },
  salt,
  hash,
});

/** A row's hash. @throws Failure INTERNAL for a row that no password can fit */
function readStored(passordhash: string): Stored {
  const match = /^scrypt\$(\d{1,7})\$(\d{1,2})\$(\d{1,2})\$([A-Za-z0-9+/]+={0,2})\$([A-Za-z0-9+/]+={0,2})$/.exec(
    passordhash,
  );
  if (match === null) throw new Failure('INTERNAL', 'a credential whose hash is not scrypt$N$r$p$salt$hash');
  const [N, r, p] = match.slice(1, 4).map(Number) as [number, number, number];
  return stored(N, r, p, Buffer.from(match[4] ?? '', 'base64'), Buffer.from(match[5] ?? '', 'base64'));
}

/** What an unknown user is held against: the work of a real row, and no password that fits. */
const nobody = stored(16_384, 8, 1, Buffer.alloc(16), Buffer.alloc(32));

const equal = (a: Buffer, b: Buffer): boolean => a.length === b.length && timingSafeEqual(a, b);

interface Remembered {
  readonly passordhash: string;
  readonly mac: Buffer;
  readonly until: number;
}

/** From elsewhere than its networks an account is not there: whoever guesses learns nothing by it. */
const admitted = (row: Legitimasjon | undefined, remote: string): Legitimasjon | undefined =>
  row?.nett === undefined || withinNetworks(remote, row.nett) ? row : undefined;

/** The door of one service that takes passwords (PROFILES, "HTTP Basic"; SECURITY.md 114). */
export function passwordDoor({ clock, credentials, tjeneste, slowHash = nodeScrypt }: PasswordDeps): PasswordDoor {
  const key = randomBytes(32);
  const remembered = new Map<string, Remembered>();
  const guesses = new Guesses();
  const macOf = (password: Buffer): Buffer => createHmac('sha256', key).update(password).digest();
  const rowOf = (brukernavn: string, remote: string): Legitimasjon | undefined =>
    admitted(
      credentials().find((row) => row.tjeneste === tjeneste && row.brukernavn === brukernavn),
      remote,
    );

  /** What is remembered of this password, if it was right; undefined too when the row has another hash since. */
  const rememberedOf = (row: Legitimasjon, mac: Buffer): Remembered | undefined => {
    const known = remembered.get(row.brukernavn);
    return known?.passordhash === row.passordhash && equal(known.mac, mac) ? known : undefined;
  };

  const hashed = async ({ brukernavn, password }: Basic, mac: Buffer, remote: string, now: number) => {
    const row = rowOf(brukernavn, remote);
    // Who was right before is not guessing: many accounts of one address may be forgotten at the same moment.
    const was = row && rememberedOf(row, mac);
    const takeBack = was ? () => undefined : guesses.take([`account ${brukernavn}`, `address ${remote}`], now);
    const { options, salt, hash } = row === undefined ? nobody : readStored(row.passordhash);
    const right = equal(await slowHash(password, salt, hash.length, options), hash);
    if (!right || row === undefined || rowOf(brukernavn, remote)?.passordhash !== row.passordhash) {
      throw unauthorized('user name or password');
    }
    takeBack();
    remembered.set(brukernavn, { passordhash: row.passordhash, mac, until: now + limits.passwordCache });
    return row;
  };

  const underWay = new Map<string, Promise<Legitimasjon>>();
  return async (authorization, remote) => {
    const shown = readBasic(authorization);
    const now = clock.now().getTime();
    const row = rowOf(shown.brukernavn, remote);
    const mac = macOf(shown.password);
    if (row !== undefined && now < (rememberedOf(row, mac)?.until ?? 0)) return row;
    // The same password of the same account is one guess, however many requests come with it at once from one address.
    const guess = `${mac.toString('hex')} ${remote} ${shown.brukernavn}`;
    const begun = underWay.get(guess) ?? hashed(shown, mac, remote, now).finally(() => underWay.delete(guess));
    underWay.set(guess, begun);
    return begun;
  };
}
