#!/bin/sh
# What the container runs, with the arguments that the image of Redis takes: options, a configuration file, or a command.
# docs/container.md tells which variables it reads. "healthcheck" as the only argument asks the server how it is.
set -eu

fail() {
  echo "entrypoint: $1" >&2
  exit 1
}

# The variable that is named, or what the file that NAME_FILE names holds; nothing if neither is set.
setting() {
  eval "text=\${$1:-} file=\${$1_FILE:-}"
  [ -z "$text" ] || [ -z "$file" ] || fail "$1 and $1_FILE are both set"
  [ -n "$file" ] || { printf '%s' "$text" && return; }
  cat "$file" || fail "$1_FILE can't be read"
}

# An argument of a directive, in quotes.
quoted() {
  printf '"%s"' "$(printf '%s' "$1" | sed 's/[\\"]/\\&/g')"
}

# Whether the configuration file leaves a directive to its default. One with "include" may say it elsewhere.
leaves_open() {
  [ -z "$configuration" ] || ! grep -Eiqs "^[[:space:]]*($1|include)[[:space:]]" "$configuration"
}

password=$(setting REDIS_PASSWORD)
port=$(setting REDIS_PORT)
case $port in
  # Kubernetes sets REDIS_PORT to such an address where a service is called "redis".
  *://*) port= ;;
  *[!0-9]*) fail "REDIS_PORT is no number: $port" ;;
esac
case $password in
  *"
"*) fail "REDIS_PASSWORD has more than one line" ;;
esac

if [ "$*" = healthcheck ]; then
  [ -z "$password" ] || export REDISCLI_AUTH="$password"
  answer=$(mini-redis cli -h 127.0.0.1 -p "${port:-6379}" ping 2>&1) || true
  case $answer in
    # A server that wants another password, has a full disk or has lost its master does answer.
    *PONG* | *NOAUTH* | *MISCONF* | *MASTERDOWN*) exit 0 ;;
  esac
  echo "$answer"
  exit 1
fi

case ${1:-} in
  "" | -* | *.conf | server | cli | bench | check-aof | check-rdb | dump | restore) set -- mini-redis "$@" ;;
esac
program=$1
case "$program ${2:-}" in
  "mini-redis server") shift 2 ;;
  "mini-redis cli" | "mini-redis bench" | "mini-redis check-"* | "mini-redis dump" | "mini-redis restore") exec "$@" ;;
  *" -v" | *" --version" | *" -h" | *" --help") exec "$@" ;;
  "mini-redis "* | "redis-server "*) shift ;;
  *) exec "$@" ;;
esac

configuration=
case ${1:-} in
  "" | -*) ;;
  *) configuration=$1 ;;
esac

# The server reads these lines from its standard input, so that no password stands in the list of processes: after the
# configuration file, before the options.
lines=
add() {
  lines="$lines$1
"
}
! leaves_open bind || add 'bind * -::*'
! leaves_open protected-mode || add 'protected-mode no'
[ -z "$port" ] || add "port $port"
[ -z "$password" ] || add "requirepass $(quoted "$password")"
[ -z "$password" ] || add "masterauth $(quoted "$password")"

# Configuration that the user sends comes behind.
last=
for last; do :; done
if [ "$last" = - ] || [ "${1:-}" = - ]; then
  lines="$lines$(cat)"
else
  set -- "$@" -
fi

# Nobody else needs to read the data.
[ "$(umask)" != 0022 ] || umask 0077
exec "$program" "$@" <<EOF
$lines
EOF
