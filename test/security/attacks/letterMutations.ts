import type { Mutation } from './mutation.js';
import { within } from './mutation.js';

/* Checks of what letters are made of: the signature inside a document, and the answer to a push. */

const dsig = within('security/dsig.ts');
const enveloped = within('security/enveloped.ts');
const push = within('client/ebms.ts');
const exchange = within('client/ebmsExchange.ts');

const documents: readonly Mutation[] = [
  enveloped('one Signature', 'signature === undefined || more.length > 0', 'signature === undefined'),
  enveloped('the whole document', "if (requiredAttribute(reference, 'URI') !== '')", 'if (false)'),
  enveloped('enveloped first', 'first !== ENVELOPED || ', ''),
  enveloped('methods', "demandMethods(part(info, 'SignatureMethod'), [part(members, 'DigestMethod')]);", ''),
  enveloped('value', "checkValue(signedForm(signedInfo), octetsIn(part(parts, 'SignatureValue')), signer);", ''),
  dsig('closed lists of children', 'if (children.length > 0) throw shape(', 'if (false) throw shape('),
  dsig('method of the signature', 'demand(signatureMethod, RSA_SHA256);', ''),
  dsig('methods of the digests', 'for (const method of digestMethods) demand(method, SHA256);', ''),
  dsig(
    'value of the signature',
    'if (!verify(name, Buffer.from(signedInfo), { key: publicKey, ...padding }, value))',
    'if (false)',
  ),
];

const answers: readonly Mutation[] = [
  push('the message answered', 'if (signal.info.refToMessageId !== messageId)', 'if (false)'),
  exchange(
    'the message in error',
    'if (refToMessageInError !== undefined && !about.includes(refToMessageInError))',
    'if (false)',
  ),
  exchange('who answers', 'if (!to.isReceiver(trusted.principal))', 'if (false)'),
  push('every part is confirmed', 'if (missing !== undefined)', 'if (false)'),
  push('digest of what is confirmed', 'received.digest === sent.digest &&', ''),
];

export const letterMutations: readonly Mutation[] = [...documents, ...answers];
