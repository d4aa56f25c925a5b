#!/usr/bin/env bash
# Starts the two servers that Navigator needs (RabbitMQ 4 with its management UI, PostgreSQL 17 with pgvector), for developers,
# tests and CI. Takes the first source that works:
#   1. NAVIGATOR_RABBITMQ and NAVIGATOR_POSTGRES in the environment: these servers are used, and none is started;
#   2. a Docker engine that has the images named in .env or can pull them;
#   3. Debian with apt: Debian trixie's packages, unpacked into a cache folder and run in bubblewrap. Only bubblewrap
#      is installed on the host. Cold about 40 s, warm about 5 s, 0.5 GB.
#
# usage: services.sh up|down|env|ctl|prometheus
#   up    start the servers that are not running, with their data; wait until they answer; print settings as NAME=value lines
#   env   print the settings of the running servers
#   ctl   run rabbitmqctl with the arguments that follow (Debian's packages only)
#   prometheus  print the folder of the programs prometheus and promtool; get them from Debian's packages if there are none
#   down  stop the servers that up started, and delete their data; also the containers that tests started
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cache=${NAVIGATOR_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/navigator}
state=${NAVIGATOR_STATE:-/tmp/navigator-services-$(id -u)}
root=$cache/trixie-v2
# Not the servers' default ports, because a developer may run other servers there. Below the ports that the system assigns to clients.
export NAVIGATOR_AMQP_PORT=${NAVIGATOR_AMQP_PORT:-29672} NAVIGATOR_MANAGEMENT_PORT=${NAVIGATOR_MANAGEMENT_PORT:-29673}
export NAVIGATOR_RABBITMQ_METRICS_PORT=${NAVIGATOR_RABBITMQ_METRICS_PORT:-29674} NAVIGATOR_POSTGRES_PORT=${NAVIGATOR_POSTGRES_PORT:-29432}
# For fault tests: separate servers that a test may kill (packages), and more than one broker. Node n listens on each port plus
# 10 · (n − 1).
way=${NAVIGATOR_WAY:-} nodes=${NAVIGATOR_RABBITMQ_NODES:-1}
# A folder that both servers see as /run/files. It may contain certificates (ca.pem, cert.pem, key.pem) and the broker's
# definitions.json. With certificates both servers use TLS too, the broker on NAVIGATOR_AMQPS_PORT.
files=${NAVIGATOR_SERVER_FILES:-}
# Further options of PostgreSQL, such as -c fsync=off for a server whose data is discarded.
postgres_options=${NAVIGATOR_POSTGRES_OPTIONS:-}
dist_port=${NAVIGATOR_DIST_PORT:-29675} epmd_port=${NAVIGATOR_EPMD_PORT:-29676}
packages=(rabbitmq-server postgresql-17 postgresql-17-pgvector poppler-utils
  base-files base-passwd dash bash coreutils sed grep mawk procps util-linux)

say() { echo "services.sh: $*" >&2; }
die() { say "$*"; exit 1; }

settings() {
  echo "NAVIGATOR_RABBITMQ=${NAVIGATOR_RABBITMQ:-amqp://navigator:navigator@127.0.0.1:$NAVIGATOR_AMQP_PORT/}"
  echo "NAVIGATOR_RABBITMQ_MANAGEMENT=${NAVIGATOR_RABBITMQ_MANAGEMENT:-http://navigator:navigator@127.0.0.1:$NAVIGATOR_MANAGEMENT_PORT}"
  echo "NAVIGATOR_POSTGRES=${NAVIGATOR_POSTGRES:-Host=127.0.0.1;Port=$NAVIGATOR_POSTGRES_PORT;Username=navigator;Password=navigator;Database=postgres}"
  [ -n "${NAVIGATOR_RABBITMQ:-}" ] || echo "NAVIGATOR_RABBITMQ_METRICS=127.0.0.1:$NAVIGATOR_RABBITMQ_METRICS_PORT"
  local pdftotext; pdftotext=$(command -v pdftotext || { [ ! -x "$cache/bin/pdftotext" ] || echo "$cache/bin/pdftotext"; })
  [ -z "$pdftotext" ] || echo "NAVIGATOR_PDFTOTEXT=$pdftotext"
  local name; for name in "${servers[@]}"; do [ ! -f "$state/$name.pid" ] || echo "NAVIGATOR_PID_${name^^}=$(cat "$state/$name.pid")"; done
}

