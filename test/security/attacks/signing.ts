import { constants, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { EXC_C14N } from '../../../src/security/algorithms.js';
import type { Form, ReferenceSpec, SignatureSpec } from '../../support/messages.js';
import { algorithm, forms } from '../../support/messages.js';
import type { Before } from './attack.js';

/* What a sender may do otherwise when it signs. */

export const MORE = 'http://www.w3.org/2001/04/xmldsig-more#';
export const MORE_2007 = 'http://www.w3.org/2007/05/xmldsig-more#';

/** All references made otherwise. */
export const references =
  (change: Partial<ReferenceSpec>): Before =>
  () => ({ references: (usual) => usual.map((r) => ({ ...r, ...change })) });

export const transforms = (...each: readonly string[]): Before =>
  references({ transforms: `<ds:Transforms>${each.join('')}</ds:Transforms>` });
export const transform = (uri: string, content = ''): string => algorithm('Transform', uri, content);
export const exclusive = transform(EXC_C14N);
export const digest = (uri: string, hash: string): Before => references({ digest: { uri, hash } });

/** The URI of the first reference as given. */
export const uri =
  (make: (id: string) => string): Before =>
  () => ({
    references: ([first, ...rest]) => [{ ...first!, uri: make(first!.id) }, ...rest],
  });

export const canonicalisation =
  (form: Form): Before =>
  () => ({ canonicalisation: form });
export const unknownForm = (uri: string): Form => ({ ...forms.exclusive, uri });
export const signature =
  (uri: string, make: SignatureSpec['sign'] = (octets, key) => sign('sha256', octets, key)): Before =>
  () => ({ signature: { uri, sign: make } });
export const rsa = (hash: string, uri: string): Before => signature(uri, (octets, key) => sign(hash, octets, key));
export const pss = (hash: string, saltLength: number) => (octets: Buffer, key: KeyObject) =>
  sign(hash, octets, { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength });
export const signedInfo =
  (change: (xml: string) => string): Before =>
  () => ({ signedInfo: change });

export const inReference = (from: string, to: string): Before => signedInfo((xml) => xml.replace(from, to));

/** Prefixes for a PrefixList. */
export const many = (count: number): string => Array.from({ length: count }, (_, i) => `p${i}`).join(' ');
