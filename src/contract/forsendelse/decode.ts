import type { Forsendelse, Postadresse } from '../../domain/forsendelse.js';
import { checkVarseltekst } from '../../domain/routing/notices.js';
import type { Varslingskanal } from '../../domain/routing/notices.js';
import { Failure } from '../../errors.js';
import { limits } from '../../limits.js';
import type { PasswordTrusted } from '../../security/basic.js';
import type { Trusted } from '../../security/trusted.js';
import type { XmlElement } from '../../xml/model.js';
import { mimetypes } from '../../domain/mimetypes.js';
import type { Contents } from './documents.js';
import { documents } from './documents.js';
import { bevis, lovlig } from './evidence.js';
import {
  boolean,
  childrenOf,
  instant,
  integer,
  invalid,
  leaf,
  matching,
  must,
  one,
  oneOf,
  optional,
  read,
  text,
} from './fields.js';
import { tns } from './names.js';

/** How a letter is to be treated, by whomever it is got. */
export type Bestilling = Omit<
  Forsendelse,
  'avsender' | 'databehandler' | 'eksternRef' | 'mottaker' | 'hoveddokument' | 'vedlegg'
>;
export type Mottaker = Forsendelse['mottaker'];
/** A letter as ordered; who ordered it is not said in it but proved. */
export type Brev = Omit<Forsendelse, 'avsender' | 'databehandler'>;
/** Letters by id or by the sender's reference. */
export type Utvalg = { readonly ider: readonly string[] } | { readonly eksterneRefer: readonly string[] };

interface Called<O extends string> {
  readonly operasjon: O;
  /** The body acted for; undefined: the caller. */
  readonly avsender: string | undefined;
}

export type Command =
  | (Called<'SendForsendelse'> & { readonly brev: Brev })
  | (Called<'ForklarForsendelse'> & {
      readonly mottakere: readonly Mottaker[];
      readonly bestilling: Bestilling;
      /** Octets of all documents together, and printed pages. */
      readonly stoerrelse: number;
      readonly sider: number | null;
    })
  | (Called<'HentStatus'> & { readonly utvalg: Utvalg })
  | (Called<'HentKvitteringer'> & { readonly prioritet: Forsendelse['prioritet']; readonly antall: number })
  | (Called<'BekreftKvitteringer'> & { readonly ider: readonly string[] })
  | (Called<'TrekkTilbakeForsendelse'> & { readonly utvalg: Utvalg })
  | (Called<'MeldLest'> & { readonly utvalg: Utvalg; readonly lest: Date | null });

export type Operasjon = Command['operasjon'];

const number = matching(/^\d{9}$/, 'an organisation number of nine digits');
const uuid = matching(/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, 'a UUID');
const reference = text(1, 100);
const priorities = ['NORMAL', 'PRIORITERT'] as const;

function mottakerId(element: XmlElement): string {
  const id = leaf(element).trim();
  if (!/^(?:\d{11}|\d{9})$/.test(id)) throw new Failure('INVALID_RECIPIENT', 'neither 11 nor 9 digits');
  return id;
}

/** @throws Failure INVALID_REQUEST */
function postadresse(element: XmlElement): Postadresse {
  const fields = childrenOf(element, {
    navn: one,
    adresselinje: [0, 4],
    postnummer: optional,
    poststed: optional,
    land: optional,
    landkode: optional,
  });
  const navn = must(fields.navn, text(1, 130));
  const adresselinjer = fields.adresselinje.map(text(1, 100));
  const postnummer = read(fields.postnummer, matching(/^\d{4}$/, 'four digits'));
  const poststed = read(fields.poststed, text(1, 80));
  const land = read(fields.land, text(1, 80));
  const kode = read(fields.landkode, matching(/^[A-Za-z]{2}$/, 'two letters'));
  const abroad = [land, kode].filter((v) => v !== undefined).length;
  if (postnummer !== undefined && poststed !== undefined && abroad === 0 && adresselinjer.length <= 3) {
    return { navn, adresselinjer, postnummer, poststed };
  }
  if (postnummer === undefined && poststed === undefined && abroad === 1 && adresselinjer.length >= 1) {
    return { navn, adresselinjer, land: land === undefined ? { kode: kode as string } : { navn: land } };
  }
  throw invalid(
    `${element.local} has postnummer and poststed with 0 to 3 adresselinje, or land or landkode with 1 to 4`,
  );
}

