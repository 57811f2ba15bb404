import { randomBytes, scrypt } from 'node:crypto';

/** A password that is shown once, and what is stored of it: `scrypt$N$r$p$salt$hash`, as the password door reads it. */
export interface ServicePassword {
  readonly passord: string;
  readonly passordhash: string;
}

const [N, r, p] = [16_384, 8, 1];
/** Octets of chance. */
const STRENGTH = 24;

/** Makes a password of 32 characters that nobody can guess. */
export async function servicePassword(): Promise<ServicePassword> {
  const passord = randomBytes(STRENGTH).toString('base64url');
  const salt = randomBytes(16);
  const hash = await new Promise<Buffer>((resolve, reject) =>
    scrypt(passord, salt, 32, { N, r, p }, (error, key) => (error === null ? resolve(key) : reject(error))),
  );
  return { passord, passordhash: ['scrypt', N, r, p, salt.toString('base64'), hash.toString('base64')].join('$') };
}
