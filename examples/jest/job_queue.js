/**
 * A queue of jobs. A worker has a minute for a job; if it isn't done by then, another worker gets it.
 *
 * Keys: `jobs` (list) those that wait, `jobs:running` (sorted set) those taken, with the millisecond at which
 * their time is up.
 */

const TIME_FOR_A_JOB_MS = 60_000;

/** Puts a job at the end of the queue. */
async function addJob(redis, job) {
  await redis.rpush("jobs", JSON.stringify(job));
}

/** The next job; waits up to `seconds` for one, then null. */
async function takeJob(redis, seconds) {
  const popped = await redis.blpop("jobs", seconds);
  if (popped === null) return null;
  await redis.zadd("jobs:running", await serverTime(redis) + TIME_FOR_A_JOB_MS, popped[1]);
  return JSON.parse(popped[1]);
}

/** To be called by the worker that has done the job. */
async function finishJob(redis, job) {
  await redis.zrem("jobs:running", JSON.stringify(job));
}

/** Puts jobs whose time is up back into the queue, at its head; how many. */
async function requeueLostJobs(redis) {
  const lost = await redis.zrange("jobs:running", "-inf", await serverTime(redis), "BYSCORE");
  if (lost.length === 0) return 0;
  await redis.multi().zrem("jobs:running", ...lost).lpush("jobs", ...lost).exec();
  return lost.length;
}

/** Milliseconds: the server's clock is the one that all workers have in common. */
async function serverTime(redis) {
  const [seconds, microseconds] = await redis.time();
  return Number(seconds) * 1000 + Math.floor(Number(microseconds) / 1000);
}

module.exports = { addJob, finishJob, requeueLostJobs, takeJob };
