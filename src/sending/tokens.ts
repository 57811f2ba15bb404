import { maskinporten, type Maskinportenklient, type Tokenkilde } from '../client/maskinporten.js';
import type { Config } from '../config.js';
import type { Clock } from '../domain/ports.js';
import { holderOf, type Holder } from './holder.js';

/** Who signs the requests for tokens: the holder of a key store of its own, or the databehandler. @throws Error with a sentence for people */
export const signerOf = (
  config: Pick<Config, 'databehandlerKeystorePassword'>,
  databehandler: Holder,
  file: string | undefined,
  password: Config['altinnKeystorePassword'],
): Promise<Holder> | Holder =>
  file === undefined ? databehandler : holderOf(file, (password ?? config.databehandlerKeystorePassword).reveal());

/** Tokens of Maskinporten. */
export async function tokensOf({
  signer,
  clock,
  ...klient
}: Pick<Maskinportenklient, 'url' | 'klientId' | 'scope' | 'timeout'> & {
  readonly signer: Promise<Holder> | Holder;
  readonly clock: Clock;
}): Promise<Tokenkilde> {
  const { key, store } = await signer;
  return maskinporten({ ...klient, key, kjede: store.chain, now: () => clock.now() });
}
