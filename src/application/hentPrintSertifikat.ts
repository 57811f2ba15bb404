import type { Leverandoer } from '../domain/sender.js';
import { Failure } from '../errors.js';
import type { LookupDeps, Requester } from './lookup.js';
import { authorise, readNothing, record } from './lookup.js';

/** The print supplier, whose certificate print packages are encrypted to. @throws Failure as `authorise` and `record`, UNAVAILABLE */
export const hentPrintSertifikat =
  (deps: LookupDeps & { readonly utskrift: Leverandoer | undefined }) =>
  async (requester: Requester): Promise<Leverandoer> => {
    const owner = authorise(deps, requester, 'OPPSLAGSTJENESTEN');
    await record(deps, requester, owner, 'HentPrintSertifikat', [], readNothing);
    if (deps.utskrift === undefined) throw new Failure('UNAVAILABLE', 'no print supplier in the supplier table');
    return deps.utskrift;
  };
