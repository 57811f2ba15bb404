import cluster, { type Worker } from 'node:cluster';
import { AggregatorRegistry, type Registry, type RegistryContentType } from 'prom-client';

/** A process asks the one that started it for the metrics of all, or is told them. */
interface Question {
  readonly metricsFor: number;
}
interface Answer extends Question {
  /** Undefined: they could not be had in time. */
  readonly text: string | undefined;
}

const isQuestion = (message: unknown): message is Question =>
  typeof message === 'object' && message !== null && 'metricsFor' in message;

/** Answers what a process asks about the metrics of all of them. */
export function answerMetrics(worker: Worker, all: AggregatorRegistry<RegistryContentType>): void {
  worker.on('message', (message: unknown) => {
    if (!isQuestion(message)) return;
    const { metricsFor } = message;
    const tell = (text: string | undefined): void => {
      if (worker.isConnected()) worker.send({ metricsFor, text } satisfies Answer);
    };
    all.clusterMetrics().then(tell, () => tell(undefined));
  });
}

/**
 * How the metrics of this installation are read: those of this process, or of all that share its port.
 * @throws Error when another process does not tell its own in time
 */
export function metricsReader(own: Registry): () => Promise<string> {
  if (!cluster.isWorker) return () => own.metrics();
  // What makes this process answer when the one that started it asks for its numbers.
  new AggregatorRegistry();
  AggregatorRegistry.setRegistries(own);
  const waiting = new Map<number, (answer: Answer) => void>();
  let last = 0;
  process.on('message', (message: unknown) => {
    if (!isQuestion(message)) return;
    waiting.get(message.metricsFor)?.(message as Answer);
    waiting.delete(message.metricsFor);
  });
  return () =>
    new Promise((resolve, reject) => {
      waiting.set(++last, ({ text }) => {
        if (text === undefined) reject(new Error('the metrics of all processes could not be had'));
        else resolve(text);
      });
      process.send?.({ metricsFor: last } satisfies Question);
    });
}
