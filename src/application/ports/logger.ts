export type LogFields = Readonly<Record<string, unknown>>

/** Structured lines. Never give it a token, a secret, a signature or what a customer wrote; errors go in as `error`. */
export interface Logger {
  debug(event: string, fields?: LogFields): void
  info(event: string, fields?: LogFields): void
  warn(event: string, fields?: LogFields): void
  error(event: string, fields?: LogFields): void
  /** The same logger with `fields` on every line. */
  with(fields: LogFields): Logger
}
