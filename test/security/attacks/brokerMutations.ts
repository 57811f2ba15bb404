import type { Mutation } from './mutation.js';
import { heldBy } from './mutation.js';

/* Checks of the broker: what messages must be, who may send them, and what becomes of them; each with the test that needs it. */

const letters = heldBy('http/broker/letters.ts', 'http/broker/letters');
const parties = heldBy('http/broker/parties.ts', 'http/broker/letters');
const told = heldBy('http/broker/parties.ts', 'http/meldingsformidler');
const keys = heldBy('http/broker/parties.ts', 'http/broker/letters');
const plainly = (name: string, from: string, to: string) =>
  heldBy('xml/plainContent.ts', 'xml/plainly')(name, from, to, 'SECURITY 17: says of no changed');
const stage = heldBy('http/broker/stage.ts', 'http/broker/stage');
const signals = heldBy('http/broker/signals.ts', 'http/broker/signals');
const receipts = heldBy('http/broker/receipts.ts', 'http/meldingsformidler');
const door = heldBy('http/meldingsformidler.ts', 'http/meldingsformidler');
const post = heldBy('http/meldingsformidler.ts', 'http/broker/letters');
const taImot = heldBy('application/taImotMelding.ts', 'application/broker');
const passing = heldBy('application/formidle.ts', 'application/formidle');
const bringing = heldBy('application/kvitteringTilAvsender.ts', 'application/broker');
const fetching = heldBy('application/hentFraKoe.ts', 'application/broker');
const pace = heldBy('application/pullPace.ts', 'application/broker');

