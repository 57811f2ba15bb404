import type { Mutation } from './mutation.js';
import { within } from './mutation.js';

/* Checks of certificates, of answers, of rights, and of the endpoint. */

const trust = within('security/trust.ts');
const answer = within('security/answer.ts');
const xmlenc = within('security/xmlenc.ts');
const lookup = within('application/lookup.ts');
const access = within('domain/access.ts');
const endpoint = within('http/soapEndpoint.ts');
const media = within('soap/mime/header.ts');
const decode = within('contract/oppslagstjenesten/decode.ts');

const trusts: readonly Mutation[] = [
  trust('size of the keys', 'path.every(({ rsa }) => between(rsa?.bits, l))', 'true'),
  trust('exponent', 'path.every(({ rsa }) => rsa?.exponent === 65537n)', 'true'),
  trust('critical extensions', 'path.every(({ unknownCritical }) => unknownCritical.length === 0)', 'true'),
  trust('authority as signer', 'leaf!.basicConstraints?.ca !== true && !isAuthority(leaf!)', 'true'),
  trust('extended key usage', 'path.slice(0, -1).every(fitsMessages)', 'true'),
  trust('issuers are authorities', 'path.slice(1).every(isAuthority)', 'true'),
  trust('issuers that say that they are', 'basicConstraints?.ca === true && ', ''),
  trust('issuers that may sign certificates', " && keyUsage?.has('keyCertSign') === true", ''),
  trust('path length', 'i - 1 <= (b?.pathLength ?? i)', 'true'),
  trust('name constraints', "['a name constraint is broken', obeysNameConstraints],", ''),
  trust('weak hashes', "strongHashes.has(algorithm.hash ?? ''))", 'algorithm !== undefined)'),
  trust('signatures of the chain', 'path.slice(0, -1).every((c, i) => isSignedBy(c, path[i + 1]!.publicKey))', 'true'),
  trust('not before', 'if (!(at >= certificate.notBefore))', 'if (false)'),
  trust('not after', 'if (!(at <= certificate.notAfter))', 'if (false)'),
  trust('revocation', 'if (revoked) return revoked;', ''),
  trust('a list is there', 'if (!newest) return', "if (!newest) return ''; if (!newest) return"),
  trust('a list is current', 'if (newest.nextUpdate <= at)', 'if (false)'),
  trust('a list of this issuer', 'crl.issuer.equals(issuer.subject.der) &&', ''),
  trust('a list has begun', 'crl.thisUpdate <= at &&', ''),
  trust('a list may be signed by the issuer', "issuer.keyUsage?.has('cRLSign') === true &&", ''),
  trust('a list is signed with a strong hash', "strongHashes.has(crl.algorithm.hash ?? '') &&", ''),
  trust('a list is signed', 'isSignedBy(crl, issuer.publicKey))', 'true)'),
  trust('key usage', 'if (!purposeBits[purpose].some((bit) => certificate.keyUsage?.has(bit)))', 'if (false)'),
];

const answers: readonly Mutation[] = [
  answer('one EncryptedKey', 'encryptedKey === undefined || more.length > 0', 'encryptedKey === undefined'),
  answer(
    'one error for what is not XML',
    "throw new Failure('FAILED_CHECK', 'decryption: not XML');",
    "throw new Failure('MALFORMED_XML', '');",
  ),
  answer('unique Ids', 'refuseDoubledIds({ ...root, children: [header, plainBody] });', ''),
  answer('shape of the envelope', ' && more.length === 0;', ';'),
  answer(
    'digest of Body',
    "checkDigest(bodyPlan, hash(bodyPlan.hash, canonicalise(plainBody, bodyPlan.c14n), 'buffer'));",
    '',
  ),
  answer('SignatureConfirmation', 'checkConfirmation(header, verdict, sent);', ''),
  answer('one SignatureConfirmation', 'confirmations.length === 1 &&', ''),
  answer('a signed SignatureConfirmation', 'verdict.signed.has(confirmation) &&', ''),
  answer('the SignatureConfirmation of our request', "attribute(confirmation, 'Value') === sent", 'true'),
  xmlenc('one of each', 'found === undefined || more.length > 0', 'found === undefined'),
  xmlenc('nothing is fetched', "if (childrenNamed(data, XENC, 'CipherReference').length > 0)", 'if (false)'),
  xmlenc('text in CipherValue', ' || childElements(value).length > 0', ''),
  xmlenc('method of the key', "attribute(keyMethod, 'Algorithm') === RSA_OAEP_MGF1P && ", ''),
  xmlenc('method of the data', " && attribute(dataMethod, 'Algorithm') === AES256_CBC", ''),
  xmlenc('parameters of OAEP', ' || !defaults', ''),
  xmlenc('parameters of AES', ' || childElements(dataMethod).length > 0', ''),
  xmlenc(
    'the key lists the data',
    "attribute(only(list, XENC, 'DataReference'), 'URI') === `#${attribute(encryptedData, 'Id')}` &&",
    '',
  ),
  xmlenc('the data names the key', "attribute(keyReference, 'URI') === `#${attribute(encryptedKey, 'Id')}` &&", ''),
  xmlenc('type of the data', "attribute(encryptedData, 'Type') === CONTENT", 'true'),
  xmlenc('padding within a block', ' || length > BLOCK', ''),
];

