/** What Prometheus needs in its configuration to read the metrics of the console. */

/**
 * @param target HOST:PORT of the console
 * @param tokenFile path of the file that has the token; a double-quoted string of YAML is one of JSON
 */
export const scrapeConfig = (target: string, tokenFile: string): string =>
  [
    'scrape_configs:',
    '  - job_name: shadowtape',
    `    authorization: { credentials_file: ${JSON.stringify(tokenFile)} }`,
    `    static_configs: [{ targets: [${JSON.stringify(target)}] }]`,
    '',
  ].join('\n');
