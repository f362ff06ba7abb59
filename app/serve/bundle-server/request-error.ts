/** What is wrong with a request: an HTTP status and a sentence for the caller. */
export class RequestError extends Error {
  override readonly name = 'RequestError';
  readonly status: number;
  readonly code: string;
  readonly field: string | undefined;
  readonly remedy: string | undefined;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, code: string, message: string, options: { field?: string; remedy?: string; headers?: Readonly<Record<string, string>> } = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.field = options.field;
    this.remedy = options.remedy;
    this.headers = options.headers ?? {};
  }
}
