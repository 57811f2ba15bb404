import { audit, spurtOm, vurder, type PersonRegister, type ShipmentDeps } from '../application/shipmentDeps.js';
import type { AvgjoerPaaNytt } from '../application/svarut/omdiriger.js';
import { vurderSvarUtBrev } from '../application/svarut/vurder.js';
import { personRegister } from '../client/personRegister.js';
import { readSupport } from '../config/support.js';
import type { Avsenderpolicy } from '../domain/forsendelse.js';
import type { Clock } from '../domain/ports.js';
import type { Kanal } from '../domain/routing/decision.js';
import type { Leverandoerfakta } from '../domain/routing/facts.js';
import type { Leverandoer } from '../domain/sender.js';
import type { Payloads } from '../domain/shipmentPorts.js';
import type { SvarUtReads } from '../domain/svarut/ports.js';
import { Failure } from '../errors.js';
import { idHasher } from '../security/idHash.js';
import type { Trust } from '../security/trust.js';
import type { Holder } from './holder.js';
import type { SendingDeps } from './types.js';

/** How the letters of a body are treated that has said nothing. */
const paper: Avsenderpolicy = { utenPostkasse: 'UTSKRIFT', egenVarsling: false };

/** Suppliers as the rules see them: the certificate counts only while it stands. */
function supplierFacts(suppliers: readonly Leverandoer[], trust: Trust, clock: Clock) {
  const stands = (certificate: Buffer): boolean => {
    try {
      trust.check(certificate, clock.now(), 'encrypt');
      return true;
    } catch {
      return false;
    }
  };
  return (): ReadonlyMap<string, Leverandoerfakta> =>
    new Map(
      suppliers.map(({ organisasjonsnummer, rolle, sertifikat }) => [
        organisasjonsnummer,
        { rolle, sertifikatGyldig: stands(sertifikat) },
      ]),
    );
}

/** Who prints when a SvarUt upstream does: it takes letters over TLS, so that there is no certificate of a printer to judge. */
const printUpstream = (config: SendingDeps['config']): string | undefined =>
  config.svarutUpstreamUrl !== undefined && config.svarutUpstreamFor.includes('UTSKRIFT')
    ? config.svarutUpstreamOrganisation
    : undefined;

/** Who is asked about recipients: the register of this installation's own database, or a service of the 16-02 contract. */
function registerOf(
  { config, store, clock, trust }: SendingDeps,
  { key, organisasjonsnummer: own }: Holder,
): PersonRegister {
  const { registerUrl: url, registerOrganisation: expected } = config;
  if (url !== undefined) return personRegister({ url, expected, own, key, trust, clock });
  return { ask: async (ids) => ({ spurt: clock.now(), persons: await store.reads.persons(ids) }) };
}

/** What the use cases about letters need here. */
export function shipmentDeps(
  deps: SendingDeps,
  payloads: Payloads,
  suppliers: readonly Leverandoer[],
  kanaler: ReadonlySet<Kanal>,
  databehandler: Holder,
) {
  const { store, clock, calendar, config, trust, dataKey, senders, varselsender } = deps;
  const facts = supplierFacts(suppliers, trust, clock);
  const printer = suppliers.find(({ rolle }) => rolle === 'UTSKRIFT')?.organisasjonsnummer ?? null;
  const upstream = printUpstream(config);
  const utskriftsleverandoer = upstream ?? printer;
  return {
    clock,
    calendar,
    senders,
    hashId: idHasher(dataKey),
    unitOfWork: store.unitOfWork,
    shipments: store.shipments,
    ledger: store.ledger,
    queue: store.queue,
    payloads,
    register: registerOf(deps, databehandler),
    enheter: store.enheter,
    brukerstoette: config.supportFile === undefined ? [] : readSupport(config.supportFile),
    routing: (avsender: string) => ({
      policy: senders().organisasjoner.find((o) => o.organisasjonsnummer === avsender)?.avsenderpolicy ?? paper,
      dokumenttyper: new Map(
        senders()
          .dokumenttyper.filter((d) => d.organisasjonsnummer === avsender)
          .map((d) => [d.dokumenttype, d]),
      ),
      leverandoerer:
        upstream === undefined
          ? facts()
          : new Map([...facts(), [upstream, { rolle: 'UTSKRIFT', sertifikatGyldig: true }]]),
      utskriftsleverandoer,
      kanaler,
      ...(varselsender && { varslingskanaler: varselsender.kanaler }),
      taushetsbelagtIAltinn: config.altinnUrl !== undefined && config.altinnConfidentialResource !== undefined,
      identifikatorer: config.identifiers,
    }),
  } satisfies ShipmentDeps;
}

/** Decides about a letter anew, by the rules of the way that it came. The look-up is written down as its sender's. */
export const decideAgain = (deps: ShipmentDeps, svarut: SvarUtReads): AvgjoerPaaNytt => {
  const vurderBrev = vurderSvarUtBrev({ ...deps, svarut });
  const decide: AvgjoerPaaNytt = async (shipment, uten) => {
    const { forsendelse: letter } = shipment;
    if (letter.svarut !== undefined) return vurderBrev(shipment, uten);
    const [decided] = await vurder(deps, letter.avsender, [letter]);
    if (decided === undefined) throw new Failure('INTERNAL', 'no decision for one letter');
    return decided.beslutning;
  };
  return async (shipment, uten) => {
    const beslutning = await decide(shipment, uten);
    const { avsender, mottaker } = shipment.forsendelse;
    const spurt = { organisasjon: avsender, correlationId: shipment.id };
    const ids = spurtOm([mottaker], deps.routing(avsender));
    await deps.unitOfWork((tx) => audit(tx, deps, spurt, avsender, 'NyVurdering', ids));
    return beslutning;
  };
};
