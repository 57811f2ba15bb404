import { DOMParser } from '@xmldom/xmldom';
import { SignedXml } from 'xml-crypto';
import xpath from 'xpath';
import { DS, WSU } from '../soap/names.js';
import type { SecondOpinion } from './report.js';

const select = xpath.useNamespaces({ ds: DS, wsu: WSU });

const reason = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Runs a check that says no by throwing, or by false. */
function verdict(check: () => unknown): { ok: boolean; problem: string | null } {
  try {
    const ok = check() !== false;
    return { ok, problem: ok ? null : 'does not match' };
  } catch (error) {
    return { ok: false, problem: reason(error) };
  }
}

const nothing = (problem: string): SecondOpinion => ({ ok: false, problem, references: [] });

/**
 * Asks an engine that we did not write about the first ds:Signature of an envelope.
 * @param certificate PEM of the certificate to verify with
 */
export function secondOpinion(xml: string, certificate: string): SecondOpinion {
  try {
    const document = new DOMParser({ onError: () => {} }).parseFromString(xml, 'text/xml') as unknown as Document;
    const [signature] = select('//ds:Signature', document) as Node[];
    if (signature === undefined) return nothing('no Signature found');
    const engine = new SignedXml({ publicCert: certificate, idMode: 'wssecurity' });
    engine.loadSignature(signature);
    const references = engine.getReferences().map(({ uri = '' }) => ({
      uri,
      ...verdict(() => {
        const [element] = select(`//*[@wsu:Id="${uri.replace(/^#|"/g, '')}"]`, document) as Element[];
        if (element === undefined) throw new Error('no element has this Id');
        return engine.validateElementAgainstReferences(element, document);
      }),
    }));
    return { ...verdict(() => engine.checkSignature(xml)), references };
  } catch (error) {
    return nothing(reason(error));
  }
}
