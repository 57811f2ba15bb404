/**
 * One item, and no more. Generator functions stand at the top of their files: V8 gives each that is made anew a hidden class in the old
 * generation, which keeps what the function can see until the next great collection, long after its message has been answered.
 */
export async function* once<T>(item: T): AsyncGenerator<T, void> {
  yield item;
}
