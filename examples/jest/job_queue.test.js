const { Redis } = require("ioredis");
const { startServer } = require("mini-redis");
const { addJob, finishJob, requeueLostJobs, takeJob } = require("./job_queue.js");

let server;
let redis;

beforeAll(async () => {
  server = await startServer();
  redis = new Redis(server.url);
  await server.load({ jobs: ['{"send":"invoice 1"}', '{"send":"invoice 2"}'] });
  await server.snapshot();
});

// Every test finds two jobs in the queue.
beforeEach(() => server.rollback());

afterAll(async () => {
  redis.disconnect();
  await server.stop();
});

test("jobs come in the order in which they were added", async () => {
  await addJob(redis, { send: "invoice 3" });
  for (const number of [1, 2, 3]) {
    expect(await takeJob(redis, 1)).toEqual({ send: `invoice ${number}` });
  }
});

test("a worker waits for a job", async () => {
  await server.flush();
  const taken = takeJob(redis, 30);
  await server.call("RPUSH", "jobs", '{"send":"invoice 4"}');
  expect(await taken).toEqual({ send: "invoice 4" });
});

test("a worker doesn't wait for ever", async () => {
  await server.flush();
  const taken = takeJob(redis, 30);
  await blockedClients(1);
  await server.clock.advance("30s");
  expect(await taken).toBeNull();
});

test("a job whose worker died is done by another", async () => {
  const job = await takeJob(redis, 1);
  await server.clock.advance("59s");
  expect(await requeueLostJobs(redis)).toBe(0);
  await server.clock.advance("1s");
  expect(await requeueLostJobs(redis)).toBe(1);
  expect(await takeJob(redis, 1)).toEqual(job);
});

test("a finished job is not done again", async () => {
  await finishJob(redis, await takeJob(redis, 1));
  await server.clock.advance("1h");
  expect(await requeueLostJobs(redis)).toBe(0);
  expect(await server.call("LRANGE", "jobs", 0, -1)).toEqual(['{"send":"invoice 2"}']);
});

/** Waits until so many clients are blocked. */
async function blockedClients(count) {
  while (!(await server.call("INFO", "clients")).includes(`blocked_clients:${count}`)) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