export const brokerMutations: readonly Mutation[] = [
  letters(
    'Action of the document',
    'if (message.action !== actionOf[art])',
    'if (false)',
    'an Action that is not what the document is',
  ),
  letters(
    'AgreementRef of the document',
    'if ((message.avtale ?? art) !== art)',
    'if (false)',
    'an AgreementRef that is not what the document is',
  ),
  letters(
    'ConversationId',
    'if (!ids.includes(message.conversationId.toLowerCase()))',
    'if (false)',
    'a ConversationId of nothing in the document',
  ),
  letters(
    'known receivers',
    'if (!providers.takers.has(`${receiver} ${rolle}`))',
    'if (false)',
    'R-40: an unknown receiver',
  ),
  letters(
    'print goes to printers',
    "art === 'fysisk' ? 'UTSKRIFT' : 'POSTKASSE'",
    "'POSTKASSE'",
    'takes a letter to print',
  ),
  letters(
    'a package',
    'digest === undefined || more.length > 0',
    'more.length > 0',
    'SECURITY 42: an attachment that is not signed',
  ),
  letters(
    'one package',
    'digest === undefined || more.length > 0',
    'digest === undefined',
    'SECURITY 89: two packages are EBMS:0007',
  ),
  letters(
    'fingerprint of the package',
    "if (Buffer.from(digest, 'base64').toString('hex') !== fingeravtrykk)",
    'if (false)',
    'SECURITY 42: a fingerprint that is not that of the attachment',
  ),
  letters(
    'PartInfo and parts',
    'checkParts(message, { parts, bodyId });',
    '',
    'SECURITY 89: a PartInfo about another attachment',
  ),
  letters(
    'providers by certificate only',
    "if (message.fra.rolle === 'postkasse')",
    'if (false)',
    'SECURITY 86: a sender that says it is a provider',
  ),
  letters(
    'From and To of a sender',
    "checkParties(message, signer, 'avsender', deps);",
    '',
    'R-40: another number in From',
  ),
  letters(
    'Actions of senders',
    "if (message.action !== 'FormidleDigitalPost' && message.action !== 'FormidleFysiskPost')",
    'if (false)',
    'R-28: FlyttetDigitalPost of a sender',
  ),
  letters(
    'sender of the document',
    'if (header.sender !== signer && header.sender !== avsender)',
    'if (false)',
    'SECURITY 86: a document from another than From and the body whose letter it is',
  ),
  letters(
    'right of who signed the envelope',
    'deps.kanFormidle(underskriverOf(envelope), avsender);',
    '',
    'R-42: hands the use case whose letter it is, and by whom: of the envelope and of the document',
  ),
  letters(
    'right of who signed the document',
    'deps.kanFormidle(signed.signer, avsender);',
    '',
    'R-42: hands the use case whose letter it is, and by whom: of the envelope and of the document',
  ),
  letters(
    'From and To of a mailbox',
    "checkParties(message, provider.organisasjonsnummer, 'postkasse', deps);",
    '',
    'R-28: moved mail from another than its signer',
  ),
  letters(
    'signer of moved mail',
    'if (!deps.providers.byCertificate.has(signed.signer.fingeravtrykk))',
    'if (false)',
    'R-28: moved mail signed by the broker’s key',
  ),
  letters(
    'sender of moved mail',
    'if (header.sender !== provider.organisasjonsnummer)',
    'if (false)',
    'R-28: moved mail of another mailbox',
  ),
  parties('From is who signed', 'fra.organisasjonsnummer !== signer || ', '', 'R-40: another number in From'),
  parties('role in From', ' || fra.rolle !== rolle', '', 'R-40: another role in From'),
  parties(
    'To is this broker',
    'til.organisasjonsnummer !== broker.organisasjonsnummer || ',
    '',
    'SECURITY 78: another number in To',
  ),
  parties('role in To', " || til.rolle !== 'meldingsformidler'", '', 'another role in To'),
  parties('a document in Body', "if (operation.local !== 'StandardBusinessDocument')", 'if (false)', 'another Body'),
  parties(
    'payloads of the document',
    'if (!localsIn(content).some((local) => (types as readonly string[]).includes(local)))',
    'if (false)',
    'R-28: flyttetDigitalPost of a sender under another Action',
  ),
  parties(
    'the document is signed by its sender',
    'if (organisasjonsnummer !== document.header.sender)',
    'if (false)',
    'SECURITY 86: a document signed by another than its sender',
  ),
  parties(
    'attachments of the signature',
    ".filter(({ uri }) => uri.startsWith('cid:'))",
    '',
    'R-39, CONTRACT 6: takes a letter over, and signs for the references of the request, the attachment first',
  ),
  parties(
    'MessageId in the key',
    '${principal.organisasjonsnummer} ${info.messageId}',
    '${principal.organisasjonsnummer}',
    'knows a message again by signer, MessageId and digests, whatever else is otherwise',
  ),
  parties(
    'content under the key',
    "digests.join(' ')",
    "''",
    'knows a message again by signer, MessageId and digests, whatever else is otherwise',
  ),
  parties(
    'days for which a message is known',
    'KNOWN_DAYS * 86_400_000',
    '0',
    'R-39, CONTRACT 6: takes a letter over, and signs for the references of the request, the attachment first',
  ),
  told(
    'schema of the document',
    'checkMessage(envelope, content, text);',
    '',
    'refuses what its schema does not allow, and hands nothing on: EBMS:0009 for the header, EBMS:0003 for the document',
  ),
  plainly('attributes that are required', 'return found === required.length', 'return true'),
  plainly('attributes that are allowed', 'if (allowed.get(name)?.(value) !== true)', 'if (false)'),
  plainly('no text between elements', 'onlySpace.test(child)', 'true'),
  plainly('nothing in what is empty', 'return children.length === 0', 'return true'),
  plainly('no element too many', 'content.model(elements, 0) === elements.length', 'content.model(elements, 0) >= 0'),
  plainly('no element too few', 'if (end < 0 && count < least) return -1;', ''),
  plainly('unique texts', '.size === children.length', '.size > 0'),
  keys(
    'signer in the key',
    '`ebms ${principal.organisasjonsnummer} ',
    '`ebms ',
    'knows a message again by signer, MessageId and digests, whatever else is otherwise',
  ),
  stage('one package', 'if (stored !== undefined) throw', 'if (false) throw', 'SECURITY 89: a second package'),
  stage('size of a package', 'if (size > most)', 'if (false)', 'stores a package of so many octets, and no more'),
  stage(
    'what is not taken is removed',
    'if (!taken && stored !== undefined)',
    'if (false)',
    'SECURITY 89: a second package',
  ),
  stage('what is taken stays', '!taken && ', '', 'lets go what nobody has taken, and keeps what somebody has'),
  signals(
    'no attachment',
    'if (attachedDigests(envelope).length > 0)',
    'if (false)',
    'SECURITY 89: a request with an attachment',
  ),
  signals('an empty Body', "if (ns !== SOAP12 || local !== 'Body')", 'if (false)', 'a Body with something in it'),
  signals('errors', 'if (signals.some(({ errors }) => errors.length > 0))', 'if (false)', 'an error'),
  signals('one request', 'pulls.length > 0 || ', '', 'two requests'),
  signals('one receipt', ' || receipts.length > 0', '', 'two confirmations'),
  signals('schema of signals', 'checkMessage(envelope);', '', 'what its schema does not allow'),
  signals(
    'right to fetch',
    'if (providerBy(deps, envelope.principal) === undefined) deps.kanHente',
    'if (false) deps.kanHente',
    'SECURITY 86: who may not fetch is EBMS:0101; a mailbox that has passed mail on may',
  ),
  signals(
    'mailboxes fetch',
    'if (providerBy(deps, envelope.principal) === undefined) ',
    '',
    'SECURITY 86: who may not fetch is EBMS:0101; a mailbox that has passed mail on may',
  ),
  signals(
    'throttle by configuration only',
    'early && throttle',
    'early',
    'CONTRACT 7: a confirmation and the next request come in one message',
  ),
  signals(
    'throttle',
    'early && throttle',
    'false',
    'R-37: who asks too soon after an empty answer is counted, and answered without looking where that is configured',
  ),
  signals(
    'pace of who has looked',
    'if (looked !== undefined)',
    'if (false)',
    'R-37: who asks too soon after an empty answer is counted, and answered without looking where that is configured',
  ),
  signals(
    'an answer looked for again is no empty one',
    'utlevering === undefined, now',
    'true, now',
    'R-37: who asks too soon after an empty answer is counted, and answered without looking where that is configured',
  ),
  receipts(
    'From and To of a provider',
    "checkParties(message, from, 'postkasse', deps);",
    '',
    'SECURITY 86: another number in From',
  ),
  receipts('no attachment', 'attachedDigests(envelope).length > 0 || ', '', 'an attachment'),
  receipts('no PartInfo but of Body', ' || !only', '', 'a PartInfo about an attachment that is not there'),
  receipts(
    'signer of the document',
    'if (!deps.providers.byCertificate.has(signer.fingeravtrykk))',
    'if (false)',
    'SECURITY 86: a document signed by the broker',
  ),
  receipts(
    'sender of the document',
    'if (header.sender !== from)',
    'if (false)',
    'SECURITY 86: a document of another provider, signed by that one',
  ),
  receipts(
    'known receivers',
    'if (header.receiver !== deps.databehandler)',
    'if (false)',
    'a document for another receiver',
  ),
  door(
    'our own clock',
    'if (!deps.timeIsRight())',
    'if (false)',
    'our own trouble is EBMS:0004, which providers repeat',
  ),
  door(
    'Content-Type',
    '!known || ',
    '',
    'SECURITY 91: compressed messages are refused before SOAP, and other types too',
  ),
  door(
    'Content-Encoding',
    " || (req.headers['content-encoding'] ?? 'identity') !== 'identity'",
    '',
    'SECURITY 91: compressed messages are refused before SOAP, and other types too',
  ),
  door(
    'octets that are no XML',
    "if (failure.code === 'MALFORMED_XML')",
    'if (false)',
    'octets that are no XML are refused before SOAP',
  ),
  door(
    'addresses',
    '(?:9908|0192)',
    '\\d{4}',
    'CONTRACT 1: knows its address with and without two organisation numbers',
  ),
  post(
    'announced size',
    "if (Number(req.headers['content-length'] ?? 0) > policy.maxMessageBytes)",
    'if (false)',
    'SECURITY 102: a message that says that it is too large is refused before it has come',
  ),
  post(
    'Actions of providers',
    "throw ebmsFailure('VALUE_NOT_RECOGNIZED', `Action ${message.action} is for senders`);",
    'return fromMailbox(envelope, message, provider, deps);',
    'R-28: a letter of a provider',
  ),
  post(
    'an envelope is judged before its parts',
    'return judge(envelope, messaging, deps);',
    'return (...rest) => judge(envelope, messaging, deps)(...rest);',
    'R-41, SECURITY 86: who may not send is EBMS:0101, before the package has come',
  ),
  taImot(
    'a message is new',
    "if (known === 'new') await",
    'await',
    'R-38: the same message again changes nothing, and its package is let go',
  ),
  taImot(
    'the package of what is not new',
    "if (seen !== 'new')",
    'if (false)',
    'R-38: the same message again changes nothing, and its package is let go',
  ),
  taImot(
    'other content',
    "if (seen === 'other')",
    'if (false)',
    'R-38: the same MessageId with other content is refused, and the first stays',
  ),
  taImot(
    'registered certificates to send and fetch',
    'if (certificateAllowed(',
    'if (true || certificateAllowed(',
    'SECURITY 86: who has registered certificates uses no other',
  ),
  taImot(
    'access to send',
    "=== 'denied') {",
    "=== 'denied' && false) {",
    'SECURITY 86: who may act, for itself → NO_ACCESS',
  ),
  taImot(
    'access to fetch',
    "if (!mayUse(data, organisasjonsnummer, 'SDP', now))",
    'if (false)',
    'R-42: receipts are fetched by who has the right, or acts for who has it',
  ),
  taImot(
    'certificate to send',
    'const [data, now, { organisasjonsnummer }] = [senders(), clock.now(), underskriver];\n    demandRegistered(data, underskriver, now);\n    if (accessFor',
    'const [data, now, { organisasjonsnummer }] = [senders(), clock.now(), underskriver];\n    if (accessFor',
    'SECURITY 86: who has registered certificates uses no other',
  ),
  taImot(
    'certificate to fetch',
    'demandRegistered(data, underskriver, now);\n    if (!mayUse',
    'if (!mayUse',
    'SECURITY 86: who has registered certificates uses no other',
  ),
  passing(
    'what was said before stands',
    "if ((await tx.lockFormidling(id)) !== 'MOTTATT')",
    'if (false)',
    'R-46: what a receipt has said before the answer came stands',
  ),
  passing(
    'a lease that has run out, deferred',
    'if (await tx.deferJob(job, ending.neste))',
    'await tx.deferJob(job, ending.neste);',
    'nor does it say that it tries again',
  ),
  passing(
    'a lease that has run out',
    'if (!(await tx.endJob(job))) return false;',
    'await tx.endJob(job);',
    'whose lease has run out writes nothing, and keeps the package for the other',
  ),
  passing(
    'the sender is told',
    'if (ending.feil !== undefined)',
    'if (false)',
    'R-37: PRIORITERT is tried for 1 days after it was taken over, and then its sender is told',
  ),
  passing(
    'only what waits is passed on',
    "formidling.tilstand === 'MOTTATT'",
    'true',
    'does not pass on what has come to its end, or is not there any more',
  ),
  passing(
    'the package stays until the end',
    'if (done)',
    'if (true)',
    'tries again what a provider did not take over, with the same message',
  ),
  passing(
    'damage on the way',
    'unlessDamaged(await deps.videresender.deliver(formidling))',
    'await deps.videresender.deliver(formidling)',
    'R-40: FailedAuthentication may be a message that was damaged on its way, so it is tried again',
  ),
  passing(
    'whose error it is',
    "oursToMend.has(kode) ? 'SERVER' : 'KLIENT'",
    "'KLIENT'",
    'R-40: a refusal with EBMS:0103 is final, and told as feil SERVER',
  ),
  bringing(
    'who reports',
    "leverandoer === kvittering.leverandoer || kvittering.type === 'aapning'",
    'true',
    'R-28: another provider says nothing of a message but that it was opened',
  ),
  bringing(
    'opened elsewhere',
    " || kvittering.type === 'aapning'",
    '',
    'R-28: another provider says nothing of a message but that it was opened',
  ),
  bringing(
    'receiver of the receipt',
    'all.filter(({ dokumentavsender }) => dokumentavsender === k.mottaker)',
    'all',
    'a receipt to another than the sender of the document is about no message of its',
  ),
  bringing(
    'the provider first',
    'mine.find(({ leverandoer }) => leverandoer === k.leverandoer) ?? ',
    '',
    'of several messages of a conversation the newest to that provider counts',
  ),
  bringing(
    'right of an unknown receiver',
    "mayUse(senders(), mottaker, 'SDP', clock.now())",
    'true',
    'a receipt to another than the sender of the document is about no message of its',
  ),
  bringing(
    'other content',
    "if (seen === 'other')",
    'if (false)',
    'R-38: the same MessageId with other content is refused',
  ),
  bringing(
    'the same document',
    'if (!(await tx.remember(replay))) return;',
    'await tx.remember(replay);',
    'R-38: the same message again changes nothing, and neither does the same document in another',
  ),
  bringing(
    'only the addressed provider settles',
    "message?.tilstand === 'MOTTATT' && message.leverandoer === leverandoer",
    "message?.tilstand === 'MOTTATT'",
    'R-28: another provider says nothing of a message but that it was opened',
  ),
  bringing(
    'what has ended stays',
    "if ((await tx.lockFormidling(message.id)) !== 'MOTTATT') return;",
    'await tx.lockFormidling(message.id);',
    'R-46: what has failed while its receipt was read stays what it is, and is not charged for',
  ),
  fetching(
    'a repeated request',
    '(await tx.remember(replay))\n',
    '(await tx.remember(replay), true)\n',
    'SECURITY 74, 75: the same signed request gets its first answer again, and takes no other receipt',
  ),
  fetching(
    'the lease',
    'now.getTime() + limits.receiptLease',
    'now.getTime()',
    'R-37: lends a receipt for 300000 milliseconds, and it comes again',
  ),
  pace(
    'time to wait',
    'now.getTime() - since < ventetid[koe.mpc.prioritet]',
    'true',
    'R-37: an empty NORMAL channel is asked about again after 600000 milliseconds',
  ),
  pace(
    'after a receipt',
    'if (!empty) return;',
    '',
    'R-37: after a receipt the next may be asked for at once, and other channels are others',
  ),
  pace(
    'queues remembered',
    'if (emptyAt.size > most && first !== undefined)',
    'if (false)',
    'remembers so many queues, and forgets the oldest',
  ),
];
