export { buildPack, newPackKey, newPackSource, signPack } from './build.ts';
export { readPack, shownFingerprint, type Pack } from './format.ts';
export { InstalledPacks, pinPack, readPins, unpinPack } from './installed.ts';
export { publicKeyFileSchema } from './keys.ts';
export { packFacts, withPacks, type LoadedPack, type LoadedPacks } from './load.ts';
