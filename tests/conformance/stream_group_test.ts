import { conformance, masked, notCompared, on, receive, since72, waits } from "./runner.ts";
import type { StepInput } from "./runner.ts";

/** Times, and what 7.2 tells of consumers and 7.0 does not. */
const TIMES = new RegExp(
  [
    /[*%]\d+\r\n(?=\$4\r\nname\r\n\$\d+\r\n[^\r]*\r\n\$(?:7\r\npending|9\r\nseen-time))/.source,
    /\$4\r\nidle\r\n:\d+\r\n(?:\$8\r\ninactive\r\n:-?\d+\r\n)?/.source,
    /\$9\r\nseen-time\r\n:\d+\r\n(?:\$11\r\nactive-time\r\n:-?\d+\r\n)?/.source,
    /:\d+\r\n(?=:-?\d+\r\n)/.source,
  ].join("|"),
);

function timeless(...inputs: StepInput[]) {
  return masked(TIMES, ...inputs);
}

conformance("stream: XGROUP", [
  `
  XGROUP CREATE s g 0
  XGROUP CREATE s g $ MKSTREAM
  XINFO GROUPS s
  XINFO STREAM s
  XGROUP CREATE s g $ MKSTREAM
  XGROUP CREATE s g 0
  XGROUP CREATE s h x
  XGROUP CREATE s h -
  XGROUP CREATE s h +
  XGROUP CREATE s h 1-x MKSTREAM
  XGROUP CREATE t h x MKSTREAM
  EXISTS t
  XGROUP CREATE s h 0 ENTRIESREAD
  XGROUP CREATE s h 0 ENTRIESREAD x
  XGROUP CREATE s h 0 ENTRIESREAD -2
  XGROUP CREATE s h 0 FOO
  XGROUP CREATE s h 0 MKSTREAM MKSTREAM MKSTREAM MKSTREAM
  XGROUP CREATE s h 0 ENTRIESREAD 9223372036854775807
  XGROUP CREATE s i 5-5 ENTRIESREAD -1 MKSTREAM
  XGROUP CREATE s
  XGROUP CREATE s g
  XINFO GROUPS s
  XADD s 1-1 a 1
  XINFO GROUPS s
  XGROUP SETID s g $
  XGROUP SETID s g 0 ENTRIESREAD 5
  XGROUP SETID s g -
  XGROUP SETID s g +
  XINFO GROUPS s
  XGROUP SETID s g x
  XGROUP SETID s none 0
  XGROUP SETID none g 0
  XGROUP SETID s g 0 MKSTREAM
  XGROUP SETID s g 0 ENTRIESREAD 1 ENTRIESREAD 2
  XGROUP SETID s g 0 ENTRIESREAD -3
  XGROUP CREATECONSUMER s g c
  XGROUP CREATECONSUMER s g c
  XGROUP CREATECONSUMER s g b
  XGROUP CREATECONSUMER s none c
  XGROUP CREATECONSUMER none g c
  XGROUP CREATECONSUMER s g
  XGROUP CREATECONSUMER s g c d
  XGROUP DELCONSUMER s g c
  XGROUP DELCONSUMER s g c
  XGROUP DELCONSUMER s none c
  XGROUP DELCONSUMER none g c
  XGROUP DESTROY s h
  XGROUP DESTROY s h
  XGROUP DESTROY none h
  XGROUP DESTROY s
  XGROUP HELP
  XGROUP FOO
  XGROUP FOO a b c
  XGROUP
  XINFO GROUPS s
  SET str x
  XGROUP CREATE str g 0
  XGROUP CREATE str g 0 MKSTREAM
  XGROUP DESTROY str g
  XINFO HELP
  XINFO FOO
  XINFO
  XINFO STREAM
  XINFO STREAM none
  XINFO STREAM str
  XINFO GROUPS none
  XINFO GROUPS s s
  XINFO CONSUMERS none g
  XINFO CONSUMERS s none
  XINFO STREAM s FOO
  XINFO STREAM s FULL COUNT
  XINFO STREAM s FULL COUNT x
  XINFO STREAM s FULL FOO 1
  XINFO STREAM s FULL COUNT 1 x
  XADD empty 1-1 a b
  XINFO GROUPS empty
  XINFO STREAM empty FULL
  `,
  timeless("XINFO CONSUMERS s g"),
  ["XGROUP", "CREATE", "s", "bin\x00\xff\r\n", "0"],
  "XINFO GROUPS s",
  ["XINFO", "CONSUMERS", "s", "no\x00\xff\r\n"],
  ["XINFO", "CONSUMERS", "s", "no\xff\r\n"],
]);

