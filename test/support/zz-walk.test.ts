import fc from 'fast-check';
import { acts } from './random-acts.ts';
import { RandomWalk } from './random-walk.ts';
const samples = fc.sample(acts, {seed: Number(process.env["SEED"]), numRuns: Number(process.env["RUNS"] ?? 3)});
for (const list of samples) {
  const walk = await RandomWalk.begin();
  try { for (const a of list) { const t=Date.now(); console.log('>>', JSON.stringify(a)); await walk.do(a); console.log('   ', Date.now()-t, 'ms', walk.log.split('\n{').at(-1)!.replace(/\n/g,'\n      ').slice(-900)); } await walk.bringBack(); console.log('OK', walk.log.split('\n').slice(-6).join('\n')); }
  catch (e) { console.log('!!', (e as Error).message.slice(0,6000), (e as Error).stack?.split('\n').filter(l=>l.includes('/work')).slice(0,6).join('\n')); }
  finally { await walk.close(); }
}
import {it} from 'vitest'; it('x',()=>{});
