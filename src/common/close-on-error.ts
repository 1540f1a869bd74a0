// Closes a resource if a later step fails.

/** Returns the result of `next`. Errors: those of `next`, after `close` was called. */
export async function closeOnError<Result>(
  close: () => void | Promise<void>,
  next: () => Result | Promise<Result>,
): Promise<Result> {
  try {
    return await next();
  } catch (error) {
    await close();
    throw error;
  }
}
