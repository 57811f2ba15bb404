/** What a server under test has used since its start: microseconds of processor time on all its threads, and octets of memory. */
export interface Usage {
  readonly cpu: number;
  readonly rss: number;
}

/*
 * Loaded before the server's own code (node --import), so that the gateway runs unchanged: answers each message of the benchmark with what
 * this process has used.
 */
process.on('message', () => {
  const { user, system } = process.cpuUsage();
  process.send?.({ cpu: user + system, rss: process.memoryUsage.rss() } satisfies Usage);
});
