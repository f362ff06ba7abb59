type Job = () => Promise<void>;

const waiting: Job[] = [];
let busy = false;

/**
 * Draws charts one after another, a frame between two, so that a page of thirty charts scrolls and answers while it fills.
 * @returns a function that takes the job back if it has not begun.
 */
export function queueDrawing(job: Job): () => void {
  waiting.push(job);
  if (!busy) void work();
  return () => {
    const place = waiting.indexOf(job);
    if (place >= 0) waiting.splice(place, 1);
  };
}

async function work(): Promise<void> {
  busy = true;
  for (let job = waiting.shift(); job !== undefined; job = waiting.shift()) {
    // A chart reports its own failure; the next one is drawn all the same.
    await job().catch(() => undefined);
    await nextFrame();
  }
  busy = false;
}

/** A hidden page has no frames; a timer goes on. */
function nextFrame(): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, 100);
    requestAnimationFrame(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}