servers=(postgres); for ((n = 1; n <= nodes; n++)); do servers+=("rabbitmq$n"); done
port() { echo $(($1 + 10 * ($2 - 1))); }
alive() { [ -f "$state/$1.pid" ] && grep -qa bwrap "/proc/$(cat "$state/$1.pid")/cmdline" 2>/dev/null; }
# The management page answers before the broker listens, so both are checked.
broker_answers() { (exec 3<>"/dev/tcp/127.0.0.1/$(port "$NAVIGATOR_AMQP_PORT" "$1")") 2>/dev/null && curl -fsS -m 2 -o /dev/null -u navigator:navigator "http://127.0.0.1:$(port "$NAVIGATOR_MANAGEMENT_PORT" "$1")/api/health/checks/local-alarms" 2>/dev/null; }
database_answers() { (exec 3<>"/dev/tcp/127.0.0.1/$NAVIGATOR_POSTGRES_PORT") 2>/dev/null && { [ ! -f "$state/postgres.log" ] || grep -q 'ready to accept connections' "$state/postgres.log"; }; }
running() { local n; [ -f "$state/way" ] && database_answers || return 1; for ((n = 1; n <= nodes; n++)); do broker_answers "$n" || return 1; done; }

with_docker() {
  [ "$way" != packages ] && command -v docker >/dev/null && timeout 5 docker info >/dev/null 2>&1 || return 1
  docker compose -p navigator-services -f "$here/compose.yaml" up -d --wait --quiet-pull rabbitmq postgres >"$state/docker.log" 2>&1 || {
    say "Docker answers but cannot start the servers ($(tail -n 1 "$state/docker.log")); taking Debian's packages."; return 1; }
  echo docker >"$state/way"
}

# $1: an empty folder for apt's state, so that the host's own lists and packages do not change. Sets options for apt-get.
private_apt() {
  local apt=$1 mirror
  command -v apt-get >/dev/null && [ -f /usr/share/keyrings/debian-archive-keyring.gpg ] || return 1
  chmod 755 "$apt"; mkdir -p "$apt"/{lists/partial,cache/archives/partial,etc}; : >"$apt/status"
  mirror=$(sed -n 's/^URIs: *//p' /etc/apt/sources.list.d/debian.sources 2>/dev/null | head -1)
  [ -n "$mirror" ] || mirror=$(awk '$1 == "deb" && /debian/ {print $2; exit}' /etc/apt/sources.list 2>/dev/null)
  [ -n "$mirror" ] || die "no Debian mirror is named in /etc/apt."
  echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror trixie main" >"$apt/list"
  options=(-o Dir::Etc::sourcelist="$apt/list" -o Dir::Etc::sourceparts="$apt/etc" -o Dir::Etc::preferencesparts="$apt/etc" -o Dir::State="$apt"
    -o Dir::State::lists="$apt/lists" -o Dir::State::status="$apt/status" -o Dir::Cache="$apt/cache" -o APT::Install-Recommends=false
    -o APT::Sandbox::User="$(id -un)" -o Acquire::Languages=none -o Acquire::Retries=3 -o APT::Keep-Downloaded-Packages=true
    -o Binary::apt-get::APT::Keep-Downloaded-Packages=true -o Debug::NoLocking=true)
  apt-get "${options[@]}" -qq update >&2
}

