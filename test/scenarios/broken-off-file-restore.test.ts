import { brokenFileRestores } from '../support/broken-file-restore.ts';
import { fileRestores } from '../support/file-restores.ts';

await brokenFileRestores(fileRestores, { here: 6, processes: 1 });
