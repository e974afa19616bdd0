import { fileRestores } from '../support/file-restores.ts';
import { rivalFileRestores } from '../support/rival-file-restore.ts';

await rivalFileRestores(fileRestores, 6);