unpack() { # $1: an empty folder
  local target=$1 apt d options
  apt=$(mktemp -d); private_apt "$apt"
  apt-get "${options[@]}" -qq -y --download-only install "${packages[@]}" >/dev/null
  mkdir -p "$target"/usr/{bin,sbin,lib,lib64}
  for d in bin sbin lib lib64; do ln -s "usr/$d" "$target/$d"; done
  find "$apt/cache/archives" -name '*.deb' -print0 | TARGET=$target xargs -0 -P "$(nproc)" -n 4 sh -c '
    for deb; do dpkg-deb --fsys-tarfile "$deb" | tar -x -C "$TARGET" --no-same-owner --keep-directory-symlink \
      --exclude=./usr/share/doc --exclude=./usr/share/man --exclude=./usr/share/locale; done' _
  [ -e "$target/usr/bin/awk" ] || ln -s mawk "$target/usr/bin/awk"
  mkdir -p "$target"/{proc,sys,dev,tmp,data,run/postgresql,etc}; chmod 1777 "$target/tmp" "$target/run/postgresql"
  printf 'root:x:0:0:root:/root:/bin/sh\nsvc:x:990:990:svc:/data:/bin/sh\n' >"$target/etc/passwd"
  printf 'root:x:0:\nsvc:x:990:\n' >"$target/etc/group"; echo '127.0.0.1 localhost' >"$target/etc/hosts"
  printf 'hosts: files dns\npasswd: files\ngroup: files\n' >"$target/etc/nsswitch.conf"
  rm -rf "$apt"; touch "$target/.complete"
}

with_packages() {
  command -v apt-get >/dev/null && [ -f /usr/share/keyrings/debian-archive-keyring.gpg ] ||
    die "there is no Docker engine that has the images, and no Debian packages to take instead. Set NAVIGATOR_RABBITMQ and NAVIGATOR_POSTGRES to servers of your own."
  command -v curl >/dev/null || die "curl is needed to see whether the servers answer."
  if ! command -v bwrap >/dev/null; then
    [ "$(id -u)" = 0 ] || die "bubblewrap is missing. Run: sudo apt-get install bubblewrap"
    apt-get update -qq >&2 && apt-get install -y -qq bubblewrap >/dev/null
  fi
  if [ ! -e "$root/.complete" ]; then
    say "getting Debian's packages, once (about 40 s)"
    rm -rf "$root" "$root.new"; mkdir -p "$root.new"; unpack "$root.new"; mv "$root.new" "$root"
  fi
  mkdir -p "$cache/bin"
  printf '#!/bin/sh\n# Uses the loader and libraries of the cache folder, so that the host needs none of them.\nexec %q --library-path %q %q "$@"\n' \
    "$root/usr/lib64/ld-linux-$(uname -m | tr _ -).so.2" "$root/usr/lib/$(uname -m)-linux-gnu" "$root/usr/bin/pdftotext" >"$cache/bin/pdftotext"
  chmod +x "$cache/bin/pdftotext"

  [ "$nodes" = 1 ] || alive epmd || start epmd epmd -port "$epmd_port" -address 127.0.0.1
  local n; for ((n = 1; n <= nodes; n++)); do alive "rabbitmq$n" || start_rabbitmq "$n"; done
  alive postgres || start_postgres
  echo packages >"$state/way"
}

# $1: the server's name; the rest: the command to run in the sandbox. Inside, the caller has uid 990, so that the caller owns the data folders.
sandbox() {
  local name=$1; shift; mkdir -p "$state/data/$name"
  exec setsid bwrap --unshare-user --unshare-pid --uid 990 --gid 990 --ro-bind "$root" / --proc /proc --dev /dev --tmpfs /tmp --tmpfs /run --bind "$state/data/$name" /data ${files:+--ro-bind "$files" /run/files} "$@"
}
start() { ( export HOME=/data LANG=C.UTF-8 PATH=/usr/lib/rabbitmq/bin:/usr/sbin:/usr/bin:/sbin:/bin; sandbox "$@" ) >"$state/$1.log" 2>&1 </dev/null 9>&- & echo $! >"$state/$1.pid"; }

rabbitmq_environment() {
  # Runs the server itself, because Debian's wrapper on the PATH suppresses the log.
  export RABBITMQ_NODENAME="navigator$1@localhost" RABBITMQ_NODE_IP_ADDRESS=127.0.0.1 RABBITMQ_NODE_PORT; RABBITMQ_NODE_PORT=$(port "$NAVIGATOR_AMQP_PORT" "$1")
  export RABBITMQ_DIST_PORT; RABBITMQ_DIST_PORT=$(port "$dist_port" "$1")
  export ERL_EPMD_PORT=$epmd_port ERL_EPMD_ADDRESS=127.0.0.1 RABBITMQ_MNESIA_BASE=/data/mnesia RABBITMQ_LOG_BASE=/data/log RABBITMQ_LOGS=-
  export RABBITMQ_ENABLED_PLUGINS_FILE=/data/enabled_plugins RABBITMQ_CONFIG_FILE=/data/rabbitmq.conf RABBITMQ_ADVANCED_CONFIG_FILE=/data/advanced.config RABBITMQ_PID_FILE=/data/pid
  export RABBITMQ_CONF_ENV_FILE=/dev/null RABBITMQ_GENERATED_CONFIG_DIR=/data/gen RABBITMQ_DEFAULT_USER=navigator RABBITMQ_DEFAULT_PASS=navigator
  export RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS='-kernel inet_dist_use_interface {127,0,0,1}'
}

