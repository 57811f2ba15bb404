/**
 * The one table of errors: what the caller is told, who must act, and whether the same call may be tried again.
 * README's error table is generated from it (`npm run docs`), and a test holds the two equal.
 *
 * `subcode` is a local name of WS-Security's fault codes (SECURITY.md section 1); it is the Code/Subcode of a SOAP 1.2 fault and
 * the faultcode of a SOAP 1.1 fault. `text` is what leaves the house: it helps the caller and tells an attacker nothing;
 * the reason in full stands in the log line with the same correlation id. `{name}` is filled from the error's values.
 */
export interface ErrorRow {
  readonly act: 'sender' | 'operator' | 'provider';
  readonly retryable: boolean;
  readonly fault: 'Sender' | 'Receiver' | 'VersionMismatch' | 'MustUnderstand';
  readonly subcode?: string;
  readonly ebms: string;
  /** HTTP status. 500 is a SOAP fault; any other status is answered before SOAP starts, in plain text. */
  readonly http: number;
  readonly en: string;
  readonly nb: string;
}

const security = {
  act: 'sender',
  retryable: false,
  fault: 'Sender',
  http: 500,
  en: 'A security error was encountered when verifying the message',
  nb: 'Meldingen kunne ikke verifiseres',
} as const;

const beforeSoap = { act: 'sender', retryable: false, fault: 'Sender', ebms: 'EBMS:0004' } as const;

const letter = { act: 'sender', retryable: false, fault: 'Sender', ebms: 'EBMS:0003', http: 500 } as const;