conformance("stream: XREADGROUP, XACK, XPENDING", [
  `
  XADD s 1-1 a 1
  XADD s 1-2 a 2
  XADD s 1-3 a 3
  XADD t 5-5 b 1
  XGROUP CREATE s g 0
  XREADGROUP GROUP g c STREAMS s t > >
  XGROUP CREATE t g $
  XREADGROUP GROUP g c COUNT 1 STREAMS s >
  XREADGROUP GROUP g c STREAMS s 0
  XREADGROUP GROUP g d STREAMS s 0
  XREADGROUP GROUP g d COUNT 1 STREAMS s t > >
  XREADGROUP GROUP g e NOACK STREAMS s >
  XREADGROUP GROUP g e STREAMS s >
  XREADGROUP GROUP g e STREAMS s t > >
  XREADGROUP GROUP g e STREAMS s t 0 >
  XREADGROUP GROUP g c STREAMS s ${"18446744073709551615-18446744073709551615"}
  XREADGROUP GROUP g c COUNT 1 STREAMS s s 0 0
  XREADGROUP GROUP g c STREAMS s $
  XREADGROUP GROUP g c STREAMS s x
  XREADGROUP GROUP g c STREAMS s -
  XREADGROUP GROUP g c STREAMS s
  XREADGROUP GROUP g c
  XREADGROUP GROUP g c COUNT 1 FOO STREAMS s >
  XREADGROUP COUNT 1 NOACK STREAMS s >
  XREADGROUP STREAMS s t u 0 0 0
  XREADGROUP GROUP none c STREAMS s >
  XREADGROUP GROUP g c STREAMS none >
  XREADGROUP GROUP g c BLOCK x STREAMS s >
  XREADGROUP GROUP g c BLOCK -1 STREAMS s >
  XREADGROUP GROUP g c BLOCK 5 STREAMS s >
  XPENDING s g
  XPENDING t g
  XPENDING s none
  XPENDING none g
  XPENDING s g -
  XPENDING s g - +
  XPENDING s g - + x
  XPENDING s g x + 1
  XPENDING s g - x 1
  XPENDING s g - + 10 none
  XPENDING s g - + 0
  XPENDING s g - + -1
  XPENDING s g IDLE 10 - +
  XPENDING s g IDLE x - + 10
  XPENDING s g IDLE 10
  XPENDING s g - + 10 c d e f
  XPENDING s g (18446744073709551615-18446744073709551615 + 1
  XPENDING s g - (0-0 1
  `,
  timeless(
    `
    XPENDING s g - + 10
    XPENDING s g - + 1
    XPENDING s g (1-1 + 10
    XPENDING s g - (1-2 10
    XPENDING s g - + 10 d
    XPENDING s g - + 10 c d
    XPENDING s g IDLE 0 - + 10
    XPENDING s g IDLE 1000000 - + 10
    XPENDING s g IDLE 0 - + 10 d
    XINFO STREAM s FULL
    XINFO STREAM s FULL COUNT 1
    XINFO STREAM s FULL COUNT 0
    XINFO STREAM s FULL COUNT -1
    XINFO GROUPS s
    XINFO CONSUMERS s g
  `,
  ),
  `
  XDEL s 1-1
  XREADGROUP GROUP g c STREAMS s 0
  XACK s g 1-1 9-9
  XACK s g 1-1
  XACK s g x
  XACK s none 1-1
  XACK none g 1-1
  XACK none g x
  XACK s g
  XPENDING s g
  XGROUP SETID s g 0
  XREADGROUP GROUP g c STREAMS s >
  XPENDING s g
  XGROUP DELCONSUMER s g c
  XPENDING s g
  XGROUP DELCONSUMER s g d
  SET str x
  XACK str g 1
  XPENDING str g
  XREADGROUP GROUP g c STREAMS str >
  XREADGROUP GROUP g c STREAMS s str > >
  MULTI
  XREADGROUP GROUP g c BLOCK 0 STREAMS s >
  EXEC
  `,
  since72(
    "XREADGROUP GROUP g c STREAMS s t >",
    "-ERR Unbalanced 'xreadgroup' list of streams: for each stream key an ID or '>' must be specified.",
  ),
]);