function mottaker(element: XmlElement): Mottaker {
  const fields = childrenOf(element, { id: optional, postadresse: optional });
  return { id: read(fields.id, mottakerId) ?? null, postadresse: read(fields.postadresse, postadresse) ?? null };
}

const bestillingShape = {
  tittel: one,
  spraak: optional,
  klasse: optional,
  prioritet: optional,
  virkningstidspunkt: optional,
  sikkerhetsnivaa: optional,
  aapningskvittering: optional,
  varseltekst: optional,
  kunDigitalt: optional,
  utskrift: optional,
  kostnadskode: optional,
  taushetsbelagt: optional,
  dokumenttype: optional,
  oppgittAdresse: optional,
  forhaandsvarsel: optional,
} as const;

type Elements<N extends string> = Readonly<Record<N, readonly XmlElement[]>>;

/** A receipt that costs is ordered with a reason. */
const aapningskvittering = (element: XmlElement): { begrunnelse: string } => ({
  begrunnelse: must(childrenOf(element, { begrunnelse: one }).begrunnelse, text(1, 500)),
});

/** @throws Failure INVALID_REQUEST for a text that may not be a notice */
const notice =
  (kanal: Varslingskanal) =>
  (element: XmlElement): string => {
    const value = leaf(element);
    const wrong = checkVarseltekst(value, kanal);
    if (wrong !== undefined) throw invalid(`varseltekst/${element.local}: ${wrong}`);
    return value;
  };

function varseltekst(element: XmlElement | undefined): Forsendelse['varseltekst'] {
  if (element === undefined) return { epost: null, sms: null };
  const fields = childrenOf(element, { epost: optional, sms: optional });
  return { epost: read(fields.epost, notice('EPOST')) ?? null, sms: read(fields.sms, notice('SMS')) ?? null };
}

const paperDefaults: Forsendelse['utskrift'] = {
  posttype: 'B_OEKONOMI',
  farge: 'SORT_HVIT',
  retur: 'DIREKTE_RETUR',
  returadresse: null,
};

function utskrift(element: XmlElement | undefined): Forsendelse['utskrift'] {
  if (element === undefined) return paperDefaults;
  const fields = childrenOf(element, { posttype: optional, farge: optional, retur: optional, returadresse: optional });
  return {
    posttype: read(fields.posttype, oneOf(['A_PRIORITERT', 'B_OEKONOMI'])) ?? paperDefaults.posttype,
    farge: read(fields.farge, oneOf(['SORT_HVIT', 'FARGE'])) ?? paperDefaults.farge,
    retur: read(fields.retur, oneOf(['DIREKTE_RETUR', 'MAKULERING_MED_MELDING'])) ?? paperDefaults.retur,
    returadresse: read(fields.returadresse, postadresse) ?? null,
  };
}

const bestilling = (fields: Elements<keyof typeof bestillingShape>): Bestilling =>
  lovlig({ ...alltid(fields), ...bevis(fields.oppgittAdresse, fields.forhaandsvarsel) });

function alltid(fields: Elements<keyof typeof bestillingShape>): Bestilling {
  const dokumenttype = read(fields.dokumenttype, text(1, 100));
  return {
    tittel: must(fields.tittel, text(1, 255)),
    spraak: read(fields.spraak, oneOf(['nb', 'nn', 'en', 'se'])) ?? 'nb',
    klasse: read(fields.klasse, oneOf(['VEDTAK', 'INFO'])) ?? 'VEDTAK',
    prioritet: read(fields.prioritet, oneOf(priorities)) ?? 'NORMAL',
    virkningstidspunkt: read(fields.virkningstidspunkt, instant) ?? null,
    sikkerhetsnivaa: read(fields.sikkerhetsnivaa, oneOf(['3', '4'])) === '3' ? 3 : 4,
    aapningskvittering: read(fields.aapningskvittering, aapningskvittering) ?? null,
    varseltekst: varseltekst(fields.varseltekst[0]),
    kunDigitalt: read(fields.kunDigitalt, boolean) ?? false,
    utskrift: utskrift(fields.utskrift[0]),
    kostnadskode: read(fields.kostnadskode, text(1, 40)) ?? null,
    ...(read(fields.taushetsbelagt, boolean) === true && { taushetsbelagt: true }),
    ...(dokumenttype !== undefined && { dokumenttype }),
  };
}