start_rabbitmq() {
  local data=$state/data/rabbitmq$1 i; mkdir -p "$data"
  echo '[rabbitmq_management,rabbitmq_prometheus].' >"$data/enabled_plugins"
  # A quorum queue updates its counts of consumers and messages every second instead of every five, so that tests wait less.
  echo '[{rabbit, [{quorum_tick_interval, 1000}]}].' >"$data/advanced.config"
  printf 'default_queue_type = quorum\ncollect_statistics_interval = 1000\nmanagement.tcp.ip = 127.0.0.1\nmanagement.tcp.port = %s\nprometheus.tcp.ip = 127.0.0.1\nprometheus.tcp.port = %s\n' \
    "$(port "$NAVIGATOR_MANAGEMENT_PORT" "$1")" "$(port "$NAVIGATOR_RABBITMQ_METRICS_PORT" "$1")" >"$data/rabbitmq.conf"
  [ ! -f "$files/definitions.json" ] || echo 'load_definitions = /run/files/definitions.json' >>"$data/rabbitmq.conf"
  [ ! -f "$files/cert.pem" ] || printf 'listeners.ssl.1 = 127.0.0.1:%s\nssl_options.cacertfile = /run/files/ca.pem\nssl_options.certfile = /run/files/cert.pem\nssl_options.keyfile = /run/files/key.pem\nssl_options.versions.1 = tlsv1.3\n' \
    "$NAVIGATOR_AMQPS_PORT" >>"$data/rabbitmq.conf"
  if [ "$nodes" -gt 1 ]; then
    [ -f "$data/.erlang.cookie" ] || { echo -n navigator >"$data/.erlang.cookie"; chmod 400 "$data/.erlang.cookie"; }
    for ((i = 1; i <= nodes; i++)); do echo "cluster_formation.classic_config.nodes.$i = navigator$i@localhost"; done >>"$data/rabbitmq.conf"
  fi
  ( rabbitmq_environment "$1"; start "rabbitmq$1" rabbitmq-server )
}

