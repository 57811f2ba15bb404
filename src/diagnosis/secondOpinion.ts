import type { KeyObject } from 'node:crypto';
import { DOMParser } from '@xmldom/xmldom';
import { findAncestorNs, SignedXml } from 'xml-crypto';
import xpath from 'xpath';
import { DS } from '../soap/names.js';
import type { OpinionOnReference, SecondOpinion } from './report.js';

const select = xpath.useNamespaces({ ds: DS });

const reason = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Runs a check that says no by throwing, or by false. */
function verdict(check: () => boolean): { ok: boolean; problem: string | null } {
  try {
    const ok = check();
    return { ok, problem: ok ? null : 'does not match' };
  } catch (error) {
    return { ok: false, problem: reason(error) };
  }
}

/** A reference to an Id takes no comments along, whatever its transform says (XML Signature 1.1, 4.4.3.3). */
const withoutComments = (uri: string): string =>
  uri.replace(/(?<=exc-c14n#)WithComments$|(?<=c14n-20010315)#WithComments$/, '');

type ForeignReference = ReturnType<SignedXml['getReferences']>[number];

/** Digests what one reference leads to with the other engine's canonical forms and hashes. */
function digestMatches(engine: SignedXml, reference: ForeignReference, document: Document): boolean {
  const id = (reference.uri ?? '').slice(1);
  if (!/^[^'"]+$/.test(id)) throw new Error('not a reference to an Id');
  const path = `//*[@*[local-name(.)='Id']='${id}']`;
  const [element, ...more] = select(path, document) as Element[];
  if (element === undefined) throw new Error('no element has this Id');
  if (more.length > 0) throw new Error('more than one element has this Id');
  const Hash = engine.HashAlgorithms[reference.digestAlgorithm];
  if (Hash === undefined) throw new Error(`it does not know ${reference.digestAlgorithm}`);
  const canonical = engine.getCanonXml(reference.transforms.map(withoutComments), element, {
    inclusiveNamespacesPrefixList: reference.inclusiveNamespacesPrefixList,
    ancestorNamespaces: findAncestorNs(document, path),
  });
  return new Hash().getHash(canonical) === String(reference.digestValue).replace(/\s+/g, '');
}

const nothing = (problem: string): SecondOpinion => ({ ok: false, problem, references: [] });

/**
 * Asks an engine that we did not write about the first ds:Signature of an envelope, as a whole and reference by reference.
 * @param sealed Id of a Body that is still encrypted: what it digests to cannot be known, so the whole cannot be judged either
 */
export function secondOpinion(xml: string, publicKey: KeyObject, sealed?: string): SecondOpinion {
  try {
    const document = new DOMParser({ onError: () => {} }).parseFromString(xml, 'text/xml') as unknown as Document;
    const [signature] = select('//ds:Signature', document) as Node[];
    if (signature === undefined) return nothing('no Signature found');
    const engine = new SignedXml({ publicCert: publicKey, idMode: 'wssecurity' });
    engine.loadSignature(signature);
    const references = engine.getReferences().map((reference): OpinionOnReference => {
      const { uri = '' } = reference;
      if (uri === `#${sealed}`) return { uri, ok: null, problem: null };
      return { uri, ...verdict(() => digestMatches(engine, reference, document)) };
    });
    if (sealed !== undefined) return { ok: null, problem: null, references };
    return { ...verdict(() => engine.checkSignature(xml)), references };
  } catch (error) {
    return nothing(reason(error));
  }
}
