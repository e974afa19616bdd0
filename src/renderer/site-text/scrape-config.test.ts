import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { scrapeConfig } from './scrape-config.ts';

it('is YAML that names the console and the file of the token, whatever its path holds', () => {
  const file = '/var/lib/shadow tape/"a": #b/metrics-token';
  expect(parse(scrapeConfig('127.0.0.1:9470', file))).toEqual({
    scrape_configs: [
      {
        job_name: 'shadowtape',
        authorization: { credentials_file: file },
        static_configs: [{ targets: ['127.0.0.1:9470'] }],
      },
    ],
  });
});
