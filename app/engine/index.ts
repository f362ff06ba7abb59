export { hookSecret, answerHook } from './automation/hooks.ts';
export { checkProject, type CiReport } from './ci/check.ts';
export { ciMarkdown } from './ci/markdown.ts';
export { workflowFile, workflowPath } from './ci/workflow.ts';
export { exportContract, importContract } from './contracts/contract-file.ts';
export { learnContract } from './contracts/learn.ts';
export { loadCatalogue, type EngineCatalogue, type EngineNodeType } from './catalogue.ts';
export { ConnectionStore, Connections, secretsOf, userConfigDir } from './connections/index.ts';
export { removeConnection as forgetConnection, saveConnection } from './connections/changes.ts';
export { describeDocument } from './description/describe-document.ts';
export { doctor, type DoctorCheck } from './doctor.ts';
export { addKeyFile, changePassphrase, decryptProject, encryptProject, newRecoveryKeyOf, rotateKey } from './encryption/keys.ts';
export { plainFiles, type PlainFiles } from './encryption/plain-files.ts';
export { Engine, type EngineOptions, type StartRun } from './engine.ts';
export { compareRuns } from './history/compare-runs.ts';
export { listViews, showView } from './features/show.ts';
export { describeGpuPlan, installGpu, planGpuInstall } from './gpu/install.ts';
export { monitorReport } from './monitoring/report.ts';
export { appPlaces } from './places.ts';
export { findProject, type ProjectPlace } from './project/find-project.ts';
export { seedSamples } from './project/samples.ts';
export { buildPack, InstalledPacks, newPackKey, newPackSource, packFacts, pinPack, publicKeyFileSchema, readPack, readPins, shownFingerprint, signPack, unpinPack } from './packs/index.ts';
export type { PipelineRun } from './run/pipeline-run.ts';
export { exportReport, type ExportedReport } from './reports/export.ts';
export { artifactsOf } from './results/value-codec.ts';
export { exportVersion } from './registry/export.ts';
export { importOnnx } from './registry/import-onnx.ts';
export { comparison, listModels, recipeSentence, versionDetail, versionSummary } from './registry/overview.ts';
export { person, Registry } from './registry/registry.ts';
export { createRouter, type EngineRouter } from './router.ts';
export { cardExtensions, cardText, type CardFormat } from './trace/card/write-card.ts';
export { holdsProject, isTrustedFolder, restrictedError, TrustedProjects } from './trust/index.ts';
export { trustReport, type TrustReport } from './trust/report.ts';
export { exportCroissant } from './trace/croissant/export.ts';
export { graphDot } from './trace/graph/dot.ts';
export { reproduceRun, type Reproduction } from './trace/reproduce.ts';
export { auditFormats, auditText, writeAudit, type AuditFormat } from './trace/audit-text.ts';
export { modelStages, type ModelStage } from '#app/store/index.ts';
export { datasetOfFile } from './trace/dataset-uses.ts';
export { batchScore, type BatchScoreOptions, type BatchScored } from './serving/batch-score.ts';
export { readServerSettings as serverSettingsOf } from '#app/store/index.ts';
export { scoreFile, type ScoreOptions } from './score.ts';

import { Engine, type EngineOptions } from './engine.ts';

/** Opens a project of a person: one from elsewhere is restricted until they trust it. @throws PenstockError of the store; see `Engine.open`. */
export function createEngine(options: EngineOptions): Promise<Engine> {
  return Engine.open({ trust: 'ask', ...options });
}
export { restoreStore } from '#app/store/index.ts';
