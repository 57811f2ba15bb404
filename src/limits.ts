/**
 * Every limit of the inbound path, in one place. Each is tested at limit − 1, limit and limit + 1.
 * Sizes are octets unless the name says otherwise; times are milliseconds.
 */
export const limits = {
  /** Element nesting in one document. */
  xmlDepth: 128,
  /** Attributes (namespace declarations not counted) on one element. */
  xmlAttributes: 64,
  /** Namespace declarations in scope at one element. */
  xmlNamespacesInScope: 64,
  /** Characters of one tag, from `<` to `>`; bounds names and attribute values. */
  xmlTagCharacters: 64 * 1024,
  /** Characters of one comment. */
  xmlCommentCharacters: 64 * 1024,
  /** Characters of one text node that is kept in memory. */
  xmlTextCharacters: 64 * 1024,
  /** Elements of one document. */
  xmlElements: 20_000,
  /** The SOAP Header: characters of mark-up and text in all. */
  soapHeaderCharacters: 128 * 1024,
  /** References in one signature, attachments not counted. */
  signatureReferences: 16,
  /** Transforms in one reference. */
  referenceTransforms: 2,
  /** Prefixes in one InclusiveNamespaces PrefixList. */
  c14nPrefixes: 64,
  /** RSA modulus of a signer, in bits. */
  rsaBitsMin: 2048,
  rsaBitsMax: 4096,
  /** DER octets of one certificate in a message. */
  certificateBytes: 16 * 1024,
  /** Certificates in one path, anchor included. */
  certificatePath: 6,
  /** Believed certificates whose path is remembered. */
  certificateCache: 1024,
  /** Persons in one look-up and in one answer of the change feed. */
  persons: 1000,
  /** Body octets of one Oppslagstjenesten request. */
  lookupBodyBytes: 1024 * 1024,
  /** Octets of one request of a mailbox provider: two certificates, a signature, and a few short fields. */
  mailboxRequestBytes: 64 * 1024,
  /** HTTP header octets. */
  httpHeaderBytes: 16 * 1024,
  /** Time to receive the HTTP header, the whole request, and to keep an idle connection. */
  httpHeadersTimeout: 10_000,
  httpRequestTimeout: 60_000,
  /** The same for a service that takes letters of hundreds of megabytes (SvarUt, CONTRACT.md section 1: 15 minutes). */
  httpUploadTimeout: 900_000,
  httpKeepAliveTimeout: 15_000,
  /** Time from a request's header to the last octet of its answer: ends clients that read too slowly. */
  httpExchangeTimeout: 120_000,
  /** Time that a refused client gets to read the refusal before its connection is cut. */
  httpLinger: 1_000,
  /** Requests that one connection may have in flight (pipelining). */
  httpPipeline: 8,
  /** Open connections at once. */
  httpConnections: 4096,
  /** Octets of one document package, and of all that lies in it unpacked. */
  packageBytes: 50 * 1024 * 1024,
  packageContentBytes: 100 * 1024 * 1024,
  /** Clear octets to one packed octet in one entry of a package that we open. */
  packageRatio: 200,
  /** Entries of one package: 201 documents with their metadata, the manifest, the signature and a mimetype. */
  packageEntries: 405,
  /** Octets of manifest.xml and of signatures.xml. */
  packageXmlBytes: 1024 * 1024,
  /** Octets of a package that is kept in memory while its size is found; a larger one waits in the payload store. */
  packageMemoryBytes: 1024 * 1024,
  /** Octets of a message of ours that are put together before they are sent; what is more is sent as it is made. */
  postedAtOnceBytes: 1024 * 1024,
  /** Octets of a file that is packed as it is: to deflate it takes longer than to send it. */
  packageStoredBytes: 16 * 1024,
  /** Octets of a CMS structure before its content. */
  cmsHeadBytes: 16 * 1024,
  /** Parts of one multipart message, the envelope among them. */
  mimeParts: 256,
  /** The header of one part: octets, and lines. */
  mimeHeaderBytes: 8 * 1024,
  mimeHeaderLines: 32,
  /** Characters of a boundary (RFC 2046, 5.1.1). */
  mimeBoundaryCharacters: 70,
  /** What stands before the first part, and after the last: octets each. */
  mimePreambleBytes: 1024,
  /** Canonical characters of a signed Body by XOP after its first xop:Include: they wait in memory for the parts. */
  signedAfterInclude: 1024 * 1024,
  /** Octets of one message with attachments, and of the envelope in an ebMS message. */
  messageBytes: 64 * 1024 * 1024,
  messageEnvelopeBytes: 1024 * 1024,
  /** Octets of one document package that a sender hands to the broker: as configured, and at the most (CONTRACT.md section 13). */
  brokerPackageBytes: 30 * 1024 * 1024,
  brokerPackageBytesMost: 50 * 1024 * 1024,
  /** Queues whose last empty answer is remembered, so that who asks again too soon is counted. */
  brokerQueues: 10_000,
  /** Attachments of one letter. */
  attachments: 200,
  /** Octets of all documents of one letter together: as configured, and at the most. */
  letterBytes: 50 * 1024 * 1024,
  letterBytesMost: 4 * 1024 * 1024 * 1024,
  /** Octets at the end of a document that is a zip file, in which its directory must lie. */
  documentDirectoryBytes: 256 * 1024,
  /** An HTML document: characters of one name, of one attribute that is no picture, and of one style; attributes of one element. */
  htmlNameCharacters: 256,
  htmlValueCharacters: 16 * 1024,
  htmlStyleCharacters: 1024 * 1024,
  htmlAttributes: 256,
  /** Octets of one document that is held against a schema; large texts in it are placeholders. */
  schemaBytes: 10 * 1024 * 1024,
  /** Octets of one request of Forsendelse beside its documents. */
  forsendelseEnvelopeBytes: 2 * 1024 * 1024,
  /** Recipients of one dry run, letters of one status call, receipts of one fetch and one confirmation. */
  dryRunRecipients: 100,
  statusShipments: 100,
  receipts: 100,
  /** Requests of one account of SvarUt, or of one receiving system, that a process answers at once. */
  accountAtOnce: 50,
  /** Letters of one list of SvarInn, and octets of what a receiver says of one. */
  svarinnList: 200,
  svarinnBody: 64 * 1024,
  /** How long a fetched receipt is lent. */
  receiptLease: 300_000,
  /** SvarUt: octets of all documents of one letter, as configured and at the most (CONTRACT.md section 2, "total size"). */
  svarutBytes: 350 * 1024 * 1024,
  svarutBytesMost: 2 * 1024 * 1024 * 1024,
  /** SvarUt: the rest of an envelope, in octets, and the characters of one text in it. */
  svarutEnvelopeBytes: 8 * 1024 * 1024,
  svarutTekst: 4000,
  /** SvarUt: documents and links of one letter, pages of one document, entries of its metadata. */
  svarutDokumenter: 200,
  svarutLenker: 100,
  svarutGiroark: 1000,
  svarutEkstraMetadata: 1000,
  /** SvarUt: letters of one status call, and of one call for what was signed. */
  svarutIder: 1000,
  svarutSigneringsider: 10,
  /** SvarUt: attempts to send the same letter, each within this time of the one before; the next is refused. */
  svarutAttempts: 25,
  svarutAttemptWindow: 2 * 86_400_000,
  /** How long an id that was given out waits for its letter. */
  svarutReservation: 7 * 86_400_000,
  /** SvarInn: how long a letter lies before its operator is told, and how long until he is told again (FEATURES.md 42). */
  svarinnLying: 2 * 3_600_000,
  svarinnReminder: 8 * 3_600_000,
  /** Octets of all documents of a letter that may have to be printed (CONTRACT.md of SvarUt, section 2). */
  svarutPrintableBytes: 350 * 1024 * 1024,
  /** Octets of all documents of a letter in Altinn 3, and in Altinn 2 (CONTRACT.md of SvarUt, section 9). */
  altinnBytes: 250 * 1024 * 1024,
  altinnSoapBytes: 200 * 1024 * 1024,
  /** Characters of a notice of Altinn's: its subject, its e-mail and its SMS. */
  altinnSubject: 128,
  altinnEmail: 1024,
  altinnSms: 160,
  /** A notice that the gateway sends itself: characters of an e-mail's subject, and octets of an address (RFC 5321, 4.5.3.1). */
  noticeSubject: 128,
  noticeEmailBytes: 254,
  /** A server that takes e-mail: time to connect, that it may be silent, and for one e-mail in all; connections to it; octets of a reply before it ends. */
  smtpConnect: 10_000,
  smtpSilence: 30_000,
  smtpExchange: 60_000,
  smtpConnections: 4,
  smtpReplyBytes: 64 * 1024,
  /** Time that a gateway for SMS has for its answer. */
  smsExchange: 30_000,
  /** Octets of a PDF whose pages are counted when it is packed for print. */
  countedDocument: 10 * 1024 * 1024,
  /** Octets of its streams unpacked to count them, all together; megabytes of what is read in them; and the time for it. */
  countedInflated: 32 * 1024 * 1024,
  countedHeapMb: 384,
  countedTime: 20_000,
  /** Daytime in Norway, in which notices are sent: from and until this long after midnight. */
  noticeFrom: 8 * 3_600_000,
  noticeUntil: 20 * 3_600_000,
  /**
   * Days that notices wait for a register that does not answer: as long as the law lets a decision lie unread before its recipient is told once more. A
   * sender who hears later of what nobody was told has lost the time to do it otherwise.
   */
  noticeSilence: 7,
  /** How far a sender's clock may be ahead that says when a letter was opened, as those of signed requests. */
  openingAhead: 60_000,
  /** How long one notice may take to be handed over: less than a turn in the queue is held. */
  noticeHandover: 30_000,
  /** How long what Altinn or a SvarUt upstream said of an unread letter counts when its time is up. */
  freshStatus: 300_000,
  /** Characters of what a caller says about a letter and that is kept in its history. */
  svarutWords: 200,
  /** HTTP Basic: characters of the user name, and octets of the password. */
  basicUserCharacters: 100,
  basicPasswordBytes: 200,
  /** How long a password that was right is remembered. */
  passwordCache: 300_000,
  /** Wrong passwords of one account, and from one address, in the time that follows; then the next is refused unseen. */
  passwordGuesses: 10,
  passwordGuessWindow: 300_000,
  /** Accounts and addresses whose guesses are counted. */
  passwordGuessers: 10_000,
} as const;
