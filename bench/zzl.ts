import { readFileSync } from 'node:fs';
import { train } from '#app/ml/learners/train.ts';
import { trainInWorker } from '#app/ml/learners/train.ts';
import { RowTeam } from '#app/ml/matrix/row-team.ts';
export async function run({rows}:{rows:number}) {
  const f=(n:string)=>{const b=readFileSync(`/tmp/penstock-bench-data/${n}-${rows}.f32`);return new Float32Array(b.buffer,b.byteOffset,b.byteLength/4);};
  const X=new Float32Array(new SharedArrayBuffer(rows*112)); X.set(f('X')); const y=Float64Array.from(f('y'));
  const features=Array.from({length:28},(_,j)=>`f${j}`);
  let log:string[]=[]; const best:Record<string,number>={};
  for (const name of ['moments','logistic'] as const) { const old=(RowTeam.prototype as any)[name]; (RowTeam.prototype as any)[name]=function(...a:any[]){const t=performance.now();const r=old.apply(this,a);const d=performance.now()-t;log.push(`${name} ${name==='logistic'?JSON.stringify([a[1].curvature,a[1].spread]):''} ${d.toFixed(3)}`);return r;}; }
  let total=1e9,lines:string[]=[];
  for(let i=0;i<(rows>5e5?20:200);i++){ log=[]; const a=performance.now(); await trainInWorker({task:'classification',matrix:X,target:y,rows,features,classes:2,algorithm:'logistic-regression',params:{penalty:'l2',strength:1,l1Ratio:.5,classWeights:'none',maxIterations:500,tolerance:1e-6},seed:1} as any,{check(){},cancelled:()=>false,progress(){},send(){}} as any); const d=performance.now()-a; if(d<total){total=d;lines=log;} }
  return {total,lines};
}
