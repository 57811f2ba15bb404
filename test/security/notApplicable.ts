/** A case of SECURITY.md section 2, or a part of one, that this service cannot meet, and why. */
export interface NotApplicable {
  readonly security: number;
  /** `all` stands for the whole case: no test has its number. */
  readonly part: string;
  readonly why: string;
}

export const notApplicable: readonly NotApplicable[] = [
  {
    security: 29,
    part: 'equal times of all refusals',
    why: 'What the Header decides is refused before Body is read, so an early refusal is quicker. It tells a caller only which of its own octets were wrong; whether an organisation is known is looked up after every check of the signature.',
  },
  {
    security: 51,
    part: 'requests',
    why: 'Requests are not encrypted by contract: an encrypted Body is no operation, an EncryptedKey no child of Security. Answers are tested instead.',
  },
  {
    security: 63,
    part: 'a demanded reference to the token',
    why: 'The contract signs Timestamp and Body only. A token that is signed all the same is verified, and another certificate for the same key does not make a request new.',
  },
  {
    security: 66,
    part: 'requests, and equal times',
    why: 'The service decrypts nothing. The caller decrypts answers that it asked for, and has one error for every way in which that fails.',
  },
  { security: 67, part: 'requests', why: 'As 66.' },
  {
    security: 68,
    part: 'GCM',
    why: 'No known client of the contract reads GCM, so it is neither made nor taken. Keys and vectors of what is made are tested to be new each time.',
  },
  { security: 81, part: 'OCSP', why: 'Revocation is judged by lists; nothing is asked while a request waits.' },
  {
    security: 93,
    part: 'scripts in compressed parts of a PDF, macros, octets after the end of a picture',
    why: "A document is held against the type that its sender names while it streams; it is not unpacked, and what a viewer of that type does with it is the viewer's.",
  },
  { security: 103, part: 'HTTP/2', why: 'The server speaks HTTP/1.1 only.' },
];
