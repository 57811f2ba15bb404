/*
 * SECURITY S8: every check of the verifier, switched off one at a time. Each row changes one place of the source, which must occur
 * exactly once; some test of the verifier, the caller, or the endpoint alone must then fail by an assertion.
 */

export interface Mutation {
  readonly name: string;
  /** Below src/. */
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

const within =
  (file: string) =>
  (name: string, from: string, to: string): Mutation => ({ name, file, from, to });
const shape = within('security/shape.ts');
const signature = within('security/signature.ts');
const time = within('security/time.ts');
const trust = within('security/trust.ts');
const answer = within('security/answer.ts');
const xmlenc = within('security/xmlenc.ts');
const envelope = within('soap/envelope.ts');
const header = within('soap/header.ts');
const lookup = within('application/lookup.ts');
const access = within('domain/access.ts');
const endpoint = within('http/soapEndpoint.ts');
const media = within('http/mediaType.ts');
const decode = within('contract/oppslagstjenesten/decode.ts');

const shapes: readonly Mutation[] = [
  shape('text among elements', "(typeof node !== 'string' || ", "(typeof node !== 'string' || false && "),
  shape('comments among elements', "(typeof node !== 'string' || ", "(typeof node === 'string' && "),
  shape('elements and comments in text', "if (parent.children.some((node) => typeof node !== 'string'))", 'if (false)'),
  shape('strict base64', "return octets.toString('base64') === compact ? octets : undefined;", 'return octets;'),
  shape(
    'empty base64',
    'if (octets === undefined || octets.length === 0) throw shape(',
    'if (octets === undefined) throw shape(',
  ),
  shape(
    'closed lists of children',
    'if (!fits) throw shape(`${parent.local} is not ${names.join',
    'if (children.length < names.length) throw shape(`${parent.local} is not ${names.join',
  ),
  shape('length of a PrefixList', 'if (prefixes.length > limits.c14nPrefixes)', 'if (false)'),
  shape(
    'what a canonical form carries inside',
    "more.length > 0 || !is(inclusive, EC, 'InclusiveNamespaces') || elementsOf(inclusive).length > 0",
    'false',
  ),
  shape(
    'two lists in a canonical form',
    "more.length > 0 || !is(inclusive, EC, 'InclusiveNamespaces')",
    "!is(inclusive, EC, 'InclusiveNamespaces')",
  ),
  shape('content of a list', ' || elementsOf(inclusive).length > 0', ''),
  shape('number of transforms', 'list.length > limits.referenceTransforms || ', ''),
  shape('names in Transforms', " || !list.every((t) => is(t, DS, 'Transform'))", ''),
  shape('a second transform', 'others.length === 0 ? transform :', 'true ? transform :'),
  shape('reference URI: the mark', "!uri.startsWith('#') || ", ''),
  shape('reference URI: the name', ' || !isNcName(uri.slice(1))', ''),
  shape(
    'content of DigestMethod',
    "if (elementsOf(method).length > 0) throw shape('DigestMethod",
    "if (false) throw shape('DigestMethod",
  ),
  shape(
    'content of SignatureMethod',
    "if (elementsOf(method).length > 0) throw shape('SignatureMethod",
    "if (false) throw shape('SignatureMethod",
  ),
  shape('order in SignedInfo', "if (!fits) throw shape('SignedInfo", "if (false) throw shape('SignedInfo"),
  shape('no references at all', 'references.length === 0 || ', ''),
  shape('type of the token', "attribute(element, 'ValueType') !== TOKEN_PROFILE || ", ''),
  shape('encoding of the token', ' || encoding !== BASE64_BINARY', ''),
  shape('base64 of the token', 'der === undefined || der.length === 0 || ', ''),
  shape('one child of KeyInfo', 'str === undefined || others.length > 0 || ', 'str === undefined || '),
  shape(
    'one child of SecurityTokenReference',
    'if (target === undefined || more.length > 0)',
    'if (target === undefined)',
  ),
  shape('a KeyIdentifier beside a token', 'if (token !== null) throw', 'if (false) throw'),
  shape('type of a KeyIdentifier', "if (attribute(target, 'ValueType') !== TOKEN_PROFILE)", 'if (false)'),
  shape('the reference leads to the token', " || attribute(target, 'URI') !== `#${named}`", ''),
  shape(
    'type of the reference',
    "if ((attribute(target, 'ValueType') ?? TOKEN_PROFILE) !== TOKEN_PROFILE)",
    'if (false)',
  ),
  shape('one Security header', 'security === undefined || more.length > 0', 'security === undefined'),
  shape('role of Security', "if (roleOf(security, version) !== '')", 'if (false)'),
  shape('closed list of Security', "throw shape('unknown child of Security')", 'void 0'),
];

const signatures: readonly Mutation[] = [
  signature(
    'canonical forms of the policy',
    'allowed.has(algorithm.uri) ? c14nAlgorithms.get(algorithm.uri) : undefined',
    'c14nAlgorithms.get(algorithm.uri)',
  ),
  signature('a PrefixList of the inclusive form', ' || (!form.exclusive && algorithm.prefixes.length > 0)', ''),
  signature(
    'no transform on Body',
    '!(isTimestamp && policy.timestampWithoutTransforms)',
    '!policy.timestampWithoutTransforms',
  ),
  signature(
    'no transform on Timestamp by exception only',
    '!(isTimestamp && policy.timestampWithoutTransforms)',
    '!isTimestamp',
  ),
  signature(
    'digests of the policy',
    'policy.digests.has(digestMethod) ? digestAlgorithms.get(digestMethod) : undefined',
    'digestAlgorithms.get(digestMethod)',
  ),
  signature(
    'exact position',
    'const places = [',
    'const all = (e: XmlElement): XmlElement[] => [e, ...childElements(e).flatMap(all)];\n  const places = [...all(header), ',
  ),
  signature(
    'references to what may be signed',
    "throw new Failure('INVALID_SECURITY', 'a reference to something that may not be signed')",
    'return plan(reference, shape.timestamp, true, policy)',
  ),
  signature('two references to one element', 'if (targets.size < planned.length)', 'if (false)'),
  signature('coverage of Timestamp', '!targets.has(shape.timestamp) || ', ''),
  signature('coverage of Body', ' || !targets.has(body)', ''),
  signature('every digest', 'if (digest.length !== actual.length || !timingSafeEqual(digest, actual))', 'if (false)'),
  signature('length of a digest', 'digest.length !== actual.length || ', ''),
  signature('digest of Body', 'checkDigest(checked.bodyPlan, (bodyDigest as Hash).digest());', ''),
  signature('digests in the Header', 'if (p.target !== body) checkDigest(', 'if (false) checkDigest('),
  signature(
    'signature methods of the policy',
    'policy.signatures.has(shape.signatureMethod)\n    ? signatureAlgorithms.get(shape.signatureMethod)\n    : undefined',
    'signatureAlgorithms.get(shape.signatureMethod)',
  ),
  signature('SignatureValue', 'if (!verifySignature(', 'if (false && !verifySignature('),
  signature('an organisation number', 'if (organisasjonsnummer === undefined)', 'if (false)'),
  signature(
    'the certificate at this time',
    'deps.trust.check(der, now)',
    "deps.trust.check(der, new Date('2026-03-02T12:00:00Z'))",
  ),
  signature('unsigned blocks', 'if (!signed.has(element) && block.mayBeUnsigned?.(signer) !== true)', 'if (false)'),
  signature('unsigned blocks by sender', 'block.mayBeUnsigned?.(signer) !== true', 'block.mayBeUnsigned === undefined'),
  signature('mustUnderstand', 'checkMustUnderstand(header, version, known);', ''),
  signature('addressing', 'const action = checkAddressing(header);', 'const action = undefined;'),
  signature('KeyIdentifier by policy', 'if (shape.byKeyIdentifier && !policy.keyIdentifier)', 'if (false)'),
  signature('times', 'checkTimes(times, now, policy);', ''),
  signature('size', 'if (size > policy.maxBytes)', 'if (false)'),
  signature('replay by what is signed', "hash('sha256', canonical, 'hex')", "hash('sha256', '', 'hex')"),
  signature(
    'replay whichever certificate came along',
    '`${signer.organisasjonsnummer} $',
    '`${signer.certificate.fingeravtrykk} $',
  ),
  signature(
    'replay for as long as the time lets in',
    '(policy.maxAge + policy.maxAhead) * 1000',
    'policy.maxAge * 1000',
  ),
];

const times: readonly Mutation[] = [
  time('fraction digits', '\\d{1,3}', '\\d+'),
  time('UTC', '?Z$/', '?(?:Z|[+-]\\d\\d:\\d\\d)$/'),
  time('real dates', ' || !new Date(instant).toISOString().startsWith(match[1] as string)', ''),
  time('name of Created', "is(created, WSU, 'Created') &&", ''),
  time('name of Expires', "(expires === undefined || is(expires, WSU, 'Expires')) &&", ''),
  time('closed list of Timestamp', 'more.length === 0 &&', ''),
  time('attributes of Created and Expires', 'e.attributes.length === 0 && ', ''),
  time('content of Created and Expires', 'e.attributes.length === 0 && elementsOrText(e)', 'e.attributes.length === 0'),
  time('Expires after Created', 'if (times.expires !== null && times.expires <= times.created)', 'if (false)'),
  time('age', 'if (age > policy.maxAge)', 'if (false)'),
  time('future', 'if (-age > policy.maxAhead)', 'if (false)'),
  time('expiry', 'if (times.expires <= now)', 'if (false)'),
  time('lifetime', 'if (times.expires.getTime() - times.created.getTime() > policy.maxLifetime * 1000)', 'if (false)'),
];

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

const soap: readonly Mutation[] = [
  envelope('unique Ids', 'if (this.ids.has(id))', 'if (false)'),
  envelope('Ids in every attribute form', "local.length === 2 && local.toLowerCase() === 'id'", "local === 'Id'"),
  envelope('text beside Header and Body', 'if (/[^ \\t\\r\\n]/.test(text))', 'if (false)'),
  envelope('size of the Header', 'if (this.headerCharacters > limits.soapHeaderCharacters)', 'if (false)'),
  envelope('name of Envelope', "if (element.local !== 'Envelope')", 'if (false)'),
  envelope('SOAP version of the endpoint', ' || !this.options.versions.includes(this.version)', ''),
  envelope('one Header', 'this.header === null && this.body === null', 'this.body === null'),
  envelope('one Body', "is(element, ns, 'Body') && this.body === null", "is(element, ns, 'Body')"),
  envelope('nothing beside Header and Body', "throw malformed('an envelope is one Header, then one Body')", 'void 0'),
  envelope('one child of Body', 'child === undefined || more.length > 0 || ', 'child === undefined || '),
  header('mustUnderstand="1"', '(?:true|1)', 'true'),
  header('space in mustUnderstand', '^\\s*(?:true|1)\\s*$', '^(?:true|1)$'),
  header('blocks for the next receiver', "  'http://www.w3.org/2003/05/soap-envelope/role/next',\n", ''),
  header('blocks for the last receiver', "  'http://www.w3.org/2003/05/soap-envelope/role/ultimateReceiver',\n", ''),
  header('blocks for another role are not ours', 'ours.has(roleOf(block, version)) && ', ''),
  header('one address', 'addresses.length !== 1 || ', ''),
  header('answers on the back channel', ' || !backChannel.has(addresses[0] as string)', ''),
  header('faults on the back channel', "['ReplyTo', 'FaultTo']", "['ReplyTo']"),
  header('one wsa:Action', 'if (others.length > 0)', 'if (false)'),
  header('an action that agrees', "if (action === undefined || action === '')", 'if (true)'),
];

const rights: readonly Mutation[] = [
  lookup('registered certificates', 'if (!certificateAllowed(', 'if (false && !certificateAllowed('),
  lookup('access', "=== 'denied') {", "=== 'denied' && false) {"),
  lookup('replay', 'if (!first)', 'if (false)'),
  lookup(
    'replay before the audit trail',
    'if (!(await tx.remember(replay))) return false;',
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
  decode('length of an identifier', 'if (ids.some((id) => [...id].length !== 11))', 'if (false)'),
  decode('change numbers', '/^[+-]?\\d{1,16}$/.test(text) ? Number(text) : NaN', 'Number(text)'),
  decode('change numbers that a number holds', 'if (!Number.isSafeInteger(fra))', 'if (Number.isNaN(fra))'),
  decode('namespace of the operation', 'operation.ns === tns.uri && ', ''),
  decode('names that objects have', ' && Object.hasOwn(decoders, operation.local)', ''),
  decode('one block acted for', 'more.length === 0 && ', ''),
  decode('one number acted for', 'others.length === 0 && ', ''),
  decode('namespace of the number acted for', ' && paaVegneAv.ns === block.ns', ''),
  decode('form of the number acted for', 'if (!/^\\d{9}$/.test(number))', 'if (false)'),
];

export const mutations: readonly Mutation[] = [
  ...shapes,
  ...signatures,
  ...times,
  ...trusts,
  ...answers,
  ...soap,
  ...rights,
  ...doors,
];
