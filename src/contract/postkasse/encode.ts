import type { Avslag } from '../../domain/postkasse.js';
import { Failure } from '../../errors.js';
import type { XmlElement } from '../../xml/model.js';
import { childrenNamed, is, textOf } from '../../xml/model.js';
import { element } from '../../xml/write.js';
import { answerOf, requestOf, tns, type Foresporsel, type Operasjon } from './names.js';

const leaf = (name: string, value: string): XmlElement => element(tns, name, {}, [value]);

const leaves = (fields: Readonly<Record<string, string | undefined>>): XmlElement[] =>
  Object.entries(fields).flatMap(([name, value]) => (value === undefined ? [] : [leaf(name, value)]));

/** `status` when the provider gets what it asks, and when it does not. */
const statuser = { spurt: { ja: 'JA', nei: 'NEI' }, endret: { ja: 'OK', nei: 'FEILET' } } as const;
const statusFor = (operasjon: Operasjon) =>
  operasjon === 'KanVelgeSikkerDigitalPostkasse' ? statuser.spurt : statuser.endret;

/** The answer of an operation: done, or why not. */
export function encodeSvar(operasjon: Operasjon, avslag: Avslag | undefined): XmlElement {
  const { ja, nei } = statusFor(operasjon);
  const fields = { status: avslag === undefined ? ja : nei, beskrivelse: avslag };
  return element(tns, answerOf(operasjon), {}, leaves(fields), [tns]);
}

/** A request, for whoever calls such a service. The order is the schema's. */
export function encodeForesporsel(foresporsel: Foresporsel): XmlElement {
  const { operasjon, personidentifikator } = foresporsel;
  const fields = {
    personidentifikator,
    virksomhetsidentifikator:
      'virksomhetsidentifikator' in foresporsel ? foresporsel.virksomhetsidentifikator : undefined,
    postkasseadresse: 'postkasseadresse' in foresporsel ? foresporsel.postkasseadresse : undefined,
    X509Sertifikat: 'sertifikat' in foresporsel ? foresporsel.sertifikat?.toString('base64') : undefined,
    eid: 'eid' in foresporsel ? foresporsel.eid : undefined,
    sikkerhetsnivaa: 'sikkerhetsnivaa' in foresporsel ? String(foresporsel.sikkerhetsnivaa) : undefined,
  };
  return element(tns, requestOf(operasjon), {}, leaves(fields), [tns]);
}

/** An answer as its caller reads it. */
export interface Svar {
  /** Done, or: the person may choose. */
  readonly ja: boolean;
  /** Why not; '' where nothing is said. Other services may have other codes. */
  readonly beskrivelse: string;
}

/** @throws Failure MALFORMED_XML for what is no answer of the operation */
export function decodeSvar(operasjon: Operasjon, answer: XmlElement): Svar {
  const text = (name: string): string | undefined => childrenNamed(answer, tns.uri, name).map(textOf)[0];
  const { ja, nei } = statusFor(operasjon);
  const status = text('status');
  if (!is(answer, tns.uri, answerOf(operasjon)) || (status !== ja && status !== nei)) {
    throw new Failure('MALFORMED_XML', `Body holds no ${answerOf(operasjon)}`);
  }
  return { ja: status === ja, beskrivelse: text('beskrivelse') ?? '' };
}