const table = {
  MALFORMED_XML: {
    act: 'sender',
    retryable: false,
    fault: 'Sender',
    ebms: 'EBMS:0009',
    http: 500,
    en: 'Malformed request: the message is not the XML that this service accepts',
    nb: 'Ugyldig forespørsel: meldingen er ikke XML som denne tjenesten godtar',
  },
  VERSION_MISMATCH: {
    act: 'sender',
    retryable: false,
    fault: 'VersionMismatch',
    ebms: 'EBMS:0009',
    http: 500,
    en: 'The SOAP version is not supported here; use SOAP {versions}',
    nb: 'SOAP-versjonen støttes ikke her; bruk SOAP {versions}',
  },
  MUST_UNDERSTAND: {
    act: 'sender',
    retryable: false,
    fault: 'MustUnderstand',
    ebms: 'EBMS:0009',
    http: 500,
    en: 'A header block marked mustUnderstand is not understood',
    nb: 'Et hodefelt merket mustUnderstand er ukjent',
  },
  INVALID_REQUEST: {
    act: 'sender',
    retryable: false,
    fault: 'Sender',
    ebms: 'EBMS:0003',
    http: 500,
    en: 'Invalid request: {reason}',
    nb: 'Ugyldig forespørsel: {reason}',
  },
  NO_ACCESS: {
    act: 'operator',
    retryable: false,
    fault: 'Sender',
    ebms: 'EBMS:0101',
    http: 500,
    en: 'Invalid service usage: Service owner {owner} does not have access to {service}',
    nb: 'Ugyldig bruk: tjenesteeier {owner} har ikke tilgang til {service}',
  },
  INVALID_SECURITY: { ...security, subcode: 'InvalidSecurity', ebms: 'EBMS:0103' },
  FAILED_CHECK: { ...security, subcode: 'FailedCheck', ebms: 'EBMS:0101' },
  REPLAYED: { ...security, subcode: 'FailedCheck', ebms: 'EBMS:0101' },
  FAILED_AUTHENTICATION: { ...security, subcode: 'FailedAuthentication', ebms: 'EBMS:0101' },
  INVALID_SECURITY_TOKEN: { ...security, subcode: 'InvalidSecurityToken', ebms: 'EBMS:0101' },
  SECURITY_TOKEN_UNAVAILABLE: { ...security, subcode: 'SecurityTokenUnavailable', ebms: 'EBMS:0101' },
  UNSUPPORTED_ALGORITHM: { ...security, subcode: 'UnsupportedAlgorithm', ebms: 'EBMS:0103' },
  MESSAGE_EXPIRED: { ...security, subcode: 'MessageExpired', ebms: 'EBMS:0103' },
  INTERNAL: {
    act: 'operator',
    retryable: true,
    fault: 'Receiver',
    ebms: 'EBMS:0004',
    http: 500,
    en: '[P-1000] Internal error; the request was not carried out. Try again, and name the correlation id if it recurs',
    nb: '[P-1000] Intern feil; forespørselen ble ikke utført. Prøv igjen, og oppgi korrelasjons-id om det gjentar seg',
  },
  UNAVAILABLE: {
    act: 'operator',
    retryable: true,
    fault: 'Receiver',
    ebms: 'EBMS:0004',
    http: 500,
    en: '[P-1001] Temporarily unavailable; nothing was carried out. Try again in a minute',
    nb: '[P-1001] Midlertidig utilgjengelig; ingenting ble utført. Prøv igjen om et minutt',
  },
  SVARUT_CONTENT: {
    ...letter,
    en: 'Invalid content: {reason}',
    nb: 'Ugyldig innhold: {reason}',
  },
  SVARUT_EMPTY: {
    ...letter,
    en: 'An empty document cannot be stored: {filnavn}',
    nb: 'Kan ikke lagre tomt dokument: {filnavn}',
  },
  SVARUT_UNREADABLE: {
    ...letter,
    en: 'The document {filnavn} cannot be read',
    nb: 'Feil under lesing av {filnavn}',
  },
  SVARUT_DUPLICATE: {
    ...letter,
    en: 'A letter with the same recipient, title, sender and files has been sent before, too many times within two days',
    nb: 'Forsendelse med samme mottaker, tittel, avsender og filer er forsøkt sendt tidligere',
  },
  SVARUT_ID_USED: {
    ...letter,
    en: 'Duplicate: the id {id} has been used for another letter',
    nb: 'Duplikat: forsendelsesid {id} er brukt for en annen forsendelse',
  },
  SVARUT_UNKNOWN_ID: {
    ...letter,
    en: 'There is no letter with the id {id} for this account',
    nb: 'Fant ingen forsendelse med id {id} for denne kontoen',
  },
  POSTAL_ADDRESS_REQUIRED: {
    ...letter,
    en: '[P-2000] The letter would go on paper, and needs two postal addresses. Send it again with mottaker/postadresse and utskrift/returadresse',
    nb: '[P-2000] Brevet ville gått på papir og trenger to postadresser. Send det på nytt med mottaker/postadresse og utskrift/returadresse',
  },
  INVALID_RECIPIENT: {
    ...letter,
    en: '[P-2001] The id of the recipient is no valid national id of 11 digits or organisation number of 9, or of a series that is not allowed here. Correct it',
    nb: '[P-2001] Mottakerens id er ikke et gyldig fødselsnummer eller D-nummer på 11 siffer eller organisasjonsnummer på 9, eller av en serie som ikke er tillatt her. Rett den',
  },
  CHANNEL_NOT_AVAILABLE: {
    ...letter,
    act: 'operator',
    en: '[P-2002] The channel that the rules choose for this letter is not set up. Ask the operator, or send it another way',
    nb: '[P-2002] Kanalen som reglene velger for brevet, er ikke satt opp. Spør driften, eller send brevet på annen måte',
  },
  ONLY_DIGITAL: {
    ...letter,
    en: '[P-2003] The recipient cannot get this letter digitally, and kunDigitalt forbids paper. Leave kunDigitalt out to print it',
    nb: '[P-2003] Mottakeren kan ikke få brevet digitalt, og kunDigitalt utelukker papir. Fjern kunDigitalt for å skrive det ut',
  },
  NO_NOTIFICATION_ADDRESS: {
    ...letter,
    en: '[P-2007] The letter lies in Altinn, but nobody was notified: the business has registered no address for notices. Ask it to register e-mail and mobile numbers for notices in Altinn (Profile, Notification settings) or in Enhetsregisteret, and to give the roles that read its mail',
    nb: '[P-2007] Brevet ligger i Altinn, men ingen er varslet: virksomheten har ikke registrert noen varslingsadresse. Be den registrere e-post og mobilnummer for varsling i Altinn (Profil, Varslingsinnstillinger) eller i Enhetsregisteret, og gi rollene som leser posten',
  },
  NOT_NOTIFIED: {
    ...letter,
    en: '[P-2008] The letter lies in your portal, but its recipient could not be notified of it. Reach the recipient by other means, on paper for example',
    nb: '[P-2008] Brevet ligger i portalen deres, men mottakeren kunne ikke varsles. Nå mottakeren på en annen måte, for eksempel på papir',
  },
  NOT_HANDED_BACK: {
    ...letter,
    en: '[P-2009] The letter has not been handed back to you, so its opening is not yours to report. Ask where it is with HentStatus',
    nb: '[P-2009] Brevet er ikke gitt tilbake til dere, så det er ikke dere som melder at det er åpnet. Spør hvor det er med HentStatus',
  },
  EKSTERN_REF_USED: {
    ...letter,
    en: '[P-2004] This eksternRef was used for a letter with other content. Use a new eksternRef for a new letter',
    nb: '[P-2004] Denne eksternRef er brukt for et brev med annet innhold. Bruk en ny eksternRef for et nytt brev',
  },
  UNKNOWN_SHIPMENT: {
    ...letter,
    en: '[P-2005] There is no such letter of this avsender. Check forsendelsesId or eksternRef, and avsender',
    nb: '[P-2005] Avsenderen har ikke noe slikt brev. Kontroller forsendelsesId eller eksternRef, og avsender',
  },
  ALREADY_DISPATCHED: {
    ...letter,
    en: '[P-2006] The letter has been handed on and cannot be withdrawn. HentStatus says where it is',
    nb: '[P-2006] Brevet er levert videre og kan ikke trekkes tilbake. HentStatus viser hvor det er',
  },
  MESSAGE_ID_USED: {
    ...letter,
    en: '[P-3000] This MessageId was used for a message with other content. Use a new MessageId for a new message',
    nb: '[P-3000] Denne MessageId er brukt for en melding med annet innhold. Bruk en ny MessageId for en ny melding',
  },
  CONFIRMATION_MISMATCH: {
    ...letter,
    en: '[P-3001] The confirmation is about other content than the receipt that was handed out. It comes again: fetch it and confirm its Body',
    nb: '[P-3001] Bekreftelsen gjelder annet innhold enn kvitteringen som ble utlevert. Den kommer på nytt: hent den og bekreft dens Body',
  },
  UPSTREAM_FAULT: {
    act: 'provider',
    retryable: false,
    fault: 'Receiver',
    ebms: 'EBMS:0004',
    http: 500,
    en: 'The service that was called answered with a fault: {text}',
    nb: 'Tjenesten som ble kalt, svarte med en feil: {text}',
  },
  UPSTREAM_UNREACHABLE: {
    act: 'provider',
    retryable: true,
    fault: 'Receiver',
    ebms: 'EBMS:0004',
    http: 500,
    en: 'The service that was called cannot be reached: {text}. Check its address, and try again',
    nb: 'Tjenesten som ble kalt, kan ikke nås: {text}. Kontroller adressen, og prøv igjen',
  },
  BAD_HTTP: { ...beforeSoap, http: 400, en: 'Bad HTTP request', nb: 'Ugyldig HTTP-forespørsel' },
  UNAUTHORIZED: {
    ...beforeSoap,
    http: 401,
    en: 'User name or password is wrong, or missing: use HTTP Basic over TLS, or sign the request',
    nb: 'Brukernavn eller passord er feil eller mangler: bruk HTTP Basic over TLS, eller signer forespørselen',
  },
  NOT_FOUND: { ...beforeSoap, http: 404, en: 'Nothing here', nb: 'Ingenting her' },
  METHOD_NOT_ALLOWED: {
    ...beforeSoap,
    http: 405,
    en: 'This method is not allowed here; the Allow header names those that are',
    nb: 'Metoden er ikke tillatt her; Allow-hodet sier hvilke som er det',
  },
  REQUEST_TIMEOUT: {
    ...beforeSoap,
    retryable: true,
    http: 408,
    en: 'The request took too long to arrive',
    nb: 'Forespørselen brukte for lang tid',
  },
  TOO_LARGE: { ...beforeSoap, http: 413, en: 'The request is too large', nb: 'Forespørselen er for stor' },
  UNSUPPORTED_MEDIA_TYPE: {
    ...beforeSoap,
    http: 415,
    en: 'Use Content-Type: {types}',
    nb: 'Bruk Content-Type: {types}',
  },
  HEADER_TOO_LARGE: {
    ...beforeSoap,
    http: 431,
    en: 'The HTTP header is too large',
    nb: 'HTTP-hodet er for stort',
  },
  BUSY: {
    ...beforeSoap,
    act: 'operator',
    retryable: true,
    http: 503,
    en: 'Temporarily unavailable; nothing was carried out. Try again in a minute',
    nb: 'Midlertidig utilgjengelig; ingenting ble utført. Prøv igjen om et minutt',
  },
  TOO_MANY_REQUESTS: {
    ...beforeSoap,
    retryable: true,
    http: 429,
    en: 'Too many requests; wait and try again',
    nb: 'For mange forespørsler; vent og prøv igjen',
  },
} as const satisfies Record<string, ErrorRow>;

export type ErrorCode = keyof typeof table;
export const errors: Readonly<Record<ErrorCode, ErrorRow>> = table;

/** A failure with its row of the table. `detail` is for the log only and never leaves the house. */
export class Failure extends Error {
  constructor(
    readonly code: ErrorCode,
    readonly detail: string,
    readonly values: Readonly<Record<string, string>> = {},
  ) {
    super(`${code}: ${detail}`);
    this.name = 'Failure';
  }
}

export type Language = 'en' | 'nb';

/** The text of a row in one language, with its values filled in. */
export function errorText(code: ErrorCode, language: Language, values: Readonly<Record<string, string>> = {}): string {
  return errors[code][language].replace(/\{(\w+)\}/g, (_, name: string) => values[name] ?? '');
}