const rights: readonly Mutation[] = [
  lookup('registered certificates', 'if (!certificateAllowed(', 'if (false && !certificateAllowed('),
  lookup('access', "=== 'denied') {", "=== 'denied' && false) {"),
  lookup('replay', 'if (!first)', 'if (false)'),
  lookup(
    'replay before the audit trail',
    'if (!(await tx.remember(replay))) return { first: false, found: undefined } as const;',
    'await tx.remember(replay);',
  ),
  access('beginning of validity', 'row.fra <= at && ', ''),
  access('end of validity', ' && (row.til === null || at < row.til)', ''),
  access('known organisations', 'return known && mayAct', 'return mayAct'),
  access('mandate', 'known && mayAct && hasRight', 'known && hasRight'),
  access('right', ' && hasRight ?', ' ?'),
  access('mandate of this supplier', 'd.leverandoer === organisasjon && ', ''),
  access('mandate for this organisation', 'd.oppdragsgiver === paaVegneAv && ', ''),
  access('right of the one acted for', 'r.organisasjon === paaVegneAv && ', ''),
  access('right for this service', 'r.tjeneste === tjeneste && ', ''),
  access('certificate that is registered', 'c.fingeravtrykk === fingeravtrykk && valid(c, at)', 'valid(c, at)'),
  access(
    'certificate within its validity',
    'c.fingeravtrykk === fingeravtrykk && valid(c, at)',
    'c.fingeravtrykk === fingeravtrykk',
  ),
  access(
    'certificate registered for its organisation',
    'data.sertifikater.filter((c) => c.organisasjonsnummer === organisasjon)',
    'data.sertifikater',
  ),
];

const doors: readonly Mutation[] = [
  endpoint(
    'action and Body agree',
    'if (![trusted.action, ...actions].every(',
    'if (false && ![trusted.action, ...actions].every(',
  ),
  endpoint('wsa:Action', '[trusted.action, ...actions]', 'actions'),
  endpoint(
    'SOAPAction',
    "actions: [media.parameters.get('action'), action]",
    "actions: [media.parameters.get('action')]",
  ),
  endpoint('action parameter', "actions: [media.parameters.get('action'), action]", 'actions: [action]'),
  endpoint('our own clock', 'if (!timeIsRight())', 'if (false)'),
  endpoint('Content-Type', "if (!known) throw unsupportedType('Content-Type');", ''),
  endpoint('Content-Encoding', "!== 'identity') throw", "!== 'identity' && false) throw"),
  endpoint('charset', 'incoming.charset = charset;', ''),
  media('doubled parameters', 'if (parameters.has(name)) return undefined;', ''),
  decode('closed list of children', 'if (!childElements(request).every(fits))', 'if (false)'),
  decode('elements in a value', ' && childElements(e).length === 0;', ';'),
  decode('number of persons', 'ids.length < 1 || ids.length > limits.persons', 'ids.length < 1'),
  decode('no person', 'ids.length < 1 || ', ''),
  decode('length of an identifier', 'if (!ids.every((id) => elevenCharacters.test(id)))', 'if (false)'),
  decode('change numbers', '/^[+-]?\\d{1,16}$/.test(text) ? Number(text) : NaN', 'Number(text)'),
  decode('change numbers that a number holds', 'if (!Number.isSafeInteger(fra))', 'if (Number.isNaN(fra))'),
  decode('namespace of the operation', 'operation.ns === tns.uri && ', ''),
  decode('names that objects have', ' && Object.hasOwn(decoders, operation.local)', ''),
  decode('one block acted for', 'more.length === 0 && ', ''),
  decode('one number acted for', 'others.length === 0 && ', ''),
  decode('namespace of the number acted for', ' && paaVegneAv.ns === block.ns', ''),
  decode('form of the number acted for', 'if (!/^\\d{9}$/.test(number))', 'if (false)'),
];

export const otherMutations: readonly Mutation[] = [...trusts, ...answers, ...rights, ...doors];
