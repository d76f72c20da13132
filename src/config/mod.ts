/** Configuration: typed directives, redis.conf, the command line, CONFIG GET, SET and REWRITE. */

export { splitArguments } from "./arguments.ts";
export {
  type CommandLine,
  type FileReader,
  load,
  localClusterSize,
  parseCommandLine,
} from "./command_line.ts";
export {
  type ChangeListener,
  Config,
  type Declaration,
  type LineOrigin,
  type UpdateOrigin,
} from "./config.ts";
export {
  type ConfigValues,
  DIRECTIVE_NAMES,
  type DirectiveName,
  DIRECTIVES,
  findDirective,
} from "./directives.ts";
export {
  type ClientClass,
  NOTIFY,
  type OutputBufferLimit,
  type OutputBufferLimits,
  type PrimaryAddress,
  type SaveRule,
} from "./directives_special.ts";
export {
  applyConfigText,
  ConfigFileError,
  ConfigReadError,
  type ConfigSource,
  type DirectiveLine,
  directiveLines,
  type IncludeReader,
} from "./parse_file.ts";
export { rewriteConfig, type RewriteOptions } from "./rewrite.ts";
export {
  ConfigValueError,
  DENY_LOADING,
  type Directive,
  type DirectiveKind,
  HIDDEN,
  IMMUTABLE,
  MEANINGLESS,
  MULTIPLE,
  PROTECTED,
  SENSITIVE,
} from "./types.ts";
