import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  Manifest,
  ManifestError,
  parseManifest,
  temporaryManifestName,
} from "../../../src/persistence/aof/manifest.ts";
import { Random } from "../../../src/util/random.ts";

const TEXT = "file appendonly.aof.2.base.rdb seq 2 type b\n" +
  "file appendonly.aof.1.base.rdb seq 1 type h\n" +
  "file appendonly.aof.1.incr.aof seq 1 type h\n" +
  "file appendonly.aof.2.incr.aof seq 2 type i\n" +
  "file appendonly.aof.5.incr.aof seq 5 type i\n";

function reasonFor(text: string): string {
  return assertThrows(() => parseManifest(text), ManifestError).message;
}

Deno.test("manifest: a text is read and written the same", () => {
  const manifest = parseManifest(TEXT);
  assertEquals(manifest.base, { name: "appendonly.aof.2.base.rdb", sequence: 2 });
  assertEquals(manifest.history.map(({ sequence }) => sequence), [1, 1]);
  assertEquals(manifest.lastIncrement, { name: "appendonly.aof.5.incr.aof", sequence: 5 });
  assertEquals(manifest.files.length, 3);
  assertEquals(manifest.format(), TEXT);
});

Deno.test("manifest: names are quoted when they have to be", () => {
  for (const name of ["with space", 'quote"d', "new\nline", "\xff\x00\x80", "ünd", "#x"]) {
    const text = new Manifest().withNewIncrement(name).format();
    assertEquals(parseManifest(text).lastIncrement!.name, `${name}.1.incr.aof`);
  }
  assert(new Manifest().withNewBase("a b", "rdb").format().startsWith('file "a b.1.base.rdb" seq 1'));
});

Deno.test("manifest: order of words, case, comments, further keys and blanks do not matter", () => {
  const manifest = parseManifest(
    "# a comment\n \tTYPE b SEQ 3 file x startoffset 12 \r\n#\nfile y type incremental seq 7x\n",
  );
  assertEquals(manifest.base, { name: "x", sequence: 3 });
  assertEquals(manifest.increments, [{ name: "y", sequence: 7 }]);
  assertEquals(parseManifest("#\n").isEmpty, true);
});

Deno.test("manifest: what is wrong is refused in the original's words", () => {
  const line = "file a seq 1 type b\n";
  assertEquals(reasonFor(""), "Found an empty AOF manifest");
  assertEquals(reasonFor(line + "\n"), "Invalid AOF manifest file format");
  assertEquals(reasonFor("file a seq 1\n"), "Invalid AOF manifest file format");
  assertEquals(reasonFor("file a seq 1 type b odd\n"), "Invalid AOF manifest file format");
  assertEquals(reasonFor('file "a seq 1 type b\n'), "Invalid AOF manifest file format");
  assertEquals(reasonFor("file a seq 0 type b\n"), "Invalid AOF manifest file format");
  assertEquals(reasonFor("file a seq x type b\n"), "Invalid AOF manifest file format");
  assertEquals(reasonFor('file "" seq 1 type b\n'), "Invalid AOF manifest file format");
  assertEquals(reasonFor('file a seq 1 type ""\n'), "Invalid AOF manifest file format");
  assertEquals(reasonFor("name a seq 1 type b\n"), "Invalid AOF manifest file format");
  assertEquals(reasonFor("file a seq 99999999999999999999 type b\n"), "Invalid AOF manifest file format");
  assertEquals(reasonFor("file a/b seq 1 type b\n"), "File can't be a path, just a filename");
  assertEquals(reasonFor(line + line), "Found duplicate base file information");
  assertEquals(reasonFor("file a seq 1 type x\n"), "Unknown AOF file type");
  assertEquals(
    reasonFor("file a seq 2 type i\nfile b seq 2 type i\n"),
    "Found a non-monotonic sequence number",
  );
  assertEquals(reasonFor("file a seq -1 type i\n"), "Found a non-monotonic sequence number");
  assertEquals(reasonFor("file a seq 1 type b"), "The AOF manifest file contains too long line");
  assertEquals(
    reasonFor(`file ${"a".repeat(1020)} seq 1 type b\n`),
    "The AOF manifest file contains too long line",
  );
});

Deno.test("manifest: the report shows the line, if there is one", () => {
  const error = assertThrows(() => parseManifest("#\nfile a seq 1\n"), ManifestError);
  assertEquals(error.report, [
    "*** FATAL AOF MANIFEST FILE ERROR ***",
    "Reading the manifest file, at line 2",
    ">>> 'file a seq 1'",
    "Invalid AOF manifest file format",
  ]);
  assertEquals(assertThrows(() => parseManifest(""), ManifestError).report.length, 2);
});

Deno.test("manifest: a rewrite makes the right successors", () => {
  let manifest = new Manifest().withNewBase("a", "aof").withNewIncrement("a");
  manifest = manifest.withNewIncrement("a");
  manifest = manifest.withNewBase("a", "rdb").withRetiredIncrements(1);
  assertEquals(
    manifest.format(),
    "file a.2.base.rdb seq 2 type b\nfile a.1.incr.aof seq 1 type h\nfile a.1.base.aof seq 1 type h\n" +
      "file a.2.incr.aof seq 2 type i\n",
  );
  assertEquals(manifest.withoutHistory().history, []);
  assertEquals(temporaryManifestName("a"), "temp-a.manifest");
});

Deno.test("manifest: names of the history are not given anew", () => {
  const retired = new Manifest().withNewBase("a", "rdb").withNewIncrement("a").withRetiredIncrements(0);
  assertEquals(retired.withNewIncrement("a").lastIncrement!.name, "a.2.incr.aof");
  assertEquals(retired.withoutHistory().withNewIncrement("a").lastIncrement!.name, "a.1.incr.aof");
});

Deno.test("manifest: random damage gives another manifest or an error, nothing else", () => {
  const random = new Random(7);
  for (let round = 0; round < 20_000; round++) {
    const characters = [...TEXT];
    for (let i = 1 + random.below(3); i > 0; i--) {
      const at = random.below(characters.length);
      const kind = random.below(3);
      const character = String.fromCharCode(random.below(256));
      if (kind === 0) characters[at] = character;
      else if (kind === 1) characters.splice(at, 1 + random.below(20));
      else characters.splice(at, 0, character);
    }
    try {
      const manifest = parseManifest(characters.join(""));
      assertEquals(parseManifest(manifest.isEmpty ? "#\n" : manifest.format()).files, manifest.files);
    } catch (error) {
      if (!(error instanceof ManifestError)) throw error;
    }
  }
});
