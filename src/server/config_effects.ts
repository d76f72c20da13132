/**
 * What CONFIG SET changes in a running server, besides what other parts follow by themselves.
 *
 * @module
 */

import type { Services } from "../commands/services.ts";
import type { encodingDirectives } from "../config/directives_data.ts";
import type { EncodingLimits } from "../data/encoding_limits.ts";
import type { Log } from "../observability/log.ts";
import type { DecoderLimits } from "../resp/decoder.ts";
import { byteStringToUtf8, utf8ToByteString } from "../util/byte_string.ts";
import { ListenError, type Listeners } from "./listener.ts";
import { refuseUnsupported } from "./unsupported.ts";
import { systemReason } from "../util/system_reason.ts";

type EncodingDirective = Exclude<keyof typeof encodingDirectives, "hll-sparse-max-bytes">;

/** The parts of a server that the configuration reaches and commands don't. */
export interface ConfiguredParts {
  readonly limits: DecoderLimits;
  readonly listeners: Listeners;
}

/** Connects the configuration with the parts. The values at start are in force already. */
export function installConfigEffects(services: Services, { limits, listeners }: ConfiguredParts): void {
  const { config, log, dispatcher } = services;
  config.onChange(["proto-max-bulk-len"], () => {
    limits.maxBulkSize = config.get("proto-max-bulk-len");
    return null;
  });
  config.onChange(["loglevel"], () => {
    log.level = config.get("loglevel");
    return null;
  });
  config.onChange(["latency-tracking"], () => {
    // While it was off the times were taken all the same, but nobody was to see them.
    if (config.get("latency-tracking")) dispatcher.resetLatencies();
    return null;
  });
  listeners.onLateFailure = (error) => logLines(log, error);
  config.onChange(
    ["port"],
    () => rebind(services, listeners, "Unable to listen on this port. Check server logs."),
  );
  config.onChange(["bind"], () => rebind(services, listeners, "Failed to bind to specified addresses."));
  config.onChange(["dir"], () => changeDirectory(services));
  followEncodingLimits(services);
  refuseUnsupported(config);
}

/** Each limit with its directive. */
const ENCODING_LIMITS: Record<keyof EncodingLimits, EncodingDirective> = {
  hashMaxListpackEntries: "hash-max-listpack-entries",
  hashMaxListpackValue: "hash-max-listpack-value",
  listMaxListpackSize: "list-max-listpack-size",
  listCompressDepth: "list-compress-depth",
  setMaxIntsetEntries: "set-max-intset-entries",
  setMaxListpackEntries: "set-max-listpack-entries",
  setMaxListpackValue: "set-max-listpack-value",
  zsetMaxListpackEntries: "zset-max-listpack-entries",
  zsetMaxListpackValue: "zset-max-listpack-value",
  streamNodeMaxBytes: "stream-node-max-bytes",
  streamNodeMaxEntries: "stream-node-max-entries",
};

function followEncodingLimits({ config, keyspace }: Services): void {
  for (const [limit, directive] of Object.entries(ENCODING_LIMITS)) {
    const follow = () => {
      keyspace.limits[limit as keyof EncodingLimits] = config.get(directive);
      return null;
    };
    follow();
    config.onChange([directive], follow);
  }
}

function rebind({ log }: Services, listeners: Listeners, refusal: string): string | null {
  try {
    listeners.rebind();
    return null;
  } catch (error) {
    if (!(error instanceof ListenError)) throw error;
    logLines(log, error);
    return refusal;
  }
}

function logLines(log: Log, { message }: ListenError): void {
  for (const line of message.split("\n")) log.warning(line);
}

/** The value becomes absolute, so that it stays true. */
function changeDirectory({ config, persistence }: Services): string | null {
  try {
    const path = persistence.directory.change(byteStringToUtf8(config.get("dir")));
    config.setFromArguments("dir", [utf8ToByteString(path)]);
    return null;
  } catch (error) {
    return systemReason(error);
  }
}
