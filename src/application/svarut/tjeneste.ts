import { timedId } from '../timedId.js';
import type { SvarUtDeps } from './deps.js';
import { historikk, iderForEksternRef, mottakersystemer, signeringshistorikk, statuser } from './lesing.js';
import { send } from './send.js';
import { settLest } from './settLest.js';
import { hent, hentNye, kvitterMottak, mottakFeilet, type SvarInnDeps } from './svarinn.js';
import type { SvarInnTjeneste, SvarUtTjeneste } from './tjenester.js';

const startNyForsendelse =
  ({ unitOfWork, clock }: SvarUtDeps): SvarUtTjeneste['startNyForsendelse'] =>
  async ({ brukernavn: konto }) => {
    const id = timedId(clock.now());
    await unitOfWork((tx) => tx.reserve({ id, konto, reservert: clock.now(), avvist: null }));
    return id;
  };

/** What senders may ask, put together. */
export const svarutTjeneste = (deps: SvarUtDeps): SvarUtTjeneste => ({
  startNyForsendelse: startNyForsendelse(deps),
  send: send(deps),
  statuser: statuser(deps),
  historikk: historikk(deps),
  iderForEksternRef: iderForEksternRef(deps),
  settLest: settLest(deps),
  forsendelseTyper: () => deps.svarut.forsendelseTyper(),
  mottakersystemer: mottakersystemer(deps),
  signeringshistorikk: signeringshistorikk(deps),
});

/** What receivers may ask, put together. */
export const svarinnTjeneste = (deps: SvarInnDeps): SvarInnTjeneste => ({
  hentNye: hentNye(deps),
  hent: hent(deps),
  kvitterMottak: kvitterMottak(deps),
  mottakFeilet: mottakFeilet(deps),
});
