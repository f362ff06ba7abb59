import packageJson from '../../package.json' with { type: 'json' };

/** Version of this Penstock, as its package says. */
export const penstockVersion: string = packageJson.version;