start_postgres() {
  # The password is known to everyone, so that no iterations of its hash need to protect it. They would cost each connection 7 ms.
  ( export PGBIN=/usr/lib/postgresql/17/bin PGPORT=$NAVIGATOR_POSTGRES_PORT PGMORE=$postgres_options
    [ ! -f "$files/cert.pem" ] || PGMORE+=' -c ssl=on -c ssl_cert_file=/run/files/cert.pem -c ssl_key_file=/run/files/key.pem'
    start postgres sh -c 'printf navigator >/data/password
      [ -d /data/cluster ] || $PGBIN/initdb -D /data/cluster -U navigator --pwfile=/data/password -A scram-sha-256 -c scram_iterations=1 -E UTF8 --locale=C.UTF-8 >/dev/null
      rm -f /data/cluster/postmaster.pid # left by a server that was killed; no other server uses this folder
      exec $PGBIN/postgres -D /data/cluster -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c max_connections=500 -c scram_iterations=1 $PGMORE' )
}

wait_until_up() {
  local i name
  for i in $(seq 600); do
    running && return
    # A process that is just starting does not look alive yet. After three seconds, a process that is not alive has died.
    if [ "$i" -gt 30 ] && [ "$(cat "$state/way")" = packages ]; then for name in "${servers[@]}"; do alive "$name" || break 2; done; fi
    sleep 0.1
  done
  tail -n 5 "$state"/*.log >&2; die "the servers did not come up."
}

up() {
  if [ -n "${NAVIGATOR_RABBITMQ:-}" ] && [ -n "${NAVIGATOR_POSTGRES:-}" ]; then settings; return; fi
  mkdir -p "$cache" "$(dirname "$state")"
  # Only one caller starts the servers, because test projects start together. The servers must not inherit the lock: they would hold it until they end.
  exec 9>"$state.lock"; flock 9
  if ! running; then
    mkdir -p "$state"
    with_docker || with_packages
    wait_until_up
  fi
  flock -u 9; settings
}

# Prints a folder with prometheus and promtool: the one that NAVIGATOR_PROMETHEUS names, the one on the PATH, or that of Debian's packages.
# Only the loader and the C library come with them, because the programs need nothing else.
get_prometheus() {
  local found target=$cache/prometheus-v1 apt options name
  if [ -n "${NAVIGATOR_PROMETHEUS:-}" ]; then echo "$NAVIGATOR_PROMETHEUS"; return; fi
  found=$(dirname "$(type -P prometheus || echo /)")
  if [ -x "$found/promtool" ]; then echo "$found"; return; fi
  mkdir -p "$cache"; exec 9>"$cache/prometheus.lock"; flock 9
  if [ ! -x "$target/bin/prometheus" ]; then
    say "getting Debian's package of Prometheus, once"
    apt=$(mktemp -d); rm -rf "$target" "$target.new"; mkdir -p "$target.new"
    private_apt "$apt" || die "there is no Prometheus. Install prometheus and promtool, or set NAVIGATOR_PROMETHEUS to their folder."
    (cd "$apt/cache" && apt-get "${options[@]}" -qq download prometheus promtool libc6)
    for name in "$apt"/cache/*.deb; do dpkg-deb --fsys-tarfile "$name" | tar -x -C "$target.new" --no-same-owner --exclude=./usr/share --exclude=./etc; done
    rm -rf "$apt"; mkdir -p "$target.new/bin"
    for name in prometheus promtool; do
      printf '#!/bin/sh\nexec %q --library-path %q %q "$@"\n' "$target/usr/lib64/ld-linux-$(uname -m | tr _ -).so.2" \
        "$target/usr/lib/$(uname -m)-linux-gnu" "$target/usr/bin/$name" >"$target.new/bin/$name"
      chmod +x "$target.new/bin/$name"
    done
    mv "$target.new" "$target"
  fi
  flock -u 9; echo "$target/bin"
}

# Removes the containers that tests keep from one run to the next (tests/Servers/ServerContainers.cs).
remove_test_containers() {
  local left
  command -v docker >/dev/null && left=$(timeout 5 docker ps -aq --filter label=navigator.test-servers 2>/dev/null) && [ -n "$left" ] || return 0
  # shellcheck disable=SC2086
  docker rm -fv $left >/dev/null || say "Docker did not remove the tests' containers: ${left//$'\n'/ }"
}

stop() {
  if [ "$(cat "$state/way" 2>/dev/null)" = docker ]; then docker compose -p navigator-services -f "$here/compose.yaml" down -v >/dev/null 2>&1 || true; fi
  [ "$way" = packages ] || remove_test_containers
  local name pid
  for name in "${servers[@]}" epmd; do
    alive "$name" || continue
    pid=$(cat "$state/$name.pid")
    # Kills only the sandbox that up started, and its one child. When the child ends, the process namespace ends.
    kill -9 $(cat "/proc/$pid/task/$pid/children" 2>/dev/null) "$pid" 2>/dev/null || true
  done
  rm -rf "$state"
}

case ${1:-} in
  up) up ;;
  prometheus) get_prometheus ;;
  down) stop ;;
  ctl) shift; alive rabbitmq1 || die "no broker of this script's runs."
    rabbitmq_environment 1; export HOME=/data LANG=C.UTF-8 PATH=/usr/lib/rabbitmq/bin:/usr/sbin:/usr/bin:/sbin:/bin; sandbox rabbitmq1 rabbitmqctl "$@" ;;
  env) running || [ -n "${NAVIGATOR_RABBITMQ:-}" ] || die "nothing runs; start it with: $0 up"; settings ;;
  *) echo "usage: $0 up|down|env|ctl|prometheus" >&2; exit 2 ;;
esac
