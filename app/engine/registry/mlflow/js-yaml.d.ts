declare module 'js-yaml' {
  /** @throws YAMLException. The default schema has no tags that make code run. */
  export function load(text: string, options?: { readonly json?: boolean }): unknown;
  export function dump(value: unknown, options?: { readonly lineWidth?: number; readonly noRefs?: boolean }): string;
}
