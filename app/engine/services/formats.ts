import type { Database } from '#app/data/index.ts';
import type { FormatFileServices, FormatTableServices } from '#app/sdk/formats.ts';
import type { ServiceParts } from './parts.ts';

export function formatFileServices(_database: Database): FormatFileServices {
  return {};
}

export function formatTableServices(_parts: ServiceParts): FormatTableServices {
  return {};
}
