import type { Legitimering } from '../../domain/postkasse.js';
import { eider } from '../../domain/postkasse.js';
import { Failure } from '../../errors.js';
import type { Trusted } from '../../security/trusted.js';
import type { XmlElement } from '../../xml/model.js';
import { childrenNamed, textOf } from '../../xml/model.js';
import { checkPostkasse } from '../schemas.js';
import { requestOf, tns, type Foresporsel, type Operasjon } from './names.js';

/* What is decoded has passed the schema, which says what may stand where. */

const invalid = (reason: string): Failure => new Failure('INVALID_REQUEST', reason, { reason });

const optional = (request: XmlElement, name: string): string | undefined =>
  childrenNamed(request, tns.uri, name).map(textOf)[0];

function field(request: XmlElement, name: string): string {
  const text = optional(request, name);
  if (text === undefined) throw invalid(`${name} is missing`);
  return text;
}

function legitimering(request: XmlElement): Legitimering {
  const eid = eider.find((one) => one === field(request, 'eid'));
  if (eid === undefined) throw invalid(`eid is one of ${eider.join(', ')}`);
  return { eid, sikkerhetsnivaa: field(request, 'sikkerhetsnivaa') === '4' ? 4 : 3 };
}

const om = (request: XmlElement) => ({ personidentifikator: field(request, 'personidentifikator') });

const egen = (request: XmlElement) => ({
  ...om(request),
  virksomhetsidentifikator: field(request, 'virksomhetsidentifikator'),
});

function medAdresse(request: XmlElement) {
  const sertifikat = optional(request, 'X509Sertifikat');
  return {
    ...egen(request),
    postkasseadresse: field(request, 'postkasseadresse'),
    sertifikat: sertifikat === undefined ? null : Buffer.from(sertifikat, 'base64'),
  };
}

type Decoder<O extends Operasjon> = (request: XmlElement) => Omit<Extract<Foresporsel, { operasjon: O }>, 'operasjon'>;

/** One row an operation. */
const decoders: { readonly [O in Operasjon]: Decoder<O> } = {
  KanVelgeSikkerDigitalPostkasse: (request) => ({ ...om(request), ...legitimering(request) }),
  OpprettOgVelgSikkerDigitalPostkasse: (request) => ({ ...medAdresse(request), ...legitimering(request) }),
  OppdaterPostkasse: medAdresse,
  SlettPostkasse: egen,
};

const operasjoner = Object.keys(decoders) as readonly Operasjon[];

/** What a provider asks. @throws Failure INVALID_REQUEST */
export function decodeForesporsel({ operation }: Pick<Trusted, 'operation'>): Foresporsel {
  const operasjon = operasjoner.find((one) => requestOf(one) === operation.local);
  if (operation.ns !== tns.uri || operasjon === undefined) throw invalid('Body holds no operation of this service');
  checkPostkasse(operation);
  return { operasjon, ...decoders[operasjon](operation) } as Foresporsel;
}
