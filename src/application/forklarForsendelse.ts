import type { Forsendelse } from '../domain/forsendelse.js';
import { maanedAv } from '../domain/ledger.js';
import { cost, etter, type Prisoverslag, type Unntaksvis } from '../domain/overslag.js';
import type { Caller, Forklart, ShipmentDeps } from './shipmentDeps.js';
import { authorise, recordRead, spurtOm, vurder } from './shipmentDeps.js';

/** A letter that is only thought of, to one or more recipients. */
export interface Tenkt {
  readonly mottakere: readonly Forsendelse['mottaker'][];
  readonly bestilling: Omit<Brev, 'mottaker'>;
  /** Octets of all documents together. */
  readonly stoerrelse: number;
  /** Printed; null: not known, and one is reckoned with. */
  readonly sider: number | null;
}

type Brev = Omit<Forsendelse, 'avsender' | 'databehandler' | 'eksternRef' | 'hoveddokument' | 'vedlegg'>;

export interface Forklaring extends Forklart {
  /** Null when the letter would be refused. */
  readonly kostnad: Prisoverslag | null;
}

/** A decision whose sender has everything that paper needs, should nobody be notified of it. */
const kanPaaPapir = (
  { klasse, kunDigitalt, utskrift }: Tenkt['bestilling'],
  mottaker: Tenkt['mottakere'][number] | undefined,
): boolean =>
  klasse === 'VEDTAK' && !kunDigitalt && utskrift.returadresse !== null && (mottaker?.postadresse ?? null) !== null;

/**
 * What would happen to a letter, for each recipient in the order given. The look-up is real, and stands in the audit trail.
 * @throws Failure NO_ACCESS, INVALID_SECURITY_TOKEN, REPLAYED, UNAVAILABLE
 */
export const forklarForsendelse =
  (deps: ShipmentDeps) =>
  async (caller: Caller, { mottakere, bestilling, stoerrelse, sider }: Tenkt): Promise<readonly Forklaring[]> => {
    const owner = authorise(deps, caller);
    const ids = spurtOm(mottakere, deps.routing(owner));
    await recordRead(deps, caller, owner, 'ForklarForsendelse', ids);
    const decided = await vurder(
      deps,
      owner,
      mottakere.map((mottaker) => ({ ...bestilling, mottaker })),
    );
    const grunnlag = {
      octets: stoerrelse,
      sider,
      aapningskvittering: bestilling.aapningskvittering !== null,
      utskrift: bestilling.utskrift,
      formidles: true,
    };
    const { policy, utskriftsleverandoer } = deps.routing(owner);
    let bilde = await deps.ledger.prisbilde(owner, maanedAv(deps.calendar.now()));
    const senest = bilde.formidlet + mottakere.length;
    const unntak = (mottaker: Tenkt['mottakere'][number] | undefined): Unntaksvis =>
      policy.papirUtenVarsel === true && kanPaaPapir(bestilling, mottaker)
        ? { utskriftUtenVarsel: { leverandoer: utskriftsleverandoer, senest } }
        : {};
    return decided.map((d, i) => {
      const { beslutning } = d;
      const kostnad = beslutning.utfall === 'AVVIS' ? null : cost(beslutning, grunnlag, bilde, unntak(mottakere[i]));
      bilde = etter(bilde, beslutning, grunnlag);
      return { ...d, kostnad };
    });
  };
