/**
 * DEBUG PROTOCOL: a reply of each type.
 *
 * @module
 */

import { CommandError, Errors } from "../../resp/errors.ts";
import type { Reply } from "../../resp/reply.ts";

/** A reply by its name, in Redis's order. */
const REPLIES: Readonly<Record<string, (reply: Reply) => void>> = {
  string: (reply) => reply.bulkText("Hello World"),
  integer: (reply) => reply.integer(12345),
  double: (reply) => reply.double(3.141),
  bignum: (reply) => reply.bigNumber("1234567999999999999999999999999999999"),
  null: (reply) => reply.nullReply(),
  array: (reply) => {
    reply.arrayHeader(3);
    for (let i = 0; i < 3; i++) reply.integer(i);
  },
  set: (reply) => {
    reply.setHeader(3);
    for (let i = 0; i < 3; i++) reply.integer(i);
  },
  map: (reply) => {
    reply.mapHeader(3);
    for (let i = 0; i < 3; i++) {
      reply.integer(i);
      reply.boolean(i === 1);
    }
  },
  attrib: (reply) => {
    if (reply.resp3) {
      reply.attributeHeader(1);
      reply.bulkText("key-popularity");
      reply.arrayHeader(2);
      reply.bulkText("key:123");
      reply.integer(90);
    }
    // An attribute is no reply: one has to follow.
    reply.bulkText("Some real reply following the attribute");
  },
  push: (reply) => {
    if (!reply.resp3) throw Errors.RESP2_NOT_SUPPORTED;
    reply.pushHeader(2);
    reply.bulkText("server-cpu-usage");
    reply.integer(42);
    reply.bulkText("Some real reply following the push reply");
  },
  verbatim: (reply) => reply.verbatim("txt", "This is a verbatim\nstring"),
  true: (reply) => reply.boolean(true),
  false: (reply) => reply.boolean(false),
};

const UNKNOWN_TYPE = new CommandError(
  `ERR Wrong protocol type name. Please use one of the following: ${Object.keys(REPLIES).join("|")}`,
);

/** Writes the reply of type `name`, in any case. */
export function writeProtocolExample(reply: Reply, name: string): void {
  const type = name.toLowerCase();
  if (!Object.hasOwn(REPLIES, type)) throw UNKNOWN_TYPE;
  REPLIES[type](reply);
}