conformance("stream: XCLAIM", [
  `
  XADD s 1-1 a 1
  XADD s 1-2 a 2
  XADD s 1-3 a 3
  XADD s 1-4 a 4
  XGROUP CREATE s g 0
  XREADGROUP GROUP g c COUNT 2 STREAMS s >
  XCLAIM s g d 0 1-1
  XCLAIM s g d 1000000 1-2
  XCLAIM s g d 0 1-3
  XCLAIM s g d 0 1-3 FORCE
  XCLAIM s g d 0 1-3 1-2 9-9 JUSTID
  XCLAIM s g e 0 1-4 FORCE JUSTID
  XCLAIM s g e 0 1-1 IDLE 500000 RETRYCOUNT 7
  XCLAIM s g d 400000 1-1 1-2
  XCLAIM s g e 0 1-1 TIME 1 RETRYCOUNT -1
  XCLAIM s g e 0 1-1 TIME -5 retrycount 0
  XCLAIM s g e -5 1-1 TIME 99999999999999 RETRYCOUNT 9223372036854775807
  XCLAIM s g e 0 1-1 LASTID 1-3 JUSTID
  XCLAIM s g e 0 9-1 LASTID 1-2
  XINFO GROUPS s
  XCLAIM s g e x 1-1
  XCLAIM s g e 0 x
  XCLAIM s g e 0 1-1 x 1-2
  XCLAIM s g e 0 1-1 IDLE
  XCLAIM s g e 0 1-1 IDLE x
  XCLAIM s g e 0 1-1 TIME x
  XCLAIM s g e 0 1-1 RETRYCOUNT x
  XCLAIM s g e 0 1-1 LASTID x
  XCLAIM s g e 0 1-1 FORCE 1-2
  XCLAIM s g e 0 FORCE
  XCLAIM s g e 0
  XCLAIM s none e 0 1-1
  XCLAIM none g e 0 1-1
  XCLAIM none g e x 1-1
  XDEL s 1-2 1-4
  XCLAIM s g f 0 1-2 1-4 1-1
  XCLAIM s g f 0 1-2 FORCE
  XPENDING s g
  SET str x
  XCLAIM str g c 0 1-1
  `,
  timeless("XPENDING s g - + 10", "XINFO CONSUMERS s g", "XINFO STREAM s FULL"),
]);

conformance("stream: XAUTOCLAIM", [
  `
  XADD s 1-1 a 1
  XADD s 1-2 a 2
  XADD s 1-3 a 3
  XADD s 1-4 a 4
  XADD s 1-5 a 5
  XGROUP CREATE s g 0
  XREADGROUP GROUP g c STREAMS s >
  XAUTOCLAIM s g d 0 - COUNT 2
  XAUTOCLAIM s g d 0 1-3 COUNT 2
  XAUTOCLAIM s g d 1000000 0
  XAUTOCLAIM s g d 0 (1-4
  XAUTOCLAIM s g e 0 0 JUSTID
  XAUTOCLAIM s g e 0 0 COUNT 1 JUSTID
  XDEL s 1-2 1-4
  XAUTOCLAIM s g f 0 0 COUNT 2
  XAUTOCLAIM s g f 0 0
  XAUTOCLAIM s g f 0 0
  XAUTOCLAIM s g f 0 9-9
  XAUTOCLAIM s g f 0 +
  XAUTOCLAIM s g f 0 (18446744073709551615-18446744073709551615
  XAUTOCLAIM s g f x 0
  XAUTOCLAIM s g f 0 x
  XAUTOCLAIM s g f 0 0 COUNT 0
  XAUTOCLAIM s g f 0 0 COUNT -1
  XAUTOCLAIM s g f 0 0 COUNT x
  XAUTOCLAIM s g f 0 0 COUNT 9223372036854775807
  XAUTOCLAIM s g f 0 0 COUNT
  XAUTOCLAIM s g f 0 0 FOO
  XAUTOCLAIM s none f 0 0
  XAUTOCLAIM none g f 0 0
  XAUTOCLAIM none g f x 0
  XAUTOCLAIM s g
  XPENDING s g
  SET str x
  XAUTOCLAIM str g c 0 0
  `,
  timeless("XPENDING s g - + 10", "XINFO CONSUMERS s g", "XINFO STREAM s FULL"),
]);

