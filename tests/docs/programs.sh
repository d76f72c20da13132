#!/usr/bin/env bash
# programs.sh NAME ARGUMENT...: the programs that the blocks of the documents call, by scripts of their names in a
# directory before all others in PATH. Servers get free ports and are ended again:
#
# - a server in the foreground is awaited until it is ready, then ended by SIGTERM; its log is what it printed;
# - with KEEP_RUNNING set ("command &" in a block) it goes on; its process's number is in a file in $DOCS_LOGS.
#
# DOCS_DENO, DOCS_MAIN: deno and main.ts. DOCS_SERVER: the server's command line. DOCS_PORT: the document's server.
# DOCS_SPARE_PORT: for a server that names no port. DOCS_TERMINAL: set if clients would print to one. DOCS_PATH: PATH without these programs.
set -u

server=($DOCS_SERVER)
# Clients print as they do on a terminal, if the command's output goes to one for a reader.
terminal=(${DOCS_TERMINAL:+--no-raw})

# run_server COMMAND... -- ARGUMENT...
run_server() {
  local command=()
  while [ "$1" != "--" ]; do
    command+=("$1")
    shift
  done
  shift
  case "${1-}" in
    -v | --version | -h | --help) PATH=$DOCS_PATH exec "${command[@]}" "$@" ;;
  esac
  local first=()
  # A configuration file, or "-", stays the first argument.
  if [ $# -gt 0 ] && [ "${1#--}" = "$1" ]; then
    first=("$1")
    shift
  fi
  case " $* " in
    *" --port "*) ;;
    *) set -- --port "$DOCS_SPARE_PORT" "$@" ;;
  esac
  # Five seconds of waiting for further replicas would tell nothing.
  set -- --repl-diskless-sync-delay 0 "$@"
  local log
  log=$(mktemp "$DOCS_LOGS/XXXXXX")
  # The process's number is in the file $log.pid as long as it runs.
  (
    PATH=$DOCS_PATH "${command[@]}" ${first[@]+"${first[@]}"} "$@" <&0 &
    echo "$!" >"$log.pid"
    wait "$!"
    status=$?
    rm "$log.pid"
    exit "$status"
  ) <&0 >"$log" 2>&1 &
  local supervisor=$! tries=0 ready='Ready to accept connections'
  # Nodes of a cluster write the same log.
  case " $* " in *" --cluster-local "*) ready='nodes accept connections' ;; esac
  until grep -q "$ready" "$log"; do
    if ! kill -0 "$supervisor" 2>/dev/null || [ $((tries += 1)) -gt 400 ]; then
      cat "$log"
      wait "$supervisor"
      exit $?
    fi
    sleep 0.05
  done
  [ -n "${KEEP_RUNNING-}" ] && exit 0
  kill -TERM "$(cat "$log.pid")"
  wait "$supervisor"
  local status=$?
  cat "$log"
  exit "$status"
}

# The command line of a task of deno.json stands in $DOCS_TASKS as "name command...".
run_task() {
  local name=$1 line words
  shift
  line=$(grep "^$name " "$DOCS_TASKS") || { echo "no task $name" >&2; exit 1; }
  words=(${line#* })
  case "$name" in
    start | start:*)
      # What follows main.ts belongs to the server.
      local command=()
      while [ "${words[0]}" != "$DOCS_MAIN" ]; do
        command+=("${words[0]}")
        words=("${words[@]:1}")
      done
      run_server "${command[@]}" "${words[0]}" -- ${words[@]:1} "$@"
      ;;
    *) PATH=$DOCS_PATH exec "${words[@]}" "$@" ;;
  esac
}

program=$1
shift
case "$program" in
  deno)
    [ "${1-}" = task ] && { shift; run_task "$@"; }
    words=()
    for word; do
      [ "$word" = main.ts ] && word=$DOCS_MAIN
      words+=("$word")
    done
    PATH=$DOCS_PATH exec "$DOCS_DENO" "${words[@]}"
    ;;
  npx)
    case "${2-}" in
      deno@*) shift 2; [ "${1-}" = task ] && { shift; run_task "$@"; } ;;
    esac
    PATH=$DOCS_PATH exec npx "$@"
    ;;
  mini-redis)
    case "${1-}" in
      cli) shift; exec "${server[@]}" cli -p "$DOCS_PORT" ${terminal[@]+"${terminal[@]}"} "$@" ;;
      bench | check-aof | check-rdb | dump | restore) exec "${server[@]}" "$@" ;;
      server) shift ;;
    esac
    run_server "${server[@]}" -- "$@"
    ;;
  redis-server) run_server redis-server -- "$@" ;;
  redis-cli) PATH=$DOCS_PATH exec redis-cli -p "$DOCS_PORT" ${terminal[@]+"${terminal[@]}"} "$@" ;;
  redis-benchmark) PATH=$DOCS_PATH exec redis-benchmark -p "$DOCS_PORT" "$@" ;;
esac
