export { restrictedError, restrictedKind, restrictedKinds, type RestrictedKind } from './kinds.ts';
export { holdsProject, isTrustedFolder, ProjectTrust, trustedNodeKey, type NodeRestriction, type TrustExceptions, type TrustMode } from './project-trust.ts';
export { TrustedProjects, type TrustedProject } from './trusted-projects.ts';