conformance("stream: XAUTOCLAIM looks at ten entries for each asked for", [
  Array.from({ length: 30 }, (_, i) => `XADD s 1-${i + 1} a ${i}`).join("\n"),
  `
  XGROUP CREATE s g 0
  XREADGROUP GROUP g c STREAMS s >
  XCLAIM s g c 0 1-25 1-26 IDLE 1000000 JUSTID
  XAUTOCLAIM s g d 500000 0 COUNT 1 JUSTID
  XAUTOCLAIM s g d 500000 1-11 COUNT 1 JUSTID
  XAUTOCLAIM s g d 500000 1-21 COUNT 1 JUSTID
  XAUTOCLAIM s g d 500000 1-26 COUNT 3 JUSTID
  `,
]);

conformance("stream: entries-read and lag", [
  `
  XGROUP CREATE s g $ MKSTREAM
  XINFO GROUPS s
  XADD s 1-0 a 1
  XADD s 2-0 a 1
  XADD s 3-0 a 1
  XADD s 4-0 a 1
  XADD s 5-0 a 1
  XGROUP CREATE s g1 1-0
  XGROUP CREATE s g2 2-0
  XGROUP CREATE s g5 $
  XGROUP CREATE s g9 9-0
  XINFO GROUPS s
  XREADGROUP GROUP g c COUNT 1 STREAMS s >
  XREADGROUP GROUP g1 c COUNT 1 STREAMS s >
  XREADGROUP GROUP g2 c COUNT 1 STREAMS s >
  XINFO GROUPS s
  XDEL s 3-0
  XINFO GROUPS s
  XREADGROUP GROUP g c COUNT 1 STREAMS s >
  XREADGROUP GROUP g1 c COUNT 2 STREAMS s >
  XREADGROUP GROUP g2 c STREAMS s >
  XINFO GROUPS s
  XDEL s 1-0
  XDEL s 5-0
  XINFO GROUPS s
  XTRIM s MAXLEN 1
  XINFO GROUPS s
  XTRIM s MAXLEN 0
  XINFO GROUPS s
  XADD s 6-0 a 1
  XREADGROUP GROUP g c STREAMS s >
  XINFO GROUPS s
  XSETID s 7-0 ENTRIESADDED 20
  XINFO GROUPS s
  XADD s 8-0 a 1
  XINFO GROUPS s
  XREADGROUP GROUP g1 c STREAMS s >
  `,
]);

conformance("stream: XREADGROUP BLOCK", [
  "XGROUP CREATE s g $ MKSTREAM",
  "XGROUP CREATE s h $",
  waits("b", "XREADGROUP GROUP g c BLOCK 0 STREAMS s >", 1),
  waits("c", "XREADGROUP GROUP g d BLOCK 0 STREAMS s >", 2),
  waits("d", "XREADGROUP GROUP h d BLOCK 0 NOACK STREAMS s >", 3),
  "XADD s 1-1 a 1",
  receive("b"),
  receive("d"),
  "XADD s 1-2 a 1",
  receive("c"),
  "XPENDING s g",
  "XPENDING s h",
  on("b", "XREADGROUP GROUP g c BLOCK 0 STREAMS s 0"),
  on("b", "XREADGROUP GROUP g c BLOCK 10 STREAMS s >"),
]);

const noGroup = (key: string) =>
  `-NOGROUP No such key '${key}' or consumer group 'g' in XREADGROUP with GROUP option`;

/** What a client that waits is told after `inputs`: 7.2 runs its command again, 7.0 has a text of its own. */
function endOfWait(name: string, inputs: StepInput[], expected: string) {
  conformance(`stream: XREADGROUP BLOCK and ${name}`, [
    "XGROUP CREATE s g $ MKSTREAM",
    waits("b", "XREADGROUP GROUP g c BLOCK 0 STREAMS s >"),
    ...inputs,
    on("b", since72("PING", expected)),
    on("b", notCompared("the answer to PING", receive("b"))),
  ]);
}

endOfWait("XGROUP DESTROY", ["XGROUP DESTROY s g"], noGroup("s"));
endOfWait("DEL", ["DEL s"], noGroup("s"));
endOfWait("another type", ["SET s x"], "-WRONGTYPE Operation against a key holding the wrong kind of value");
endOfWait("RENAME", ["RENAME s t"], noGroup("s"));
endOfWait("FLUSHALL", ["FLUSHALL"], noGroup("s"));
