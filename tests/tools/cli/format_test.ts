import { assertEquals } from "@std/assert";
import { redisAvailable } from "../../harness.ts";
import { FixedServer, runOurs, runReal } from "./support.ts";

/** Replies of every type and shape that redis-cli 7.0 knows. */
const REPLIES = [
  "+OK\r\n",
  '+st"at\\us\r\n',
  '-ERR bad "x"\r\n',
  ":-5\r\n",
  ":9223372036854775807\r\n",
  "$-1\r\n",
  "$0\r\n\r\n",
  '$15\r\na"\\\0\x7f\x80\xc3\xa9\n\t\r\b\x07\x0cz\r\n',
  "*0\r\n",
  "*-1\r\n",
  "_\r\n",
  "#t\r\n",
  ",1.50\r\n",
  ",-inf\r\n",
  '=8\r\ntxt:a\nb"\r\n',
  "=4\r\nmkd:\r\n",
  "~0\r\n",
  "%0\r\n",
  "~2\r\n+a\r\n*2\r\n:1\r\n:2\r\n",
  "*2\r\n-ERR in\r\n+OK\r\n",
  "*3\r\n$0\r\n\r\n$-1\r\n*-1\r\n",
  "*2\r\n*2\r\n+a\r\n*0\r\n%2\r\n+k\r\n*2\r\n:1\r\n~1\r\n:2\r\n+z\r\n%0\r\n",
  `*11\r\n*1\r\n*12\r\n${":1\r\n".repeat(12)}${":2\r\n".repeat(10)}`,
  `%11\r\n${"+k\r\n:1\r\n".repeat(10)}*1\r\n+kk\r\n%2\r\n+x\r\n*2\r\n+1\r\n+2\r\n+y\r\n$-1\r\n`,
  '%2\r\n$1\r\n"\r\n:1\r\n:5\r\n+x\r\n',
  "%2\r\n*1\r\n+a\r\n:1\r\n#t\r\n+x\r\n",
  "%1\r\n_\r\n,1.5\r\n",
  "%2\r\n,1.5\r\n,-inf\r\n-ERR a\r\n-ERR b\r\n",
  "%1\r\n%1\r\n+a\r\n+b\r\n%1\r\n+a\r\n+b\r\n",
  "%1\r\n%2\r\n+a\r\n+b\r\n+c\r\n+d\r\n~1\r\n+a\r\n",
  "*1\r\n>1\r\n+a\r\n",
  "%1\r\n+a\r\n>2\r\n+x\r\n+y\r\n",
  "%1\r\n+a\r\n*1\r\n*2\r\n+x\r\n+y\r\n",
  "%2\r\n+a\r\n=6\r\ntxt:\n\n\r\n+b\r\n*1\r\n+x\r\n",
  "*2\r\n*1\r\n*2\r\n+a\r\n+b\r\n*1\r\n*0\r\n",
  "*2\r\n*2\r\n%2\r\n+k\r\n+v\r\n+k2\r\n%1\r\n+k\r\n~2\r\n:1\r\n:2\r\n+l\r\n+end\r\n",
  ">2\r\n$10\r\ninvalidate\r\n*2\r\n$1\r\na\r\n$3\r\nb'c\r\n+OK\r\n",
  ">2\r\n$10\r\ninvalidate\r\n_\r\n+OK\r\n",
  ">2\r\n$10\r\ninvalidate\r\n*0\r\n+OK\r\n",
  ">3\r\n$7\r\nmessage\r\n$1\r\nc\r\n$1\r\nd\r\n+OK\r\n",
];

const FORMS = [
  ["--no-raw"],
  ["-3", "--no-raw"],
  ["--raw"],
  ["--raw", "-d", ";", "-D", "|\n"],
  ["--csv"],
  ["--json"],
  ["-2", "--quoted-json"],
];

Deno.test({
  name: "cli: each reply in each form is what redis-cli prints",
  ignore: !redisAvailable(),
  async fn() {
    using server = new FixedServer();
    server.answers = REPLIES;
    for (const form of FORMS) {
      const args = [
        "-p",
        String(server.port),
        "--show-pushes",
        "yes",
        "-r",
        String(REPLIES.length),
        ...form,
        "GET",
      ];
      const [ours, real] = await Promise.all([runOurs(args), runReal(args)]);
      assertEquals(ours, real, form.join(" "));
    }
  },
});

Deno.test({
  name: "cli: answers that are text are printed bare, as redis-cli does",
  ignore: !redisAvailable(),
  async fn() {
    using server = new FixedServer();
    server.answers = ["$2\r\na\n\r\n"];
    const commands = [
      "info",
      "INFO a",
      "lolwut version 5",
      "debug htstats 0",
      "debug object k",
      "memory doctor x",
    ];
    commands.push("cluster nodes", "cluster nodes x", "cluster slots", "client list x", "client no-evict");
    commands.push(
      "latency graph e",
      "latency graph",
      "latency doctor",
      "latency doctor x",
      "proxy info",
      "proxy",
    );
    for (const command of commands) {
      for (const form of ["--no-raw", "--raw", "--json"]) {
        const args = ["-p", String(server.port), form, ...command.split(" ")];
        const [ours, real] = await Promise.all([runOurs(args), runReal(args)]);
        assertEquals(ours, real, `${form} ${command}`);
      }
    }
  },
});

Deno.test("cli: what redis-cli 7.0 doesn't know is printed all the same", async () => {
  using server = new FixedServer();
  const print = async (answer: string, ...form: string[]) => {
    server.answers = [answer];
    return (await runOurs(["-p", String(server.port), ...form, "GET", "x"])).output;
  };
  assertEquals(await print("(123\r\n", "--no-raw"), "(big number) 123\n");
  assertEquals(await print("(123\r\n", "--json"), "123\n");
  assertEquals(await print("|1\r\n+ttl\r\n:1\r\n$1\r\nv\r\n", "--no-raw"), '"v"\n');
  assertEquals(await print("|1\r\n+ttl\r\n:1\r\n$1\r\nv\r\n", "--csv"), '"v"\n');
  assertEquals(await print("!5\r\nERR x\r\n", "--no-raw"), "(error) ERR x\n");
  assertEquals(await print(",nan\r\n", "--raw"), "nan\n");
});
