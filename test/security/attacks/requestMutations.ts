import type { Mutation } from './mutation.js';
import { within } from './mutation.js';

/* Checks of a signed request: its shape, its signature, its times, its envelope. */

const shape = within('security/shape.ts');
const signature = within('security/signature.ts');
const signed = within('security/signedHeader.ts');
const time = within('security/time.ts');
const envelope = within('soap/envelope.ts');
const header = within('soap/header.ts');

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
  signed(
    'canonical forms of the policy',
    'allowed.has(algorithm.uri) ? c14nAlgorithms.get(algorithm.uri) : undefined',
    'c14nAlgorithms.get(algorithm.uri)',
  ),
  signed('a PrefixList of the inclusive form', ' || (!form.exclusive && algorithm.prefixes.length > 0)', ''),
  signed(
    'no transform on Body',
    '!(isTimestamp && policy.timestampWithoutTransforms)',
    '!policy.timestampWithoutTransforms',
  ),
  signed(
    'no transform on Timestamp by exception only',
    '!(isTimestamp && policy.timestampWithoutTransforms)',
    '!isTimestamp',
  ),
  signed(
    'digests of the policy',
    'policy.digests.has(digestMethod) ? digestAlgorithms.get(digestMethod) : undefined',
    'digestAlgorithms.get(digestMethod)',
  ),
  signed(
    'exact position',
    'const places = [',
    'const all = (e: XmlElement): XmlElement[] => [e, ...childElements(e).flatMap(all)];\n  const places = [...all(header), ',
  ),
  signed(
    'references to what may be signed',
    "throw new Failure('INVALID_SECURITY', 'a reference to something that may not be signed')",
    'return plan(reference, shape.timestamp, true, policy)',
  ),
  signed('two references to one element', 'if (targets.size < planned.length)', 'if (false)'),
  signed('coverage of Timestamp', '!targets.has(shape.timestamp) || ', ''),
  signed('coverage of Body', ' || !targets.has(body)', ''),
  signed('every digest', 'if (digest.length !== actual.length || !timingSafeEqual(digest, actual))', 'if (false)'),
  signed('length of a digest', 'digest.length !== actual.length || ', ''),
  signature('digest of Body', 'if (missing === undefined) checkDigest(checked.bodyPlan, bodyDigest.finish());', ''),
  signed('digests in the Header', 'if (p.target !== body) checkDigest(', 'if (false) checkDigest('),
  signed(
    'signature methods of the policy',
    'policy.signatures.has(shape.signatureMethod)\n    ? signatureAlgorithms.get(shape.signatureMethod)\n    : undefined',
    'signatureAlgorithms.get(shape.signatureMethod)',
  ),
  signed('SignatureValue', 'if (!verifySignature(', 'if (false && !verifySignature('),
  signed('an organisation number', 'if (organisasjonsnummer === undefined)', 'if (false)'),
  signed(
    'the certificate at this time',
    'deps.trust.check(der, now)',
    "deps.trust.check(der, new Date('2026-03-02T12:00:00Z'))",
  ),
  signed('unsigned blocks', 'if (!signed.has(element) && block.mayBeUnsigned?.(signer) !== true)', 'if (false)'),
  signed('unsigned blocks by sender', 'block.mayBeUnsigned?.(signer) !== true', 'block.mayBeUnsigned === undefined'),
  signed('mustUnderstand', 'checkMustUnderstand(header, version, known);', ''),
  signed('addressing', 'const action = checkAddressing(header);', 'const action = undefined;'),
  signed('KeyIdentifier by policy', 'if (shape.byKeyIdentifier && !policy.keyIdentifier)', 'if (false)'),
  signed('times', 'checkTimes(times, now, policy);', ''),
  signature('size', 'if (size > policy.maxBytes)', 'if (false)'),
  signed('replay by what is signed', "hash('sha256', canonical, 'hex')", "hash('sha256', '', 'hex')"),
  signed(
    'replay whichever certificate came along',
    '`${signer.organisasjonsnummer} $',
    '`${signer.certificate.fingeravtrykk} $',
  ),
  signed('replay for as long as the time lets in', '(policy.maxAge + policy.maxAhead) * 1000', 'policy.maxAge * 1000'),
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

export const requestMutations: readonly Mutation[] = [...shapes, ...signatures, ...times, ...soap];
