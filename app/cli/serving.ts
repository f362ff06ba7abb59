import { InvalidArgumentError, type Command } from 'commander';
import { tokenScopes, type TokenScope } from '#app/core/serving.ts';
import type { Terminal } from './terminal.ts';
import { createToken, listServers, listTokens, revokeToken, serveModels, stopServer, steerTraffic, type ServeModelOptions, type TrafficOptions } from './model-servers.ts';
import { scoreModel, type ScoreModelOptions } from './score-model.ts';

const projectHelp = 'project folder (default: the nearest)';
const collect = (value: string, list: string[] | undefined): string[] => [...(list ?? []), value];

function number(least: number, most: number, whole = true): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() !== '' && value >= least && value <= most && (!whole || Number.isInteger(value))) return value;
    throw new InvalidArgumentError(`It must be a ${whole ? 'whole ' : ''}number from ${least} to ${most}.`);
  };
}

/** `penstock model serve|servers|traffic|token|score`: serving's part of the group. */
export function servingCommands(model: Command, terminal: Terminal, done: (work: Promise<number>) => Promise<void>): void {
  model
    .command('serve <models...>')
    .description('answer requests with registered models: NAME, NAME@3, NAME@ALIAS, NAME@production; an alias that is moved is followed at once')
    .option('--project <folder>', projectHelp)
    .option('--name <name>', 'name of the server (default: that of the first model)')
    .option('--port <number>', 'port; 0 for any free one', number(0, 65_535), 8080)
    .option('--host <address>', 'address to listen at; beyond this machine tokens and TLS are needed', '127.0.0.1')
    .option('--canary <model=percent>', 'answer a part of the requests with another version, as in churn@challenger=10 or churn@challenger=10:customer_id (by a column)', collect)
    .option('--shadow <model>', 'also ask this version, compare, and never answer with it; may be repeated', collect)
    .option('--log-rate <share>', 'share of requests that are written to requests/, 0 to 1', number(0, 1, false), 1)
    .option('--redact <column=how>', 'drop or hash a column in the request log; may be repeated', collect)
    .option('--keep-days <days>', 'days that the request log is kept', number(0.01, 3650, false), 30)
    .option('--keep-mb <megabytes>', 'megabytes that the request log may take for each model', number(1, 1_000_000), 1024)
    .option('--require-features', 'refuse requests whose features cannot be looked up (422) instead of taking them as missing')
    .option('--token-file <file>', 'tokens that are let in, one a line')
    .option('--needs-token', 'ask for a token on this machine, too')
    .option('--tls-cert <file>', 'certificate (PEM)')
    .option('--tls-key <file>', 'key of the certificate (PEM)')
    .option('--queue <requests>', 'requests of a model that may wait; more get 429', number(1, 100_000), 512)
    .option('--timeout <seconds>', 'longest time for a request', number(0.01, 3600, false), 30)
    .option('--max-body <bytes>', 'largest request', number(1024, 2 ** 31), 16 << 20)
    .option('--max-rows <rows>', 'most records in a request', number(1, 10_000_000), 10_000)
    .action((models: string[], options: ServeModelOptions) => done(serveModels(models, options, terminal)));
  model
    .command('servers')
    .description('list the model servers of the project')
    .option('--project <folder>', projectHelp)
    .option('--json', 'print JSON')
    .option('--stop <name>', 'stop this one')
    .action((options: { project?: string; json?: boolean; stop?: string }) => done(options.stop === undefined ? listServers(options, terminal) : stopServer(options.stop, options, terminal)));
  model
    .command('traffic <server>')
    .description('change who answers while a server runs')
    .option('--project <folder>', projectHelp)
    .option('--canary <model=percent>', 'as for serve; =0 takes the canary away', collect)
    .option('--shadow <model>', 'as for serve; NAME@none takes the shadow away', collect)
    .option('--log-rate <share>', 'share of requests that are written', number(0, 1, false))
    .action((server: string, options: TrafficOptions) => done(steerTraffic(server, options, terminal)));
  const token = model.command('token').description('tokens that model servers of the project let in');
  token
    .command('create <name>')
    .description('make a token; it is shown once')
    .option('--project <folder>', projectHelp)
    .option('--scope <scope>', `${tokenScopes.join(' or ')}; may be repeated`, (text: string, list: TokenScope[] | undefined): TokenScope[] => {
      const scope = tokenScopes.find((one) => one === text);
      if (scope === undefined) throw new InvalidArgumentError(`It must be ${tokenScopes.join(' or ')}.`);
      return [...(list ?? []), scope];
    })
    .option('--days <days>', 'days until it expires (default: never)', number(0.01, 36_500, false))
    .action((name: string, options: { project?: string; scope?: TokenScope[]; days?: number }) => done(createToken(name, options, terminal)));
  token.command('list').description('list the tokens').option('--project <folder>', projectHelp).option('--json', 'print JSON').action((options: { project?: string; json?: boolean }) => done(listTokens(options, terminal)));
  token.command('revoke <id>').description('refuse a token from now on').option('--project <folder>', projectHelp).action((id: string, options: { project?: string }) => done(revokeToken(id, options, terminal)));
  model
    .command('score <model>')
    .description('predict for the rows of files of any size; a run that was ended goes on where it was')
    .requiredOption('--input <file>', 'CSV or Parquet file, or a pattern such as data/*.parquet in quotes; may be repeated', collect)
    .requiredOption('--output <file>', 'Parquet file to write')
    .option('--project <folder>', projectHelp)
    .option('--keep <columns>', 'columns of the input that the output has, separated by commas (default: all)')
    .option('--part-rows <rows>', 'rows that are scored and kept at once', number(1000, 10_000_000), 250_000)
    .option('--json', 'print one JSON object')
    .action((reference: string, options: ScoreModelOptions) => done(scoreModel(reference, options, terminal)));
}
