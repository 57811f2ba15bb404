/** A letter in Altinn that was delivered and not opened. */
export interface UlestBrev {
  readonly shipmentId: string;
  readonly eksternRef: string;
  /** Organisation number. */
  readonly mottaker: string;
  readonly levert: Date;
}

export interface Ulestoppslag {
  /** Letters of one sender to businesses that were delivered before `til` and had not been opened then; by reference, each of them once. */
  uleste(avsender: string, til: Date): AsyncIterable<UlestBrev>;
}
