/* What REST V2 of SvarUt says of the bodies that we send: the shapes of its OpenAPI, without words. */

export interface Shape {
  readonly type?: string;
  readonly format?: string;
  readonly enum?: readonly string[];
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly nullable?: boolean;
  readonly maxItems?: number;
  readonly uniqueItems?: boolean;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Shape>>;
  readonly items?: Shape;
  readonly $ref?: string;
}

const text: Shape = { type: 'string' };
const atMost = (maxLength: number): Shape => ({ type: 'string', maxLength });
const flag: Shape = { type: 'boolean' };
const date: Shape = { type: 'string', format: 'date-time' };
const int32: Shape = { type: 'integer', format: 'int32' };
const int64: Shape = { type: 'integer', format: 'int64' };
const ref = (name: string): Shape => ({ $ref: `#/components/schemas/${name}` });
const list = (items: Shape, rest: Shape = {}): Shape => ({ type: 'array', items, ...rest });
const unique: Shape = { uniqueItems: true };

const noark: Readonly<Record<string, Shape>> = {
  mappeId: text,
  mappeSystemId: text,
  saksaar: int32,
  sakssekvensnummer: int64,
  systemId: text,
  registreringsId: text,
  journalpostnummer: int64,
  journalaar: int32,
  journalsekvensnummer: int64,
  journalposttype: text,
  journalstatus: text,
  dokumentetsDato: date,
  tittel: text,
};

export const shapes: Readonly<Record<string, Shape>> = {
  Forsendelse: {
    type: 'object',
    required: ['mottaker', 'tittel'],
    properties: {
      tittel: atMost(1000),
      mottaker: ref('Adresse'),
      eksponertFor: list(text, unique),
      avgivendeSystem: atMost(100),
      avgivendeSystemAktor: text,
      konteringskode: { ...atMost(20), pattern: '^[a-zA-Z0-9_\\-.øæåØÆÅ]{0,20}$' },
      kunDigitalLevering: flag,
      kryptert: flag,
      utskriftskonfigurasjon: ref('Utskriftskonfigurasjon'),
      krevNiva4Innlogging: flag,
      metadataFraAvleverendeSystem: ref('NoarkMetadataFraAvleverendeSaksSystem'),
      metadataForImport: ref('NoarkMetadataForImport'),
      svarSendesTil: ref('Adresse'),
      svarPaForsendelse: { type: 'string', format: 'uuid' },
      dokumenter: list(ref('Dokument')),
      lenker: list(ref('Lenke'), { maxItems: 5 }),
      forsendelsestype: atMost(100),
      eksternReferanse: atMost(100),
      korrelasjonsid: atMost(100),
      svarPaForsendelseLink: flag,
      signeringUtloper: date,
      signaturType: { type: 'string', enum: ['AUTENTISERT_SIGNATUR', 'AVANSERT_SIGNATUR'] },
      taushetsbelagtPost: flag,
    },
  },
  Adresse: {
    type: 'object',
    required: ['navn'],
    properties: {
      navn: text,
      digitalId: text,
      adresselinje1: text,
      adresselinje2: text,
      adresselinje3: text,
      poststed: text,
      postnummer: text,
      land: text,
    },
  },
  Dokument: {
    type: 'object',
    required: ['filnavn', 'mimeType'],
    properties: {
      filnavn: atMost(226),
      mimeType: text,
      skalSigneres: flag,
      dokumentType: text,
      giroarkSider: list(int32, unique),
      skalEkskluderesFraUtskrift: flag,
      ekstraMetadata: list(ref('Metadata'), unique),
      inneholderPersonsensitivInformasjon: flag,
    },
  },
  Lenke: { type: 'object', required: ['tekst', 'url'], properties: { url: text, tekst: text, ledetekst: text } },
  Metadata: { type: 'object', required: ['key', 'value'], properties: { key: text, value: text } },
  NoarkMetadataForImport: { type: 'object', properties: noark },
  NoarkMetadataFraAvleverendeSaksSystem: {
    type: 'object',
    properties: { ...noark, journaldato: date, saksbehandler: text, ekstraMetadata: list(ref('Metadata'), unique) },
  },
  Utskriftskonfigurasjon: { type: 'object', properties: { utskriftMedFarger: flag, tosidig: flag } },
  StatusSok: {
    type: 'object',
    required: ['forsendelseIds'],
    properties: { forsendelseIds: list({ type: 'string', format: 'uuid' }) },
  },
};

const formats: Readonly<Record<string, RegExp>> = {
  uuid: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i,
  'date-time': /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/,
};

/** Shapes by name. */
type Shapes = Readonly<Record<string, Shape>>;

function inText(shape: Shape, value: string, at: string): string[] {
  const { minLength = 0, maxLength, pattern, format, enum: values } = shape;
  return [
    ...([...value].length < minLength ? [`${at}: shorter than ${minLength}`] : []),
    ...(maxLength !== undefined && [...value].length > maxLength ? [`${at}: longer than ${maxLength}`] : []),
    ...(pattern !== undefined && !new RegExp(pattern).test(value) ? [`${at}: not ${pattern}`] : []),
    ...(format !== undefined && formats[format]?.test(value) === false ? [`${at}: no ${format}`] : []),
    ...(values !== undefined && !values.includes(value) ? [`${at}: not one of ${values.join()}`] : []),
  ];
}

function inObject(shapes: Shapes, shape: Shape, value: Readonly<Record<string, unknown>>, at: string): string[] {
  const { properties = {}, required = [] } = shape;
  const missing = required.filter((name) => !(name in value)).map((name) => `${at}.${name}: missing`);
  const members = Object.entries(value).flatMap(([name, member]) => {
    const one = properties[name];
    return one === undefined ? [`${at}.${name}: unknown`] : check(shapes, one, member, `${at}.${name}`);
  });
  return [...missing, ...members];
}

function inList(shapes: Shapes, shape: Shape, value: readonly unknown[], at: string): string[] {
  const { items = {}, maxItems = Infinity, uniqueItems } = shape;
  const different = new Set(value.map((one) => JSON.stringify(one))).size;
  return [
    ...(value.length > maxItems ? [`${at}: more than ${maxItems}`] : []),
    ...(uniqueItems === true && different < value.length ? [`${at}: not unique`] : []),
    ...value.flatMap((one, i) => check(shapes, items, one, `${at}[${i}]`)),
  ];
}

function check(shapes: Shapes, shape: Shape, value: unknown, at: string): string[] {
  if (shape.$ref !== undefined) return check(shapes, shapes[shape.$ref.replace(/.*\//, '')] ?? {}, value, at);
  if (value === null && shape.nullable === true) return [];
  if (shape.type === 'array') return Array.isArray(value) ? inList(shapes, shape, value, at) : [`${at}: no list`];
  if (shape.type === 'integer') return Number.isInteger(value) ? [] : [`${at}: no integer`];
  if (shape.type === 'object')
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? inObject(shapes, shape, value as Record<string, unknown>, at)
      : [`${at}: no object`];
  if (typeof value !== shape.type) return [`${at}: no ${shape.type}`];
  return typeof value === 'string' ? inText(shape, value, at) : [];
}

/** Why a body is not of a contract; none when it is. */
export const violationsOf =
  (all: Shapes) =>
  (name: string, value: unknown, at = name): string[] =>
    check(all, all[name] ?? {}, value, at);

export const violations = violationsOf(shapes);
