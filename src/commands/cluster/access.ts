/** ASKING, READONLY and READWRITE: what a node of a cluster may answer to the client. */

import { Category } from "../../command/acl_category.ts";
import { FAST, LOADING, STALE } from "../../command/flags.ts";
import { defineCommand } from "../../command/spec.ts";
import { mayWait } from "../blocking.ts";
import { member } from "./member.ts";

export const asking = defineCommand({
  name: "ASKING",
  group: "cluster",
  since: "3.0.0",
  summary: "Lets the next command use a slot that is being imported.",
  complexity: "O(1)",
  flags: FAST,
  categories: Category.CONNECTION,
  run(ctx) {
    member(ctx);
    // At the end of a transaction there is no command left that it could be for.
    if (mayWait(ctx)) ctx.client.setAsking(2);
    ctx.reply.ok();
  },
});

export const readonly = defineCommand({
  name: "READONLY",
  group: "cluster",
  since: "3.0.0",
  summary: "Allows reads from this replica of a cluster.",
  complexity: "O(1)",
  flags: LOADING | STALE | FAST,
  categories: Category.CONNECTION,
  run(ctx) {
    member(ctx);
    ctx.client.readOnly = true;
    ctx.reply.ok();
  },
});

export const readwrite = defineCommand({
  name: "READWRITE",
  group: "cluster",
  since: "3.0.0",
  summary: "Ends the reads from this replica of a cluster.",
  complexity: "O(1)",
  flags: LOADING | STALE | FAST,
  categories: Category.CONNECTION,
  run(ctx) {
    member(ctx);
    ctx.client.readOnly = false;
    ctx.reply.ok();
  },
});
