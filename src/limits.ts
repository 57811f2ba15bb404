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
  /** HTTP header octets. */
  httpHeaderBytes: 16 * 1024,
  /** Time to receive the HTTP header, the whole request, and to keep an idle connection. */
  httpHeadersTimeout: 10_000,
  httpRequestTimeout: 60_000,
  httpKeepAliveTimeout: 15_000,
  /** Time from a request's header to the last octet of its answer: ends clients that read too slowly. */
  httpExchangeTimeout: 120_000,
  /** Time that a refused client gets to read the refusal before its connection is cut. */
  httpLinger: 1_000,
  /** Requests that one connection may have in flight (pipelining). */
  httpPipeline: 8,
  /** Open connections at once. */
  httpConnections: 4096,
} as const;
