import { openScene, runScene, jobOf } from './lab-run.ts';
import type { SiteTree } from './lab-run.ts';
const scene = await openScene({ blocks: 4096, jobs: ['raw-dd','ufs-tar','ufsdump','sfxfs-tar','sfxdump','three-volumes'] });
const v: [string,string,(s:SiteTree)=>void][] = [];
for (const job of ['raw-dd','ufs-tar','ufsdump','sfxfs-tar','sfxdump']) for (const route of ['console','server']) v.push([`${job} ${route}`, job, (s)=>Object.assign(jobOf(s,job),{route})]);
v.push(['labelled','raw-dd',(s)=>Object.assign(jobOf(s),{media:{layout:'labelled'}})]);
v.push(['labelled server','raw-dd',(s)=>Object.assign(jobOf(s),{route:'server',media:{layout:'labelled'}})]);
for (const route of ['console','server'])
v.push(['two '+route,'three-volumes',(s)=>{const j=jobOf(s,'three-volumes');j.volumes=[{...j.volumes[1],method:'6d'},{...j.volumes[2],method:'6b'}];j.shadow={class:'Class2',disks:{Disk6:'c1t1d6'}};j.services={nodes:{node1:{stop:['umount /data','umount /home'],resume:['mount /data','mount /home']}}};j.media={layout:'plain',overwrite:true};j.route=route;}]);
for (const [name,job,change] of v) {
  const t=performance.now(); const c=process.cpuUsage();
  const end = await runScene(scene,{job,approveVerified:true,change:(s)=>{for(const j of Object.values(s.jobs)){j.verify={fingerprint:2,readback:true};j.media.overwrite=true;} change(s); jobOf(s,job).media.overwrite=true;}});
  const u=process.cpuUsage(c);
  console.log(name, Math.round(performance.now()-t),'ms cpu',Math.round((u.user+u.system)/1000), end.exitStatus,end.verdict,end.sentence);
  if (process.argv[2]) for (const e of end.events) if (e.type==='intent' && e.changes) console.log('   ',e.step,e.host,e.line.split('\n')[0]?.slice(0,110));
  await scene.lab.copyingFinished();
  if (end.events.some(e=>e.type==='label')) { await scene.lab.ejectCartridge(); await scene.lab.insertCartridge('tape'+name.replace(' ','')); }
}
await scene.close();