/** Either ids or references, at most `max`. */
function utvalg(ids: readonly XmlElement[], references: readonly XmlElement[], max: number): Utvalg {
  const [n, m] = [ids.length, references.length];
  if ((n === 0) === (m === 0) || n + m > max) throw invalid(`1 to ${max} forsendelsesId, or as many eksternRef`);
  return n > 0 ? { ider: ids.map(uuid) } : { eksterneRefer: references.map(reference) };
}

const utvalgShape = (max: number) => ({ avsender: optional, forsendelsesId: [0, max], eksternRef: [0, max] }) as const;

const decoders: Readonly<
  Record<Operasjon, (request: XmlElement, contents: Contents, types: readonly string[]) => Command>
> = {
  SendForsendelse: (request, contents, types) => {
    const fields = childrenOf(request, {
      avsender: optional,
      eksternRef: one,
      mottaker: one,
      ...bestillingShape,
      hoveddokument: one,
      vedlegg: [0, limits.attachments],
    });
    const brev = {
      eksternRef: must(fields.eksternRef, reference),
      mottaker: must(fields.mottaker, mottaker),
      ...bestilling(fields),
      ...documents(fields.hoveddokument, fields.vedlegg, contents, types),
    };
    return { operasjon: 'SendForsendelse', avsender: read(fields.avsender, number), brev };
  },
  ForklarForsendelse: (request) => {
    const fields = childrenOf(request, {
      avsender: optional,
      mottaker: [1, limits.dryRunRecipients],
      ...bestillingShape,
      stoerrelse: optional,
      sider: optional,
    });
    return {
      operasjon: 'ForklarForsendelse',
      avsender: read(fields.avsender, number),
      mottakere: fields.mottaker.map(mottaker),
      bestilling: bestilling(fields),
      stoerrelse: read(fields.stoerrelse, integer(1, limits.letterBytes)) ?? 100_000,
      sider: read(fields.sider, integer(1, 10_000)) ?? null,
    };
  },
  HentStatus: (request) => {
    const fields = childrenOf(request, utvalgShape(limits.statusShipments));
    const valgt = utvalg(fields.forsendelsesId, fields.eksternRef, limits.statusShipments);
    return { operasjon: 'HentStatus', avsender: read(fields.avsender, number), utvalg: valgt };
  },
  HentKvitteringer: (request) => {
    const fields = childrenOf(request, { avsender: optional, prioritet: optional, antall: optional });
    return {
      operasjon: 'HentKvitteringer',
      avsender: read(fields.avsender, number),
      prioritet: read(fields.prioritet, oneOf(priorities)) ?? 'NORMAL',
      antall: read(fields.antall, integer(1, limits.receipts)) ?? 10,
    };
  },
  BekreftKvitteringer: (request) => {
    const fields = childrenOf(request, { avsender: optional, kvitteringsId: [1, limits.receipts] });
    return {
      operasjon: 'BekreftKvitteringer',
      avsender: read(fields.avsender, number),
      ider: fields.kvitteringsId.map(uuid),
    };
  },
  TrekkTilbakeForsendelse: (request) => {
    const fields = childrenOf(request, utvalgShape(1));
    const valgt = utvalg(fields.forsendelsesId, fields.eksternRef, 1);
    return { operasjon: 'TrekkTilbakeForsendelse', avsender: read(fields.avsender, number), utvalg: valgt };
  },
  MeldLest: (request) => {
    const fields = childrenOf(request, { ...utvalgShape(1), lest: optional });
    const valgt = utvalg(fields.forsendelsesId, fields.eksternRef, 1);
    const lest = read(fields.lest, instant) ?? null;
    return { operasjon: 'MeldLest', avsender: read(fields.avsender, number), utvalg: valgt, lest };
  },
};

const isOperasjon = (local: string): local is Operasjon => Object.hasOwn(decoders, local);

/**
 * The operation that Body asks for. What is left out has the default of the schema.
 * @param contents the documents of the request, by what stands for them in it (`ContentStage.settle`)
 * @param types that documents may have
 * @throws Failure INVALID_REQUEST, with a reason that names the element; INVALID_RECIPIENT
 */
export function decodeCommand(
  { operation }: Trusted | PasswordTrusted,
  contents: Contents,
  types: readonly string[] = mimetypes,
): Command {
  if (operation.ns !== tns.uri || !isOperasjon(operation.local)) {
    throw invalid('Body holds no operation of this service');
  }
  return decoders[operation.local](operation, contents, types);
}
